import type { MapCells } from "../data/patch-map.js";

/** The patches of a map, highest first; ties by raster order. */
export function mapOrder({ data }: MapCells): Int32Array {
  return Int32Array.from(data.keys()).sort((a, b) => data[b] - data[a] || a - b);
}

/**
 * Page scores with the vectors of the first patches of an order dropped (deletion), or with only these kept (insertion): exact,
 * from the cosines alone. A token that no vector is left for counts 0.
 * @param all cosines `[token][vector]`, `count` vectors a token
 * @param index of each patch, its vector
 * @param tokens those that count
 * @param sizes how many patches are dropped, or kept
 */
export function vectorScores(
  all: Float32Array,
  count: number,
  index: ArrayLike<number>,
  tokens: readonly number[],
  order: Int32Array,
  sizes: readonly number[],
  how: "deletion" | "insertion",
): number[] {
  const patches = new Uint8Array(count);
  for (let j = 0; j < index.length; j++) patches[index[j]] = 1;
  const scores = new Float64Array(order.length + 1);
  for (const t of tokens) {
    let best = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < count; j++) if (!patches[j]) best = Math.max(best, all[t * count + j]);
    const add = (k: number) => {
      scores[k] += best === Number.NEGATIVE_INFINITY ? 0 : best;
    };
    // Of dropped patches the last ones are left longest, of kept ones the first ones are there first.
    if (how === "insertion")
      for (let k = 0; k <= order.length; k++) {
        if (k > 0) best = Math.max(best, all[t * count + index[order[k - 1]]]);
        add(k);
      }
    else
      for (let k = order.length; k >= 0; k--) {
        if (k < order.length) best = Math.max(best, all[t * count + index[order[k]]]);
        add(k);
      }
  }
  return sizes.map((size) => scores[size]);
}

/**
 * Area under a curve over the share of patches, by trapezoids; with even steps it is RISE's
 * `(sum s - s_0 / 2 - s_n / 2) / n` (arXiv 1806.07421).
 * @param shares ascending
 */
export function curveArea(shares: readonly number[], values: readonly number[]): number {
  let area = 0;
  for (let i = 1; i < shares.length; i++)
    area += ((shares[i] - shares[i - 1]) * (values[i] + values[i - 1])) / 2;
  return area / (shares[shares.length - 1] - shares[0]);
}
