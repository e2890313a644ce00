import { type LensPage, PAPER_SIDE } from "../data/lens-state.js";

/** What colours meet on a part of a page: light or dark paper, or neither, as in photographs. */
export type PaperTone = "light" | "dark" | "between";

/** Of 255: lighter is light paper, darker is dark. */
const LIGHT = 176;
const DARK = 64;
/** Which part of the pixels is darker than the paper: print covers less, so this one is paper however dense the print is. */
const PERCENTILE = 0.38;
/** More pixels than these say no more about the paper. */
const ENOUGH = 1_000_000;

/**
 * How light a page's paper is, as `LensPage.picture` has it: in each of 64 x 64 parts the 38th percentile of the luma
 * (Rec. 709) of its pixels and of those of the parts around it.
 * @param page RGB bytes, row by row
 */
export function paperOf({
  width,
  height,
  pixels,
}: {
  width: number;
  height: number;
  pixels: ArrayLike<number>;
}): Uint8Array {
  const counts = lumaCounts(width, height, pixels);
  const paper = new Uint8Array(PAPER_SIDE ** 2);
  const sum = new Uint32Array(256);
  for (let row = 0; row < PAPER_SIDE; row++)
    for (let column = 0; column < PAPER_SIDE; column++) {
      sum.fill(0);
      for (const part of around(row, column))
        for (let luma = 0; luma < 256; luma++) sum[luma] += counts[part * 256 + luma];
      paper[row * PAPER_SIDE + column] = percentile(sum);
    }
  return paper;
}

/**
 * The paper at a place of a page, in fractions of its width and height. Where nothing is known of it colours are see-through,
 * which can be seen on any.
 */
export function paperTone({ picture: { paper } }: LensPage, x: number, y: number): PaperTone {
  if (!paper) return "between";
  const [column, row] = [x, y].map((at) =>
    Math.min(PAPER_SIDE - 1, Math.max(0, Math.floor(at * PAPER_SIDE))),
  );
  const luma = paper[row * PAPER_SIDE + column];
  return luma >= LIGHT ? "light" : luma < DARK ? "dark" : "between";
}

/** In the order of their numbers in `paperTones`. */
export const PAPER_TONES: readonly PaperTone[] = ["light", "dark", "between"];

const tonesOf = new WeakMap<Uint8Array, Map<string, Uint8Array>>();

/** The paper in the middle of each cell of a grid over a page, row by row: its index in `PAPER_TONES`. */
export function paperTones(page: LensPage, columns: number, rows: number): Uint8Array {
  const { paper } = page.picture;
  const at = (cell: number) =>
    paperTone(page, ((cell % columns) + 0.5) / columns, (Math.floor(cell / columns) + 0.5) / rows);
  if (!paper) return new Uint8Array(columns * rows).fill(PAPER_TONES.indexOf("between"));
  const known = tonesOf.get(paper) ?? new Map<string, Uint8Array>();
  tonesOf.set(paper, known);
  const grid = `${columns} x ${rows}`;
  const tones =
    known.get(grid) ??
    Uint8Array.from({ length: columns * rows }, (_, cell) => PAPER_TONES.indexOf(at(cell)));
  known.set(grid, tones);
  return tones;
}

/** How many pixels of each part have which luma: `[part][luma]`. */
function lumaCounts(width: number, height: number, pixels: ArrayLike<number>): Uint32Array {
  const counts = new Uint32Array(PAPER_SIDE ** 2 * 256);
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / ENOUGH)));
  for (let y = 0; y < height; y += step) {
    const row = Math.floor((y * PAPER_SIDE) / height) * PAPER_SIDE;
    for (let x = 0; x < width; x += step) {
      const at = 3 * (y * width + x);
      const luma = (54 * pixels[at] + 183 * pixels[at + 1] + 19 * pixels[at + 2]) >> 8;
      counts[(row + Math.floor((x * PAPER_SIDE) / width)) * 256 + luma]++;
    }
  }
  return counts;
}

function around(row: number, column: number): number[] {
  const parts: number[] = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(PAPER_SIDE - 1, row + 1); r++)
    for (let c = Math.max(0, column - 1); c <= Math.min(PAPER_SIDE - 1, column + 1); c++)
      parts.push(r * PAPER_SIDE + c);
  return parts;
}

/** A page of fewer pixels than parts leaves some empty: they count as white. */
function percentile(counts: Uint32Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let luma = 0;
  for (let below = counts[0]; luma < 255 && below <= PERCENTILE * total; below += counts[luma]) luma++;
  return luma;
}
