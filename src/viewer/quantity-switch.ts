import {
  ATTENTION,
  attends,
  isAttention,
  printable,
  QUANTITY_LABELS,
  type Quantity,
  SCORE_DROP,
  viewQuantities,
} from "../../core/index.js";
import { h, replaceButtons } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";

/** What can be chosen, with what choosing does. */
interface Choice {
  key: string;
  label: string;
  title: string;
  /** Why it cannot be chosen. */
  disabled?: boolean;
  choose(): void;
}

/**
 * What the map shows, where there is a choice: similarity, further quantities, and of a comparison the difference. Attention and
 * cause are there also where they are not measured yet, as long as there is a kernel to measure them.
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
        const buttons = offered.map(({ key, label, title, disabled, choose }) => {
          const button = h("button", { "data-key": key, ...(title && { title }) }, label);
          button.disabled = disabled === true;
          button.addEventListener("click", choose);
          return button;
        });
        replaceButtons(element, buttons);
      }
      const shown = isAttention(locked.quantity) ? ATTENTION.name : locked.quantity;
      const chosen = locked.compare !== null && locked.difference ? "difference" : shown;
      for (const button of element.querySelectorAll("button"))
        button.setAttribute("aria-pressed", String(button.dataset.key === chosen));
    },
  };
}

function choices({ data, locked, measurable, scene }: Frame, actions: Actions): Choice[] {
  const comparing = locked.compare !== null;
  // Of attention there is one entry: in which way it is shown is chosen beside the page.
  const all = viewQuantities(data, locked).filter(
    ({ name }) => !isAttention(name) || name === ATTENTION.name,
  );
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
  if (!measurable) return kinds;
  const has = ({ name }: Quantity) => all.some((quantity) => quantity.name === name);
  const offered = ({ name }: Quantity, more: Partial<Choice> = {}): Choice => ({
    key: name,
    ...called({ name, noun: name }),
    choose: () => actions.offer(name),
    ...more,
  });
  const { model } = scene.explanation.provenance;
  const [first, ...rest] = kinds;
  return [
    first,
    ...(has(ATTENTION)
      ? []
      : [offered(ATTENTION, attends(model) ? {} : { disabled: true, title: NO_ATTENTION })]),
    ...rest,
    ...(has(SCORE_DROP) ? [] : [offered(SCORE_DROP)]),
  ];
}

const NO_ATTENTION =
  "There is no attention to show: this model encodes pages by convolutions, or its vectors came without it. Ask what parts of the page do to the score: Cause";

function called({ name, noun }: Pick<Quantity, "name" | "noun">): { label: string; title: string } {
  const own = QUANTITY_LABELS[name];
  if (own) return own;
  const label = printable(noun, 24);
  return { label: label.charAt(0).toUpperCase() + label.slice(1), title: "" };
}
