import { inspect } from "node:util";
import { PatchMap } from "../../core/data/patch-map";
import { aggregate, scene, tokenMap, topPlaces, wordMap } from "../../core/index";
import { baseline, explanation, lensData, lensState } from "./example";

const map = new PatchMap(Float32Array.of(0.125, -0.25, 0.5, 0.75, 0, 0.25), 2, 3);

test("a cell is read by its row and column, from 0", () => {
  expect([map.at(0, 0), map.at(0, 2), map.at(1, 0), map.at(1, 2)]).toEqual([0.125, 0.5, 0.75, 0.25]);
  expect(() => map.at(2, 0)).toThrow("invalid row: 2, expected an integer from 0 to 1");
  expect(() => map.at(0, 3)).toThrow("invalid column: 3, expected an integer from 0 to 2");
  expect(() => map.at(-1, 0)).toThrow("invalid row: -1");
  expect(() => map.at(0.5, 0)).toThrow("invalid row: 0.5");
});

test("it prints as one line that says what is in it", () => {
  const line = "PatchMap 2 × 3, cosines −0.25 … 0.75, best 0.75 at row 1, column 0";
  expect([inspect(map), String(map)]).toEqual([line, line]);
  expect(inspect({ peak: map })).toContain(line);
});

test("every map says what its numbers are", () => {
  const measured = explanation({ baseline: baseline() });
  const { maps } = measured;
  expect(
    [tokenMap(maps, 1), wordMap(maps, [2, 3]), aggregate(maps, "max")].map((m) => [
      m.quantity,
      m.unit,
      m.range,
    ]),
  ).toEqual(Array(3).fill(["cosine", "", [-1, 1]]));
  expect(inspect(aggregate(maps, "winner"))).toMatch(/^PatchMap 2 × 3, sums of cosines /);
  const shown = (view: object) => inspect(scene(lensState(view, lensData(measured, measured))).shown.map);
  expect(shown({ token: 1, word: 0, chance: "subtracted" })).toContain(", cosines above baseline ");
  expect(shown({ compare: "r1", difference: true })).toContain(", differences of cosines ");
});

test("a word's map is the mean over its tokens", () => {
  const { maps } = explanation();
  wordMap(maps, [2, 3]).data.forEach((v, j) => {
    expect(v).toBeCloseTo((maps.data[12 + j] + maps.data[18 + j]) / 2, 6);
  });
});

test("places stand apart: the cells of one peak are one place", () => {
  const rows = [
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    [0.1, 0.8, 0.7, 0.75, 0.1, 0.1, 0.6],
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    [0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1],
    [0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
  ];
  const of = new PatchMap(Float32Array.from(rows.flat()), 5, 7);
  const places = (k: number) => topPlaces(of, k).map((p) => [p.row, p.column]);
  expect(places(9)).toEqual([
    [1, 1],
    [1, 6],
    [4, 0],
    [3, 4],
  ]);
  expect(places(2)).toEqual([
    [1, 1],
    [1, 6],
  ]);
  expect([places(0), topPlaces(of, 1)[0].value]).toEqual([[], Math.fround(0.8)]);
});

test("a peak stands apart when the map falls half its height above the median on the way to a higher one", () => {
  const line = (...values: number[]) =>
    topPlaces(new PatchMap(Float32Array.from(values), 1, values.length), 9).map((p) => p.column);
  expect(line(0, 1, 0.25, 0.75, 0, 0, 0)).toEqual([1, 3]);
  expect(line(0, 1, 0.5, 0.75, 0, 0, 0)).toEqual([1]);
  // Cells that touch at a corner belong together.
  const corner = new PatchMap(Float32Array.of(1, 0, 0, 0, 0.9, 0, 0, 0, 0), 3, 3);
  expect(topPlaces(corner, 9).map((p) => [p.row, p.column])).toEqual([[0, 0]]);
});

test("a map without peaks has one place; equal peaks come in raster order", () => {
  const flat = new PatchMap(new Float32Array(6).fill(0.5), 2, 3);
  expect(topPlaces(flat, 9)).toEqual([{ row: 0, column: 0, value: 0.5 }]);
  const twins = new PatchMap(Float32Array.of(-0.2, -0.9, -0.9, -0.9, -0.2), 1, 5);
  expect(topPlaces(twins, 9).map((p) => p.column)).toEqual([0, 4]);
});
