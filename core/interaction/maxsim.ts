import { type MapCells, PatchMap } from "../data/patch-map.js";
import { COSINE_QUANTITY, COSINE_SUM } from "../data/quantities.js";
import type { Aggregate, MaxSim, MultiVector, PatchGrid, Rect, SimilarityMaps } from "../data/vocabulary.js";

/**
 * Cosines of all query tokens with all page vectors: `[token][vector]`, row-major.
 * The plain loop: the oracle for the graph that runs on the execution provider, and the fallback without one.
 * Vectors are of unit length, so the dot product is the cosine.
 */
export function cosines(query: MultiVector, page: MultiVector): Float32Array {
  if (query.dim !== page.dim)
    throw new RangeError(
      `invalid vectors: query has ${query.dim} dimensions and page ${page.dim}, expected the same`,
    );
  const { dim } = query;
  const out = new Float32Array(query.count * page.count);
  for (let t = 0; t < query.count; t++) {
    for (let j = 0; j < page.count; j++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += query.data[t * dim + d] * page.data[j * dim + d];
      out[t * page.count + j] = sum;
    }
  }
  return out;
}

/**
 * Picks the patches out of the cosines with a whole page sequence and puts them in raster order.
 * @param all cosines `[token][vector]` with `count` vectors a token
 */
export function similarityMaps(all: Float32Array, count: number, grid: PatchGrid): SimilarityMaps {
  const cells = grid.rows * grid.columns;
  const tokens = all.length / count;
  const data = new Float32Array(tokens * cells);
  for (let t = 0; t < tokens; t++)
    for (let j = 0; j < cells; j++) data[t * cells + j] = all[t * count + grid.index[j]];
  return { kind: "maps", data, tokens, rows: grid.rows, columns: grid.columns };
}

/**
 * Late interaction: `score = sum over tokens of the maximum over ALL page vectors`
 * (colpali-engine, `score_multi_vector`), next to what the patches alone account for.
 */
export function maxsim(all: Float32Array, count: number, grid: PatchGrid): MaxSim {
  const cells = grid.rows * grid.columns;
  const tokens: MaxSim["tokens"] = [];
  let score = 0;
  let patchScore = 0;
  for (let base = 0; base < all.length; base += count) {
    let bestIndex = 0;
    for (let j = 1; j < count; j++) if (all[base + j] > all[base + bestIndex]) bestIndex = j;
    let cell = 0;
    for (let j = 1; j < cells; j++) if (all[base + grid.index[j]] > all[base + grid.index[cell]]) cell = j;
    const best = all[base + bestIndex];
    const patchBest = all[base + grid.index[cell]];
    tokens.push({
      best,
      bestIndex,
      patchBest,
      row: Math.floor(cell / grid.columns),
      column: cell % grid.columns,
      offImage: best > patchBest,
    });
    score += best;
    patchScore += patchBest;
  }
  return { kind: "maxsim", score, patchScore, residue: score - patchScore, tokens };
}

/** The map of one token: a view of the shared data, not a copy. */
export function tokenMap(maps: SimilarityMaps, token: number): PatchMap {
  if (!Number.isInteger(token) || token < 0 || token >= maps.tokens)
    throw new RangeError(`invalid token: ${token}, expected an integer from 0 to ${maps.tokens - 1}`);
  const cells = maps.rows * maps.columns;
  return new PatchMap(maps.data.subarray(token * cells, (token + 1) * cells), maps.rows, maps.columns);
}

/** The map of a word, which is the mean over its tokens everywhere: its cells stay cosines. */
export function wordMap(maps: SimilarityMaps, tokens: readonly number[]): PatchMap {
  return aggregate(maps, "mean", tokens);
}

/**
 * One map for several tokens: those that are in scope, all of them by default.
 * - `max`: `A_j = max_t S_tj`; `mean`: `A_j = (1/n) sum_t S_tj`;
 * - `winner`: `A_j = sum_t M_t [j wins token t]`, ties split evenly: over all tokens it sums to the patch part of
 *   the score.
 */
export function aggregate(maps: SimilarityMaps, how: Aggregate, tokens?: readonly number[]): PatchMap {
  const chosen = tokens ?? Array.from({ length: maps.tokens }, (_, t) => t);
  if (chosen.length === 0) throw new RangeError("invalid tokens: none, expected at least one");
  const cells = maps.rows * maps.columns;
  const data = new Float32Array(cells).fill(how === "max" ? Number.NEGATIVE_INFINITY : 0);
  for (const t of chosen) {
    const map = tokenMap(maps, t).data;
    if (how === "winner") {
      const best = map.reduce((a, b) => Math.max(a, b));
      const winners: number[] = [];
      map.forEach((v, j) => {
        if (v === best) winners.push(j);
      });
      for (const j of winners) data[j] += best / winners.length;
    } else if (how === "mean") for (let j = 0; j < cells; j++) data[j] += map[j] / chosen.length;
    else for (let j = 0; j < cells; j++) if (map[j] > data[j]) data[j] = map[j];
  }
  return new PatchMap(data, maps.rows, maps.columns, how === "winner" ? COSINE_SUM : COSINE_QUANTITY);
}

/** Where a patch lies on a page of the given size. Every family resizes without cropping, so cells are even. */
export function patchRect(
  grid: { rows: number; columns: number },
  row: number,
  column: number,
  page: { width: number; height: number },
): Rect {
  const width = page.width / grid.columns;
  const height = page.height / grid.rows;
  return { x: column * width, y: row * height, width, height };
}

export interface PatchValue {
  row: number;
  column: number;
  value: number;
}

/** The `k` highest cells, best first; ties by raster order. */
export function topPatches(map: MapCells, k: number): PatchValue[] {
  // Insertion into a short list: a sort of all cells would take longer than a frame on large grids.
  const { data } = map;
  const best: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < data.length; j++) {
    if (best.length === k && !(data[j] > least)) continue;
    let at = best.length;
    while (at > 0 && data[j] > data[best[at - 1]]) at--;
    best.splice(at, 0, j);
    if (best.length > k) best.pop();
    if (best.length === k && k > 0) least = data[best[k - 1]];
  }
  return best.map((j) => ({
    row: Math.floor(j / map.columns),
    column: j % map.columns,
    value: map.data[j],
  }));
}

/**
 * The cells of a region, best first; ties by raster order.
 * @param grid the grid that the region counts in; on a map of another size they are the cells whose centres it covers
 */
export function regionPatches(
  map: MapCells,
  { row, column, rows, columns }: { row: number; column: number; rows: number; columns: number },
  grid: { rows: number; columns: number },
): PatchValue[] {
  const covered = (start: number, length: number, from: number, to: number) => {
    const [first, end] = [start, start + length].map((at) => Math.ceil((at * to) / from - 0.5));
    return Array.from({ length: end - first }, (_, i) => first + i);
  };
  return covered(row, rows, grid.rows, map.rows)
    .flatMap((r) =>
      covered(column, columns, grid.columns, map.columns).map((c) => ({
        row: r,
        column: c,
        value: map.data[r * map.columns + c],
      })),
    )
    .sort((a, b) => b.value - a.value);
}
