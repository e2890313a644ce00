import { aggregate, cosines, maxsim, similarityMaps, tokenMap, topPatches } from "../../core/index";

/** A 3 x 2 grid whose sequence is scrambled and has one prompt vector, so that an order error shows. */
const grid = { kind: "grid" as const, rows: 2, columns: 3, index: Int32Array.of(6, 5, 4, 3, 2, 1) };
// Three tokens on seven vectors: [prompt, cells in reverse raster order]
const all = Float32Array.of(
  ...[0.1, 0.6, 0.5, 0.4, 0.3, 0.2, 0.9], // best on cell 0 (row 0, column 0)
  ...[0.8, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1], // best on the prompt vector; best cell is the last
  ...[0, 0.5, 0, 0.5, 0, 0, 0], // a tie between (1, 2) and (1, 0)
);

test("maps are in raster order, not in sequence order", () => {
  const maps = similarityMaps(all, 7, grid);
  expect(Array.from(tokenMap(maps, 0).data)).toEqual([0.9, 0.2, 0.3, 0.4, 0.5, 0.6].map(Math.fround));
});

test("score = patch maxima + residue, and the off-image token is flagged", () => {
  const m = maxsim(all, 7, grid);
  expect(m.score).toBeCloseTo(0.9 + 0.8 + 0.5, 6);
  expect(m.patchScore + m.residue).toBeCloseTo(m.score, 6);
  expect(m.residue).toBeCloseTo(0.1, 6);
  expect(m.tokens.map((t) => t.offImage)).toEqual([false, true, false]);
  expect(m.tokens.map((t) => [t.row, t.column])).toEqual([
    [0, 0],
    [1, 2],
    [1, 0],
  ]);
});

test("the winner aggregate sums to the patch part, ties split", () => {
  const maps = similarityMaps(all, 7, grid);
  const winner = aggregate(maps, "winner");
  expect(winner.data.reduce((a, b) => a + b)).toBeCloseTo(maxsim(all, 7, grid).patchScore, 6);
  expect(winner.data[3]).toBeCloseTo(0.25, 6);
});

test("cosines is [token][vector]", () => {
  const query = { kind: "vectors" as const, data: Float32Array.of(1, 0, 0, 1), count: 2, dim: 2 };
  const page = { kind: "vectors" as const, data: Float32Array.of(1, 0, 0.6, 0.8, 0, 1), count: 3, dim: 2 };
  expect(Array.from(cosines(query, page))).toEqual([1, 0.6, 0, 0, 0.8, 1].map(Math.fround));
  expect(() => cosines(query, { ...page, dim: 3 })).toThrow("query has 2 dimensions and page 3");
});

test("top patches are ordered by value, then by raster order", () => {
  const map = tokenMap(similarityMaps(all, 7, grid), 2);
  expect(topPatches(map, 2)).toEqual([
    { row: 1, column: 0, value: 0.5 },
    { row: 1, column: 2, value: 0.5 },
  ]);
});

test("an unknown token is refused by number", () => {
  expect(() => tokenMap(similarityMaps(all, 7, grid), 3)).toThrow(
    "invalid token: 3, expected an integer from 0 to 2",
  );
});
