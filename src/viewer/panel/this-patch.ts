import {
  COSINE_QUANTITY,
  chanceAt,
  chanceOf,
  isAttention,
  type LensExplanation,
  type LensView,
  overlap,
  type PagePoint,
  patchAt,
  patchRect,
  printable,
  reading,
  regionPatches,
  type Scene,
  scopeTokens,
  shown,
} from "../../../core/index.js";
import { h, setText } from "../dom.js";
import type { Frame, Part } from "../frame.js";
import { chanceDot } from "./chance-dot.js";
import { createFold } from "./fold.js";

type Patch = { row: number; column: number };

/** Less of a patch under a word is no print to speak of. */
const LEAST = 0.1;
const IDLE = "Point at the page to read a patch. Click to keep it here; Esc lets go.";

/** What each word says of one patch: the pointed one, else the best of those that are locked. */
export function createThisPatch(): Part {
  const idle = h("p", { class: "cl-quiet" }, IDLE);
  const print = h("p", { class: "cl-patch-print", dir: "auto" });
  const other = h("p");
  const rows = h("div", { class: "cl-patch-rows", role: "list" });
  const place = h("p", { class: "cl-note" });
  const fold = createFold({ name: "This patch", key: "patch" }, [idle, print, other, rows, place], () =>
    show(),
  );
  let last: Frame | null = null;
  let pointed: PagePoint | null = null;
  let locked = "";

  function show(): void {
    if (!last) return;
    const { scene } = last;
    const patch = (pointed && patchAt(scene.explanation.grid, pointed)) ?? lockedPatch(last);
    const text = patch ? printedAt(scene, patch) : "";
    setText(fold.remark, patch && !fold.element.open ? text || "no print" : "");
    if (!fold.element.open) return;
    idle.hidden = patch !== null;
    for (const part of [print, other, rows, place]) part.hidden = patch === null;
    if (!patch) return;
    setText(print, text || "No print here");
    setText(other, otherQuantity(scene, patch));
    other.hidden = other.textContent === "";
    // Of another quantity nothing is said of cosines or chance.
    const { similarity } = scene.shown.map.description;
    rows.replaceChildren(...(similarity ? wordRows(last, patch) : []));
    const { rows: high, columns: wide } = scene.explanation.grid;
    setText(
      place,
      `Row ${patch.row}, column ${patch.column} of ${high} × ${wide}, from 0.${similarity && scene.explanation.baseline ? " The line in a bar is chance." : ""}`,
    );
  }

  return {
    element: fold.element,
    update(frame) {
      last = frame;
      const { region } = frame.locked;
      const now = JSON.stringify(region);
      // What somebody locks is what they want to read.
      if (now !== locked && region && region.rows * region.columns === 1)
        fold.element.open = !isAttention(frame.locked.quantity);
      locked = now;
      show();
    },
    pointAt(at) {
      pointed = at;
      show();
    },
  };
}

/** Of the locked block the patch that is highest in what is shown; of B's none: its numbers are another page's. */
function lockedPatch({ locked: { region }, scene }: Frame): Patch | null {
  if (!region || region.side === "b") return null;
  const { map } = scene.shown;
  const [best] = regionPatches(map, region, scene.explanation.grid);
  const point = best && { x: (best.column + 0.5) / map.columns, y: (best.row + 0.5) / map.rows };
  return point ? patchAt(scene.explanation.grid, point) : { row: region.row, column: region.column };
}

/** The words that lie on a patch, quoted; empty where nothing is printed. */
function printedAt({ page, explanation }: Scene, { row, column }: Patch): string {
  const patch = patchRect(explanation.grid, row, column, page);
  const area = patch.width * patch.height;
  const on = (page.words ?? []).filter(
    ({ rect }) => overlap(patch, rect) > LEAST * Math.min(area, rect.width * rect.height),
  );
  return on.length === 0 ? "" : `“${printable(on.map(({ text }) => text).join(" "), 80)}”`;
}

/** The number of what is shown where that is no similarity, or several words at once. */
function otherQuantity({ shown: { map, label, kind }, explanation }: Scene, { row, column }: Patch): string {
  if (map.description.similarity && kind !== "difference") return "";
  const { rows, columns } = explanation.grid;
  const at = patchAt(map, { x: (column + 0.5) / columns, y: (row + 0.5) / rows });
  return at ? `${label}: ${reading(map.at(at.row, at.column), map.description, true)}` : "";
}

interface PatchWord {
  label: string;
  /** Index of the word of the query; null where it is a piece. */
  word: number | null;
  value: number;
  level: number | null;
  chance: number | null;
}

function wordRows({ scene: { explanation }, locked }: Frame, patch: Patch): HTMLElement[] {
  const words = wordsOf(explanation, patch, locked.scope);
  const most = Math.max(0.01, ...words.flatMap(({ value, level }) => [value, level ?? 0]));
  return words.map(({ label, word, value, level, chance }) => {
    const fill = h("span", { class: "cl-meter-fill" });
    fill.style.width = `${(Math.max(0, value) / most) * 100}%`;
    const tick = level === null ? null : h("span", { class: "cl-meter-chance" });
    if (tick && level !== null) tick.style.left = `${(level / most) * 100}%`;
    return h(
      "div",
      { class: "cl-patch-row", role: "listitem" },
      h("span", { class: "cl-patch-word", dir: "auto", title: label }, label),
      h("span", { class: "cl-meter", "aria-hidden": "true" }, fill, tick),
      h(
        "span",
        { class: "cl-patch-value" },
        reading(value, COSINE_QUANTITY),
        chanceDot(explanation, chance, level !== null && value > level, word),
      ),
    );
  });
}

/** Words, or with the model's pieces in view each token. */
function wordsOf(
  explanation: LensExplanation,
  { row, column }: Patch,
  scope: LensView["scope"],
): PatchWord[] {
  const { words, tokens } = explanation.query;
  const number = (label: string, select: { token: number | null; word: number | null }): PatchWord => {
    const of = shown(explanation, { ...select, ...PLAIN });
    const value = of.map.at(row, column);
    const level = chanceOf(explanation, of)?.level ?? null;
    const word = select.token === null ? select.word : null;
    return { label: printable(label, 60), word, value, level, chance: chanceAt(explanation, of, value) };
  };
  return scope === "words" && words.length > 0
    ? words.map(({ text, index }) => number(text, { token: null, word: index }))
    : scopeTokens(explanation, scope).map((token) =>
        number(tokens[token].text, { token, word: tokens[token].word }),
      );
}

const PLAIN = { quantity: COSINE_QUANTITY.name, scope: "all", aggregate: "max", chance: "marked" } as const;
