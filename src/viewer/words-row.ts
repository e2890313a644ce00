import {
  chips,
  explanationOf,
  hasNumber,
  printable,
  selectionChance,
  viewQuantities,
  wordsBeyond,
} from "../../core/index.js";
import { chanceMark, createChips, isMeasuring } from "./chip-row.js";
import { h, replaceButtons, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { swatch } from "./wedge.js";

const BEYOND = "Beyond chance: on this page, at least 95 of 100 unrelated words stay below";

/** The words of the query, of A and of B when comparing, how many are beyond chance, and what the map shows. */
export function createWordsRow(actions: Actions): Part {
  const own = createChips(actions);
  const others = h("div", { class: "cl-chips cl-chips-b", role: "list", "aria-label": "Words of B" });
  const [a, b] = ["a", "b"].map((side) =>
    h("span", { class: `cl-tag cl-tag-${side}`, "aria-hidden": "true" }, side.toUpperCase()),
  );
  const count = h("span", { class: "cl-count" });
  const switches = createQuantitySwitch(actions);
  let shown = "";
  let data: Frame["data"] | null = null;
  return {
    element: h("div", { class: "cl-words" }, a, own.element, b, others, count, switches.element),
    update(frame) {
      own.update(frame);
      switches.update(frame);
      const { compare, result, scope, quantity } = frame.locked;
      for (const element of [a, b, others]) element.hidden = compare === null;
      setText(count, countText(frame));
      count.title = count.textContent ? BEYOND : "";
      const now = `${result} ${compare} ${scope} ${quantity} ${JSON.stringify(frame.locked.color)}`;
      if (frame.data !== data || now !== shown) others.replaceChildren(...wordsOfB(frame));
      [shown, data] = [now, frame.data];
    },
  };
}

/** `4 of 4 beyond chance`; nothing where it was not measured or has no meaning. */
function countText(frame: Frame): string {
  const { data, locked, scene } = frame;
  if (locked.compare !== null || !scene.scale.quantity.similarity) return "";
  if (isMeasuring(frame)) return "measuring chance …";
  const explanation = explanationOf(data, locked.result);
  const words = wordsBeyond(
    explanation.query.words.map(({ index }) => selectionChance(explanation, { word: index })),
  );
  return words ? `${words.beyond} of ${words.of} beyond chance` : "";
}

/** Words of B are read, not chosen: B shows what is chosen on A. */
function wordsOfB({ data, locked, other }: Frame): HTMLElement[] {
  if (locked.compare === null) return [];
  const explanation = explanationOf(data, locked.compare);
  return chips(explanation, { ...locked, result: locked.compare, compare: null, token: null, word: null })
    .filter(({ kind }) => kind !== "all")
    .map((chip) => {
      const word = h(
        "span",
        { class: "cl-chip cl-read", role: "listitem" },
        h("span", { class: "cl-chip-label", dir: "auto" }, printable(chip.label, 60)),
        chanceMark(chip, false),
      );
      const colour = other && hasNumber(chip) ? swatch(other.scale, chip.value) : "var(--cl-b)";
      word.style.setProperty("--cl-swatch", colour);
      return word;
    });
}

/** What the map shows, where there is a choice: similarity, further quantities, and of a comparison the difference. */
function createQuantitySwitch(actions: Actions): Part {
  const element = h("div", {
    class: "cl-seg cl-quantities",
    role: "group",
    "aria-label": "What the map shows",
  });
  let built = "";
  return {
    element,
    update({ data, locked }) {
      const comparing = locked.compare !== null;
      const all = viewQuantities(data, locked);
      const kinds = all.map(({ name, similarity, noun }) => ({
        key: name,
        label: similarity
          ? comparing && all.length === 1
            ? "Side by side"
            : "Similarity"
          : capital(printable(noun, 24)),
        change: { quantity: name, difference: false },
      }));
      const offered = comparing
        ? [...kinds, { key: "difference", label: "Difference", change: { difference: true } }]
        : kinds;
      element.hidden = offered.length < 2;
      const now = JSON.stringify(offered);
      if (now !== built) {
        built = now;
        const buttons = offered.map(({ key, label, change }) => {
          const button = h("button", { "data-key": key }, label);
          if (key === "difference") button.title = "A minus B";
          button.addEventListener("click", () => actions.set(change));
          return button;
        });
        replaceButtons(element, buttons);
      }
      const chosen = comparing && locked.difference ? "difference" : locked.quantity;
      for (const button of element.querySelectorAll("button"))
        button.setAttribute("aria-pressed", String(button.dataset.key === chosen));
    },
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
