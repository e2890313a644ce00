import {
  chips,
  explanationOf,
  hasNumber,
  printable,
  selectionChance,
  wordsBeyond,
} from "../../core/index.js";
import { chanceMark, createChips, isMeasuring } from "./chip-row.js";
import { h, setText } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createQuantitySwitch } from "./quantity-switch.js";
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
