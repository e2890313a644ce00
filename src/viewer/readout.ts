import {
  COSINE_QUANTITY,
  numeral,
  printable,
  reading,
  type Scene,
  scopeTokens,
  tokensAt,
} from "../../core/index.js";
import { isMeasuring, MEASURING } from "./chip-row.js";
import { h, setText } from "./dom.js";
import type { Frame } from "./frame.js";

const ROWS = 5;

/** The numbers of one patch: the shown map's value and, of cosines, the tokens it serves, ranked. */
export interface Readout {
  element: HTMLElement;
  /** Shows a patch, with the box beside the given point of its container; null hides it. */
  show(frame: Frame, patch: { row: number; column: number } | null, x: number, y: number): void;
  /** What was shown, for a screen reader. */
  words(): string;
}

export function createReadout(): Readout {
  const head = h("p", { class: "cl-readout-head" });
  const value = h("p", { class: "cl-readout-value" });
  const baseline = h("p", { class: "cl-note" });
  const rows = Array.from({ length: ROWS }, () => {
    const name = h("span", { class: "cl-readout-name", dir: "auto" });
    const number = h("span", { class: "cl-readout-number" });
    return { row: h("li", {}, name, number), name, number };
  });
  const list = h("ol", {}, ...rows.map((r) => r.row));
  const element = h("div", { class: "cl-readout", "aria-hidden": "true" }, head, value, baseline, list);
  element.hidden = true;
  return {
    element,
    show(frame, patch, x, y) {
      element.hidden = patch === null;
      if (!patch) return;
      const { shown, explanation } = frame.scene;
      const { row, column } = patch;
      const there = shown.map.data[row * shown.map.columns + column];
      setText(head, `row ${row}, column ${column}`);
      setText(value, `${shown.label} ${reading(there, shown.map.description, true)}`);
      const { similarity } = shown.map.description;
      const average = similarity && sameGrid(frame) ? baselineAt(frame.scene, row, column) : null;
      const measuring = isMeasuring(frame);
      baseline.hidden = average === null && !measuring;
      setText(baseline, measuring ? MEASURING : average === null ? "" : baselineSays(average));
      const ranked =
        similarity && sameGrid(frame)
          ? tokensAt(explanation, row, column, scopeTokens(explanation, frame.view.scope))
          : [];
      rows.forEach((r, i) => {
        const at = ranked[i];
        r.row.hidden = !at;
        if (!at) return;
        setText(r.name, printable(at.token.text, 24));
        setText(r.number, `${numeral(at.cosine, COSINE_QUANTITY, true)}${at.serves ? " ★" : ""}`);
        r.row.classList.toggle("cl-shown", shown.tokens.length === 1 && shown.tokens[0] === at.token.index);
      });
      place(element, x, y);
    },
    words: () =>
      `${head.textContent}: ${value.textContent}. ${rows
        .filter((r) => !r.row.hidden)
        .map((r) => `${r.name.textContent} ${r.number.textContent?.replace("★", "best patch")}`)
        .join(", ")}`,
  };
}

const baselineSays = (average: number) =>
  `baseline here ${numeral(average, COSINE_QUANTITY, true)} on average`;

/** What the control queries reach at a patch on average: high where a patch answers to everything. */
function baselineAt({ explanation, shown }: Scene, row: number, column: number): number | null {
  const kind = explanation.query.tokens[shown.tokens[0]].kind;
  return explanation.baseline?.mean[kind]?.[row * explanation.grid.columns + column] ?? null;
}

/** A difference of two grids may be on a finer grid than the tokens' maps. */
function sameGrid({ scene }: Frame): boolean {
  const { rows, columns } = scene.explanation.grid;
  return scene.shown.map.rows === rows && scene.shown.map.columns === columns;
}

/** Right below the point, or on its other side where the container ends. */
function place(element: HTMLElement, x: number, y: number): void {
  const container = element.offsetParent as HTMLElement | null;
  if (!container) return;
  const { clientWidth, clientHeight } = container;
  const [width, height] = [element.offsetWidth, element.offsetHeight];
  // Numbers of a patch that was zoomed out of sight would stand beside another one.
  element.hidden = x < 0 || y < 0 || x > clientWidth || y > clientHeight;
  const left = x + 14 + width <= clientWidth ? x + 14 : x - 14 - width;
  const top = y + 14 + height <= clientHeight ? y + 14 : y - 14 - height;
  element.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
}
