import { decimal, printable } from "../data/printable.js";
import type { Rect } from "../data/vocabulary.js";
import type { CoverKind } from "../interaction/cover-regions.js";
import { coverName, NO_FALL, type RegionDrop, scoreDrop } from "../interaction/score-drop.js";
import type { RowColumn } from "./rows.js";

/** What covering a part of a page does to its score. */
export interface Fall {
  /** What is printed there. Data, never markup. */
  text: string;
  /** How often it is printed on the page; all places were covered together. */
  places: number;
  /** By how much the page score falls; below 0 where it rises. */
  fall: number;
  /** The page score with it covered. */
  score: number;
  /** Number of the printed line of the first place; null for cells of a grid. */
  line: number | null;
  /** In pixels of the page. */
  rects: Rect[];
  /** By how much the best cosine of each query token falls; they add up to `fall`. */
  tokens: number[];
}

/** Largest fall first. */
export function fallsOf(drops: readonly RegionDrop[], score: number): Fall[] {
  return drops
    .map((drop) => {
      const { text, rects, line } = drop.region;
      const fall = scoreDrop(drop);
      return { text, places: rects.length, fall, score: score - fall, line, rects, tokens: [...drop.tokens] };
    })
    .sort((a, b) => b.fall - a.fall);
}

/** `Covering “battery” takes 0.46 of 3.39.` */
export function fallSentences(
  falls: readonly Fall[],
  score: number,
  by: CoverKind,
  measured: { done: number; total: number },
): string[] {
  const [first] = falls;
  const says = !first
    ? "Nothing was covered yet."
    : first.fall >= NO_FALL
      ? `Covering ${coverName(first, by)} takes ${decimal(first.fall)} of ${decimal(score)}.`
      : `Covering no ${by === "grid" ? "cell" : by} takes anything of ${decimal(score)}.`;
  const together = by === "word" && falls.some(({ places }) => places > 1);
  return [
    says,
    ...(together ? ["A word that is printed several times was covered in all its places together."] : []),
    ...(measured.done < measured.total
      ? [`Stopped after ${measured.done} of ${measured.total}: what is not listed was not measured.`]
      : []),
  ];
}

const number = (
  head: string,
  value: (fall: Fall) => number | null,
  cell?: (fall: Fall) => string,
): RowColumn<Fall> => ({ head, isNumber: true, value, ...(cell && { cell }) });

export const FALL_COLUMNS: RowColumn<Fall>[] = [
  { head: "covered", cell: ({ text }) => printable(text, 40), value: ({ text }) => text },
  number(
    "places",
    ({ places }) => places,
    ({ places }) => String(places),
  ),
  number(
    "fall",
    ({ fall }) => fall,
    ({ fall }) => decimal(fall, 3),
  ),
  number(
    "score",
    ({ score }) => score,
    ({ score }) => decimal(score, 3),
  ),
  number("line", ({ line }) => line),
  ...(["x", "y", "width", "height"] as const).map((side) => number(side, ({ rects }) => rects[0][side])),
];
