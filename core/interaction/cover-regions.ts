import type { PageWord, Rect } from "../data/vocabulary.js";
import { around } from "./hits.js";
import { REGION_KINDS } from "./regions.js";

export const COVER_KINDS = [...REGION_KINDS, "grid"] as const;
/** What of a page is covered at a time. */
export type CoverKind = (typeof COVER_KINDS)[number];

/** A part of a page that is covered as one. */
export interface CoverRegion {
  /** What is printed there, or the place of a cell of a grid. Data, never markup. */
  text: string;
  /** In pixels of the page; several where a word is printed several times. */
  rects: Rect[];
  /** Number of the printed line, as `PageWord.line`, of the first place; null for cells of a grid. */
  line: number | null;
}

/**
 * The printed parts of a page. A word that is printed several times hides its own cause, because the score takes the next
 * best place: its places are one region, whatever the case of its letters and the signs around it.
 */
export function printedCovers(words: readonly PageWord[], by: Exclude<CoverKind, "grid">): CoverRegion[] {
  const regions = new Map<number | string, PageWord[]>();
  for (const word of words) {
    const key = by === "word" ? plain(word.text) : word[by];
    const region = regions.get(key);
    if (region) region.push(word);
    else regions.set(key, [word]);
  }
  return Array.from(regions.values(), (of) => ({
    text: by === "word" ? bare(of[0].text) : of.map(({ text }) => text).join(" "),
    rects: by === "word" ? of.map(({ rect }) => rect) : [around(of.map(({ rect }) => rect))],
    line: of[0].line,
  }));
}

/** The page cut evenly: rows and columns count from 0. */
export function gridCovers(
  { width, height }: { width: number; height: number },
  rows: number,
  columns: number,
): CoverRegion[] {
  const [wide, high] = [width / columns, height / rows];
  return Array.from({ length: rows * columns }, (_, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    const rect = { x: column * wide, y: row * high, width: wide, height: high };
    return { text: `row ${row}, column ${column}`, rects: [rect], line: null };
  });
}

const SIGNS = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;

/** Without the signs around it; of signs only, the signs. */
function bare(text: string): string {
  return text.replace(SIGNS, "") || text;
}

function plain(text: string): string {
  return bare(text).toLowerCase();
}
