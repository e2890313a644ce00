import { decimal, printable } from "../data/printable.js";
import { SCORE_DROP } from "../data/quantities.js";
import type { Explanation, Layer, LayerMap, MaxSim } from "../data/vocabulary.js";
import type { CoverKind, CoverRegion } from "./cover-regions.js";
import { cellsUnder, overlap } from "./hits.js";
import { patchRect } from "./maxsim.js";

/** What covering a region takes. */
export interface RegionDrop {
  region: CoverRegion;
  /** Of each query token: its best cosine with any vector of the page, less that of the page with the region covered. */
  tokens: Float32Array;
}

/** By how much the page score falls: the sum over the query's tokens. */
export function scoreDrop({ tokens }: RegionDrop): number {
  return tokens.reduce((sum, v) => sum + v, 0);
}

/** What is known of a page while it is being measured. */
export interface DropsSoFar {
  drops: readonly RegionDrop[];
  /** Cells of a coarse grid: they stand for what is not measured yet. */
  coarse: readonly RegionDrop[];
  isComplete: boolean;
  /** What was covered at a time, and what was put in its place, by the name of the fill. */
  by: CoverKind;
  fill: string;
}

/** Less than so much of the patch, or of the region, is no overlap to speak of. */
const GRAZED = 0.2;

/**
 * Falls as maps: each patch has the mean over the regions that overlap it, weighted by the area that they share (Zeiler and
 * Fergus, arXiv 1311.2901, with printed regions in the place of a sliding square); 0 where nothing was covered. One map of
 * the whole query, one a word, one a token. Falls are parts of the score, so they add up: a word's is the sum over its
 * tokens.
 */
export function scoreDropLayer(
  so: DropsSoFar,
  { query, grid, maxsim }: Pick<Explanation, "query" | "grid" | "maxsim">,
  page: { width: number; height: number },
): Layer {
  const { drops, coarse, isComplete } = so;
  const cells = grid.rows * grid.columns;
  const fine = sharesOf(drops, grid, page);
  const rough = isComplete ? [] : sharesOf(coarse, grid, page);
  const tokens = query.tokens.map(({ index }) => {
    const data = new Float32Array(cells);
    for (let cell = 0; cell < cells; cell++)
      data[cell] = meanAt(fine[cell], drops, index) ?? meanAt(rough[cell], coarse, index) ?? 0;
    return data;
  });
  const sum = (of: readonly number[]) =>
    Float32Array.from({ length: cells }, (_, cell) => of.reduce((total, t) => total + tokens[t][cell], 0));
  const about = (of: readonly number[]) => noteOf(so, maxsim, of);
  const every = query.tokens.map(({ index }) => index);
  const maps: LayerMap[] = [
    { of: "query", index: 0, data: sum(every), note: about(every) },
    ...query.words.map(({ index, tokens: own }) => ({
      of: "word" as const,
      index,
      data: sum(own),
      note: about(own),
    })),
    ...tokens.map((data, index) => ({ of: "token" as const, index, data, note: about([index]) })),
  ];
  return { quantity: SCORE_DROP, maps };
}

/** Less is not told apart from nothing. */
export const NO_FALL = 0.005;

/** What takes most of the score of some tokens, and how that was measured, as a caption says it. */
function noteOf(
  { drops, isComplete, by, fill }: DropsSoFar,
  { tokens }: MaxSim,
  of: readonly number[],
): string {
  const score = of.reduce((total, t) => total + tokens[t].best, 0);
  const falls = drops.map((drop) => of.reduce((total, t) => total + drop.tokens[t], 0));
  const most = falls.indexOf(Math.max(...falls));
  const first =
    most < 0 || falls[most] < NO_FALL
      ? "nothing that was covered takes any of it"
      : `${coverName(drops[most].region, by)} takes most, ${decimal(falls[most])} of ${decimal(score)}`;
  const each = by === "grid" ? "each cell of a grid" : `each printed ${by}`;
  return `${first}; ${each} covered ${FILLS[fill] ?? `in ${fill}`}${isComplete ? "" : ", not all of them yet"}`;
}

const FILLS: Record<string, string> = {
  paper: "in the colour around it",
  blur: "by a blur",
  mean: "in the mean colour of the page",
};

/** A region in a sentence: `“pumps”`, `“the” (in all 9 places)`, `the cell at row 3, column 2`. */
export function coverName({ text, rects }: Pick<CoverRegion, "text" | "rects">, by: CoverKind): string {
  if (by === "grid") return `the cell at ${text}`;
  return `“${printable(text, 60)}”${rects.length > 1 ? ` (in all ${rects.length} places)` : ""}`;
}

/** Which regions overlap a patch, and by what area; patches that none overlaps are left out. */
type Shares = ({ drop: number; area: number }[] | undefined)[];

function sharesOf(
  drops: readonly RegionDrop[],
  grid: { rows: number; columns: number },
  page: { width: number; height: number },
): Shares {
  const shares: Shares = [];
  const map = { ...grid, data: new Float32Array(0) };
  for (const [drop, { region }] of drops.entries())
    for (const rect of region.rects)
      for (const cell of cellsUnder(map, page, rect)) {
        const patch = patchRect(grid, Math.floor(cell / grid.columns), cell % grid.columns, page);
        const area = overlap(patch, rect);
        if (area < GRAZED * Math.min(patch.width * patch.height, rect.width * rect.height)) continue;
        shares[cell] = [...(shares[cell] ?? []), { drop, area }];
      }
  return shares;
}

/** Null where nothing was covered. */
function meanAt(shares: Shares[number], drops: readonly RegionDrop[], token: number): number | null {
  if (!shares) return null;
  let [sum, all] = [0, 0];
  for (const { drop, area } of shares) {
    sum += area * drops[drop].tokens[token];
    all += area;
  }
  return sum / all;
}
