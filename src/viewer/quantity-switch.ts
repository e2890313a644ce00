import { printable, QUANTITY_LABELS, type Quantity, SCORE_DROP, viewQuantities } from "../../core/index.js";
import { h, replaceButtons } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";

/** What can be chosen, with what choosing does. */
interface Choice {
  key: string;
  label: string;
  title: string;
  choose(): void;
}

/**
 * What the map shows, where there is a choice: similarity, further quantities, and of a comparison the difference. Cause is there
 * also where it is not measured yet, as long as there is a kernel to measure it.
 */
export function createQuantitySwitch(actions: Actions): Part {
  const element = h("div", {
    class: "cl-seg cl-quantities",
    role: "group",
    "aria-label": "What the map shows",
  });
  let built = "";
  return {
    element,
    update(frame) {
      const { locked } = frame;
      const offered = choices(frame, actions);
      element.hidden = offered.length < 2;
      const now = JSON.stringify(offered);
      if (now !== built) {
        built = now;
        const buttons = offered.map(({ key, label, title, choose }) => {
          const button = h("button", { "data-key": key, ...(title && { title }) }, label);
          button.addEventListener("click", choose);
          return button;
        });
        replaceButtons(element, buttons);
      }
      const chosen = locked.compare !== null && locked.difference ? "difference" : locked.quantity;
      for (const button of element.querySelectorAll("button"))
        button.setAttribute("aria-pressed", String(button.dataset.key === chosen));
    },
  };
}

function choices({ data, locked, measurable }: Frame, actions: Actions): Choice[] {
  const comparing = locked.compare !== null;
  const all = viewQuantities(data, locked);
  const kinds = all.map((quantity): Choice => {
    const { name, similarity } = quantity;
    const { label, title } = called(quantity);
    return {
      key: name,
      label: similarity && comparing && all.length === 1 ? "Side by side" : label,
      title,
      choose: () => actions.set({ quantity: name, difference: false }),
    };
  });
  if (comparing)
    return [
      ...kinds,
      {
        key: "difference",
        label: "Difference",
        title: "A minus B",
        choose: () => actions.set({ difference: true }),
      },
    ];
  const { name } = SCORE_DROP;
  if (!measurable || all.some((quantity) => quantity.name === name)) return kinds;
  return [...kinds, { key: name, ...called(SCORE_DROP), choose: () => actions.offer(name) }];
}

function called({ name, noun }: Quantity): { label: string; title: string } {
  const own = QUANTITY_LABELS[name];
  if (own) return own;
  const label = printable(noun, 24);
  return { label: label.charAt(0).toUpperCase() + label.slice(1), title: "" };
}
