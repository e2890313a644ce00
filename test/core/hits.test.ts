import type { PageWord } from "../../core";
import { PatchMap } from "../../core/data/patch-map";
import { hits } from "../../core/interaction/hits";
import { printedRegions } from "../../core/interaction/regions";

// 6 columns x 4 rows on a page of 600 x 400 pixels: a patch is 100 x 100.
const PAGE = { width: 600, height: 400 };
const map = (...rows: number[][]) => new PatchMap(Float32Array.from(rows.flat()), 4, 6);
const word = (text: string, x: number, y: number, width: number, line: number, block = line): PageWord => ({
  text,
  rect: { x, y, width, height: 60 },
  line,
  block,
  source: "pdf",
});

const WORDS = [
  word("peak", 10, 20, 90, 0, 0),
  word("load", 210, 20, 90, 0, 0),
  word("wind", 10, 220, 180, 1, 1),
  word("share", 210, 220, 180, 1, 1),
];

test("hot patches are named by the words under them, best first", () => {
  const found = hits(
    map([0.8, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0.5, 0.6, 0, 0], [0, 0, 0, 0, 0, 0]),
    0.4,
    PAGE,
    WORDS,
  );
  expect(found.map(({ text, line, rect }) => ({ text, line, rect }))).toEqual([
    { text: "peak", line: 0, rect: { x: 10, y: 20, width: 90, height: 60 } },
    { text: "share", line: 1, rect: { x: 210, y: 220, width: 180, height: 60 } },
  ]);
  expect(found[1].value).toBeCloseTo(0.6);
  expect(found[1].patches.map(({ row, column }) => [row, column])).toEqual([
    [2, 3],
    [2, 2],
  ]);
});

test("neighbours of one line are one hit, also across a gap of one patch; those of two lines are two", () => {
  const row = [0.8, 0, 0.7, 0, 0, 0];
  const one = hits(map(row, [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]), 0.4, PAGE, WORDS);
  expect(one.map((hit) => hit.text)).toEqual(["peak load"]);
  expect(one[0].rect).toEqual({ x: 10, y: 20, width: 290, height: 60 });
  const near = [word("upper", 0, 20, 100, 0), word("lower", 0, 120, 100, 1)];
  const two = hits(
    map([0.8, 0, 0, 0, 0, 0], [0.7, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]),
    0.4,
    PAGE,
    near,
  );
  expect(two.map((hit) => hit.text)).toEqual(["upper", "lower"]);
});

test("where a patch overlaps two lines, it speaks of the one on which the map is high", () => {
  // Two lines share the first row of patches; the second word goes on into a row that is cold.
  const both = [
    word("hot", 10, 10, 90, 0),
    { ...word("cold", 10, 60, 90, 1), rect: { x: 10, y: 60, width: 90, height: 90 } },
  ];
  const found = hits(
    map([0.8, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]),
    0.4,
    PAGE,
    both,
  );
  expect(found.map((hit) => hit.text)).toEqual(["hot"]);
});

test("patches without print beside a line are its fringe; apart from print they are a hit without words", () => {
  const found = hits(
    map([0.8, 0, 0, 0, 0, 0], [0.5, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0.7], [0, 0, 0, 0, 0, 0.6]),
    0.4,
    PAGE,
    [WORDS[0]],
  );
  expect(found.map(({ text, line, patches }) => [text, line, patches.length])).toEqual([
    ["peak", 0, 2],
    ["", null, 2],
  ]);
  expect(found[1].rect).toEqual({ x: 500, y: 200, width: 100, height: 200 });
});

test("signs part words: only the part under the patches is named", () => {
  const code = [word("f(aggregate,maximum)", 0, 20, 600, 0)];
  const found = hits(
    map([0, 0, 0, 0, 0.8, 0.8], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]),
    0.4,
    PAGE,
    code,
  );
  expect(found.map((hit) => hit.text)).toEqual(["maximum"]);
});

test("nothing hot, no hits; a level that all reach, one for each line", () => {
  const flat = map(...Array.from({ length: 4 }, () => [0.3, 0.3, 0.3, 0.3, 0.3, 0.3]));
  expect(hits(flat, 0.4, PAGE, WORDS)).toEqual([]);
  // What is not print is one hit without words.
  const everywhere = hits(flat, 0.3, PAGE, WORDS);
  expect(everywhere.map((hit) => hit.text).sort()).toEqual(["", "peak load", "wind share"]);
});

test("regions: the mean of the map, weighted by intersection over union, highest first", () => {
  const values = map(
    [0.1, 0.2, 0.25, 0.4, 0, 0],
    [0, 0, 0, 0, 0, 0],
    [0.5, 0.1, 0.9, 0.7, 0, 0],
    [0, 0, 0, 0, 0, 0],
  );
  const words = printedRegions(values, PAGE, WORDS, "word");
  expect(words.map((region) => region.text)).toEqual(["share", "wind", "load", "peak"]);
  // "wind" overlaps two patches of 100 x 100 with 90 x 60 each, of 180 x 60: the same weight for both.
  expect(words[1].relevance).toBeCloseTo((0.5 + 0.1) / 2, 6);
  const lines = printedRegions(values, PAGE, WORDS, "line");
  expect(lines.map((region) => region.text)).toEqual(["wind share", "peak load"]);
  // 380 x 60: 90 of the first patch, 100 of the second and third, 90 of the fourth.
  const weight = (shared: number) => shared / (10_000 + 380 * 60 - shared);
  const [a, b] = [weight(90 * 60), weight(100 * 60)];
  expect(lines[0].relevance).toBeCloseTo((0.5 * a + 0.1 * b + 0.9 * b + 0.7 * a) / (2 * a + 2 * b), 6);
  expect(printedRegions(values, PAGE, WORDS, "block")).toHaveLength(2);
  expect(printedRegions(values, PAGE, [], "line")).toEqual([]);
  const beside = { ...WORDS[0], rect: { ...WORDS[0].rect, x: -1000 } };
  expect(printedRegions(values, PAGE, [beside, ...WORDS], "word")).toEqual(words);
});
