import type { Explanation } from "../../core/index";
import { contrast, margins } from "../../core/interaction/margins";
import { maxsim } from "../../core/interaction/maxsim";
import { explanation } from "./example";

/** Three tokens on a page of 3 x 4 patches: cosines of each, row by row, and its score from them. */
function page(...tokens: number[][]): Explanation {
  const one = explanation();
  const [rows, columns] = [3, 4];
  const data = Float32Array.from(tokens.flat());
  const index = Int32Array.from({ length: 12 }, (_, j) => j);
  return {
    ...one,
    query: {
      ...one.query,
      tokens: ["peak", "of", "load"].map((text, i) => ({ index: i, id: i, text, kind: "word", word: i })),
      words: ["peak", "of", "load"].map((text, i) => ({ index: i, text, tokens: [i] })),
    },
    grid: { rows, columns },
    maps: { kind: "maps", data, tokens: 3, rows, columns },
    maxsim: maxsim(data, 12, { kind: "grid", rows, columns, index }),
  };
}

const PEAK = [0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3];
const OF = [0.1, 0.1, 0.1, 0.49, 0.1, 0.1, 0.1, 0.1, 0.5, 0.1, 0.1, 0.1];
const LOAD = [0.1, 0.1, 0.1, 0.1, 0.1, 0.6, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1];
const a = page(PEAK, OF, LOAD);
const b = page(
  PEAK.map((v) => v / 4),
  OF,
  LOAD.map((v) => v / 2),
);

test("each token has its share of the score, its runner-up place and page", () => {
  const rows = margins(a, [b]);
  expect(rows.map(({ text }) => text)).toEqual(["peak", "load", "of"]);
  expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  const [peak, load, of] = rows;
  expect(peak).toMatchObject({ place: { row: 0, column: 0 }, runnerUp: { row: 2, column: 3 }, page: 0 });
  expect(peak.share).toBeCloseTo(0.8 / 1.9, 6);
  expect(peak.placeMargin).toBeCloseTo(0.5, 6);
  expect(peak.pageMargin).toBeCloseTo(0.6, 6);
  // What touches the best patch is the same place.
  expect([load.runnerUp, load.placeMargin]).toEqual([null, null]);
  expect(of.placeMargin).toBeCloseTo(0.01, 6);
  expect(of.pageMargin).toBeCloseTo(0, 6);
  expect(rows.map(({ anywhere }) => anywhere)).toEqual([false, false, true]);
});

test("alone on a page a token has no runner-up page", () => {
  expect(margins(a, []).map(({ page, pageMargin }) => [page, pageMargin])).toEqual(
    Array(3).fill([null, null]),
  );
});

test("contrast adds up to the difference of the scores, the largest first", () => {
  const rows = contrast(a, b);
  expect(rows.map(({ text }) => text)).toEqual(["peak", "load", "of"]);
  expect(rows[0].difference).toBeCloseTo(0.6, 6);
  const sum = rows.reduce((total, { difference }) => total + difference, 0);
  expect(sum).toBeCloseTo(a.maxsim.score - b.maxsim.score, 6);
  expect(contrast(b, a)[0].difference).toBeCloseTo(-0.6, 6);
});

test("another query is no page to contrast with", () => {
  const other = { ...b, query: { ...b.query, text: "wind", tokens: b.query.tokens.slice(0, 2) } };
  expect(() => contrast(a, other)).toThrow(
    /^invalid pages: one is of ".*" and one of "wind" or of another model/,
  );
});
