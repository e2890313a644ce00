import {
  type Explanation,
  type LensPage,
  PAPER_SIDE,
  paperTone,
  type Rect,
  type Scene,
} from "../../core/index.js";

/** Left and right of the print, and above and below it, as fractions of the page. */
const MARGIN = { x: 0.028, y: 0.02 };

/** Of the width of a page, how much is shown at least. */
const LEAST = 0.6;

/**
 * The part of a page that is worth its place on a screen, as fractions of it: all that is printed, pictures and every word's
 * best patch, with a margin. It depends on the page and the query, never on what is chosen, so that choosing a word moves nothing.
 * Where nobody has read what is printed it is the whole page.
 */
export function printedArea(page: LensPage, { grid, maxsim }: Explanation): Rect {
  const words = page.words ?? [];
  if (words.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  let [left, top, right, bottom] = [1, 1, 0, 0];
  const include = (x: number, y: number, width: number, height: number) => {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + width), Math.max(bottom, y + height)];
  };
  for (const { rect } of words)
    include(rect.x / page.width, rect.y / page.height, rect.width / page.width, rect.height / page.height);
  // Frames and the rules of tables are no words: they reach to the margins, which are as wide on one side as on the other.
  [left, right] = [Math.min(left, 1 - right), Math.max(right, 1 - left)];
  for (const { row, column } of maxsim.tokens)
    include(column / grid.columns, row / grid.rows, 1 / grid.columns, 1 / grid.rows);
  for (const [column, row] of pictured(page))
    include(column / PAPER_SIDE, row / PAPER_SIDE, 1 / PAPER_SIDE, 1 / PAPER_SIDE);
  // A page with a few words in a corner is not blown up.
  const short = Math.max(0, LEAST - (right - left)) / 2;
  left = Math.min(1 - LEAST, Math.max(0, left - short));
  right = Math.max(left + LEAST, right + short);
  const [x, y] = [Math.max(0, left - MARGIN.x), Math.max(0, top - MARGIN.y)];
  return { x, y, width: Math.min(1, right + MARGIN.x) - x, height: Math.min(1, bottom + MARGIN.y) - y };
}

/** Parts of a page that are not of its paper: pictures, bands of colour. */
function pictured(page: LensPage): [column: number, row: number][] {
  if (!page.picture.paper) return [];
  const places = Array.from(
    { length: PAPER_SIDE ** 2 },
    (_, i) => [i % PAPER_SIDE, Math.floor(i / PAPER_SIDE)] as [number, number],
  );
  const tones = places.map(([column, row]) =>
    paperTone(page, (column + 0.5) / PAPER_SIDE, (row + 0.5) / PAPER_SIDE),
  );
  const count = (tone: string) => tones.filter((each) => each === tone).length;
  const [paper] = ["light", "dark", "between"].sort((a, b) => count(b) - count(a));
  return places.filter((_, i) => tones[i] !== paper);
}

/** Above the first hit and below the last, as a fraction of the page. */
const AROUND = 0.035;

/** The lines of it from the first hit of a scene to the last; all of it where nothing stands out. */
export function answeringArea({ hits, page }: Pick<Scene, "hits" | "page">, area: Rect): Rect {
  if (hits.length === 0) return area;
  const edge = area.y + area.height;
  const top = Math.max(area.y, Math.min(...hits.map(({ rect }) => rect.y / page.height)) - AROUND);
  const last = Math.max(...hits.map(({ rect }) => (rect.y + rect.height) / page.height));
  return { ...area, y: top, height: Math.min(edge, last + AROUND) - top };
}
