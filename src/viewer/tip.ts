import {
  counterpart,
  explanationOf,
  overlap,
  patchAt,
  patchCentre,
  patchRect,
  printable,
  reading,
  type Scene,
  scopeTokens,
  shown,
  tokensAt,
} from "../../core/index.js";
import { isMeasuring, MEASURING } from "./chip-row.js";
import { h, setText } from "./dom.js";
import type { Frame } from "./frame.js";

type Patch = { row: number; column: number };

/** The box of a patch in what it is seen through, and the size of that, in pixels of the screen. */
export interface TipPlace {
  box: DOMRect;
  view: { width: number; height: number };
}

/** One line about a patch, below it: its value and, of cosines, the token of the query that fits it best. */
export interface Tip {
  element: HTMLElement;
  /** @param at where the patch is; null hides the tip */
  show(frame: Frame, patch: Patch | null, at: TipPlace | null): void;
  /** What was shown, for a screen reader: in full, with what each token says. */
  words(): string;
}

const SAID = 5;
/** Less of a patch under a word is no print to speak of. */
const LEAST = 0.08;

export function createTip(): Tip {
  const place = h("span", { class: "cl-tip-place", dir: "auto" });
  const value = h("span", { class: "cl-tip-value" });
  const name = h("span", { class: "cl-tip-word", dir: "auto" });
  const dot = h("span", { class: "cl-dot" });
  const element = h("div", { class: "cl-tip", "aria-hidden": "true" }, place, value, name, dot);
  element.hidden = true;
  let said = "";
  return {
    element,
    show(frame, patch, at) {
      element.hidden = patch === null || at === null || isOutside(at);
      if (!patch || !at) return;
      const { shown: of, explanation, scale } = frame.scene;
      const there = of.map.at(patch.row, patch.column);
      const { similarity } = of.map.description;
      const ranked =
        similarity && sameGrid(frame.scene)
          ? tokensAt(explanation, patch.row, patch.column, scopeTokens(explanation, frame.view.scope))
          : [];
      const where = `row ${patch.row}, column ${patch.column}`;
      const number = reading(there, of.map.description, true);
      setText(place, printedAt(frame.scene, patch) ?? where);
      setText(value, number);
      const measuring = isMeasuring(frame);
      setText(
        name,
        measuring ? MEASURING : (bothSides(frame, patch) ?? nameOf(frame.scene, ranked[0]?.token.text)),
      );
      dot.hidden = scale.chance === null || measuring;
      dot.classList.toggle("cl-within", scale.chance !== null && there <= scale.chance);
      const rest = ranked
        .slice(0, SAID)
        .map(
          (r) =>
            `${printable(r.token.text, 24)} ${reading(r.cosine, of.map.description, true)}${r.serves ? " best patch" : ""}`,
        );
      said = `${where}: ${of.label} ${number}. ${rest.join(", ")}`;
      put(element, at);
    },
    words: () => said,
  };
}

/** The word that is printed on most of a patch, quoted; null where nothing is, or nobody has read it. */
function printedAt({ page, shown }: Scene, { row, column }: Patch): string | null {
  const patch = patchRect(shown.map, row, column, page);
  let [most, text] = [LEAST * patch.width * patch.height, ""];
  for (const word of page.words ?? []) {
    const shared = overlap(patch, word.rect);
    if (shared > most) [most, text] = [shared, word.text];
  }
  return text === "" ? null : `“${printable(text, 40)}”`;
}

/** Whose number it is: of all words at once the one that fits the patch best, else what is chosen. */
function nameOf({ shown }: Scene, best: string | undefined): string {
  if (shown.kind !== "aggregate" || best === undefined || shown.aggregate !== "max") return shown.label;
  return printable(best, 24);
}

/** Of a difference what A and B have there: `A 0.41, B 0.71`; null of anything else. */
function bothSides({ data, view, scene }: Frame, patch: Patch): string | null {
  if (scene.shown.kind !== "difference" || view.compare === null) return null;
  const [a, b] = [explanationOf(data, view.result), explanationOf(data, view.compare)];
  const at = patchCentre(scene.shown.map, patch);
  const sides = [shown(a, view), counterpart(a, b, view)].map(({ map }, i) => {
    const there = patchAt(map, at);
    return there ? `${"AB"[i]} ${reading(map.at(there.row, there.column), map.description)}` : "";
  });
  return sides.join(", ");
}

/** A difference of two grids may be on a finer grid than the tokens' maps. */
function sameGrid({ explanation, shown }: Scene): boolean {
  const { rows, columns } = explanation.grid;
  return shown.map.rows === rows && shown.map.columns === columns;
}

const GAP = 6;
/** The most that the tip is high, with its gap. */
const HEIGHT = 36;

/** Numbers of a patch that was scrolled out of sight would stand beside another one. */
function isOutside({ box, view }: TipPlace): boolean {
  return box.right < 0 || box.bottom < 0 || box.left > view.width || box.top > view.height;
}

/** Below the patch, or above it where the view ends. The browser takes the tip's own size: asked for it, it would lay out twice. */
function put(element: HTMLElement, { box, view }: TipPlace): void {
  const middle = Math.round(box.left + box.width / 2);
  const left = `clamp(${GAP}px, calc(${middle}px - 50%), calc(${Math.floor(view.width) - GAP}px - 100%))`;
  const below = Math.round(box.bottom) + GAP;
  const above = `max(${GAP}px, calc(${Math.round(box.top) - GAP}px - 100%))`;
  element.style.transform = `translate(${left}, ${below + HEIGHT <= view.height ? `${below}px` : above})`;
}
