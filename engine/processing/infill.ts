import { randomNumbers } from "../../core/interaction/random-order.js";
import type { Picture } from "./cover.js";

/** Weights of the eight neighbours of a pixel: 1/6 beside, above and below it, 1/12 at its corners. */
const [DIRECT, CORNER] = [1 / 6, 1 / 12];

/** Standard deviation of the noise, of values from 0 to 1. */
const NOISE = 0.01;

/**
 * ROAD's noisy linear imputation (arXiv 2202.00449): each removed pixel becomes the weighted mean of its neighbours, which for
 * removed ones beside each other is a system of linear equations, and a little noise on top. What a blank patch tells by its
 * shape, it does not.
 * @param removed one a pixel, 1 where it is removed
 * @param tolerance in grey levels: what no pixel would move by any more
 */
export function infilled(picture: Picture, removed: Uint8Array, seed: number, tolerance = 0.5): Picture {
  const { width, height } = picture;
  const values = Float32Array.from(picture.pixels);
  solveMeans(values, width, height, removed, tolerance);
  const noise = gaussian(seed);
  const pixels = picture.pixels.slice();
  for (let i = 0; i < removed.length; i++) {
    if (!removed[i]) continue;
    for (let c = 3 * i; c < 3 * i + 3; c++)
      pixels[c] = Math.min(255, Math.max(0, Math.round(values[c] + 255 * NOISE * noise())));
  }
  return { pixels, width, height };
}

/** Successive over-relaxation. */
const RELAXATION = 1.5;
const MOST_SWEEPS = 20_000;

/**
 * Solves `x = weighted mean of its neighbours` for the removed pixels of RGB values, in place. A picture of half the size is
 * solved first, as a beginning: what lies far from any pixel that is known would else take as many sweeps as it is far.
 * Neighbours beyond the edge do not count.
 */
export function solveMeans(
  values: Float32Array | Float64Array,
  width: number,
  height: number,
  removed: Uint8Array,
  tolerance: number,
): void {
  const list = unknownsOf(removed);
  if (list.length === 0) return;
  if (list.length === removed.length) {
    values.fill(255);
    return;
  }
  begin(values, width, height, removed, list, tolerance);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++)
    if (relax(values, width, height, list) < tolerance) return;
}

function unknownsOf(removed: Uint8Array): Int32Array {
  let count = 0;
  for (const one of removed) count += one;
  const list = new Int32Array(count);
  for (let i = 0, at = 0; i < removed.length; i++) if (removed[i]) list[at++] = i;
  return list;
}

/** One sweep. @returns the largest change */
function relax(values: Float32Array | Float64Array, width: number, height: number, list: Int32Array): number {
  let largest = 0;
  for (const i of list) {
    const [x, y] = [i % width, Math.floor(i / width)];
    let [red, green, blue, weights] = [0, 0, 0, 0];
    for (let dy = y > 0 ? -1 : 0; dy <= (y < height - 1 ? 1 : 0); dy++)
      for (let dx = x > 0 ? -1 : 0; dx <= (x < width - 1 ? 1 : 0); dx++) {
        if (dx === 0 && dy === 0) continue;
        const weight = dx === 0 || dy === 0 ? DIRECT : CORNER;
        const at = 3 * (i + dy * width + dx);
        red += weight * values[at];
        green += weight * values[at + 1];
        blue += weight * values[at + 2];
        weights += weight;
      }
    const at = 3 * i;
    for (const [c, sum] of [red, green, blue].entries()) {
      const change = RELAXATION * (sum / weights - values[at + c]);
      values[at + c] += change;
      largest = Math.max(largest, Math.abs(change));
    }
  }
  return largest;
}

/** Below this many pixels a side nothing is gained by a smaller picture. */
const SMALL = 8;

/** Removed pixels begin with those of the picture at half its size. */
function begin(
  values: Float32Array | Float64Array,
  width: number,
  height: number,
  removed: Uint8Array,
  list: Int32Array,
  tolerance: number,
): void {
  if (Math.min(width, height) < SMALL) {
    for (const i of list) values.fill(128, 3 * i, 3 * i + 3);
    return;
  }
  const [wide, high] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const half = new Float32Array(3 * wide * high);
  const known = new Uint8Array(wide * high);
  for (let i = 0; i < removed.length; i++) {
    if (removed[i]) continue;
    const to = Math.floor(i / width / 2) * wide + Math.floor((i % width) / 2);
    known[to]++;
    for (let c = 0; c < 3; c++) half[3 * to + c] += values[3 * i + c];
  }
  for (let to = 0; to < known.length; to++)
    for (let c = 0; c < 3; c++) half[3 * to + c] /= Math.max(1, known[to]);
  const unknown = known.map((count) => (count === 0 ? 1 : 0));
  solveMeans(half, wide, high, unknown, Math.max(tolerance, 0.25));
  for (const i of list) {
    const from = Math.floor(i / width / 2) * wide + Math.floor((i % width) / 2);
    for (let c = 0; c < 3; c++) values[3 * i + c] = half[3 * from + c];
  }
}

/** Normal numbers of mean 0 and standard deviation 1 (Box and Muller). */
function gaussian(seed: number): () => number {
  const next = randomNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
