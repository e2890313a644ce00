/**
 * Deletion and insertion on a model whose answers are known in closed form: a patch's vector is its mean colour.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { inspect } from "node:util";
import { type FaithfulnessOptions, removalCurves } from "../../engine/explain/faithfulness.js";
import { explainPage } from "../../engine/explain/index.js";
import type { Model } from "../../engine/explain/model.js";
import { explain } from "../../kernel/index.js";
import { type Colour, colourModel, colourPage } from "../kernel/support/colour-model.js";

const YELLOW = 1 / Math.sqrt(2);
const WHITE = 1 / Math.sqrt(3);
const CELLS: Colour[] = ["red", "white", "white", "white", "yellow", "white"];
const SIXTHS = [1, 2, 3, 4, 5].map((k) => k / 6);

let model: Model;
let asked: string[];
beforeAll(async () => {
  ({ model, asked } = await colourModel());
});
afterAll(() => model.dispose());

async function curves(options: FaithfulnessOptions = {}, query = "red") {
  const page = colourPage(CELLS, { 0: "red", 4: "yellow" });
  const explanation = await explainPage(model, page, query, { baseline: null });
  const before = asked.length;
  const steps: [number, number][] = [];
  const all = await removalCurves(model, page, explanation, { shares: SIXTHS, ...options }, (...step) =>
    steps.push(step),
  );
  // The page itself is looked up once, for its vectors.
  expect(asked.length).toBe(before + 1);
  return { all, steps };
}
const shown = (values: number[]) => values.map((v) => v.toFixed(4));

test("vectors: the curve is what is left of the maxima, the area in closed form", async () => {
  const { all, steps } = await curves({ pixels: false });
  expect(steps).toEqual([]);
  const [map] = all.filter(({ test, order }) => test === "deletion" && order === "map");
  expect(map.level).toBe("vectors");
  expect(shown(map.scores)).toEqual(shown([1, YELLOW, WHITE, WHITE, WHITE, WHITE, 0]));
  expect(map.area).toBeCloseTo((0.5 + YELLOW + 4 * WHITE) / 6, 5);
  const [reversed] = all.filter(({ test, order }) => test === "deletion" && order === "reversed");
  expect(shown(reversed.scores)).toEqual(shown([1, 1, 1, 1, 1, 1, 0]));
  const [insertion] = all.filter(({ test, order }) => test === "insertion" && order === "map");
  expect(shown(insertion.scores)).toEqual(shown([0, 1, 1, 1, 1, 1, 1]));
  for (const chance of ["random", "permuted"])
    expect(all.filter(({ order, test }) => order === chance && test === "deletion").length).toBe(100);
});

test("pixels: blanking red leaves yellow, then paper; revealing red alone is enough", async () => {
  const { all, steps } = await curves({ orders: 2 });
  const of = (test: string, order = "map") =>
    all.filter((curve) => curve.level === "pixels" && curve.test === test && curve.order === order)[0];
  expect(shown(of("deletion").scores)).toEqual(shown([1, YELLOW, WHITE, WHITE, WHITE, WHITE, WHITE]));
  // Relative to a blank page, which still scores as white does.
  const left = (YELLOW - WHITE) / (1 - WHITE);
  expect(of("deletion").area).toBeCloseTo((0.5 + left) / 6, 5);
  expect(shown(of("deletion", "reversed").scores)).toEqual(shown([1, 1, 1, 1, 1, 1, WHITE]));
  expect(of("deletion", "reversed").area).toBeCloseTo(5.5 / 6, 5);
  expect(shown(of("insertion").scores.slice(1))).toEqual(shown([1, 1, 1, 1, 1, 1]));
  // With infill there is no last point: of a page with nothing left there is nothing to fill in from.
  expect(of("deletion, ROAD infill").scores.length).toBe(6);
  expect(of("deletion, ROAD infill").scores[1]).toBeLessThan(0.95);
  // Three pages to begin with; then of each test each order at each share.
  expect(steps.at(-1)).toEqual([3 + 3 * 6 * 5, 3 + 3 * 6 * 5]);
});

test("a permuted order is that of a map with the query's dimensions in another order", async () => {
  const { all } = await curves({ pixels: false });
  const permuted = all.filter(({ test, order }) => test === "deletion" && order === "permuted");
  expect(permuted.map(({ seed }) => seed)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  // Red is one dimension of three: where it is green, white and yellow patches go first, in raster order, or yellow does.
  const [map] = all.filter(({ test, order }) => test === "deletion" && order === "map");
  const kinds = new Set(permuted.map(({ scores }) => String(shown(scores))));
  expect(kinds.has(String(shown(map.scores)))).toBe(true);
  const green = shown([1, 1, 1, 1, 1, 1, 0]);
  expect(kinds.has(String(green))).toBe(true);
  // Each of the six orders of three dimensions is about as common: red stays red in a third of them.
  const same = permuted.filter(({ scores }) => String(shown(scores)) === String(shown(map.scores))).length;
  expect(same).toBeGreaterThan(20);
  expect(same).toBeLessThan(47);
});

test.each<[FaithfulnessOptions, string]>([
  [{ orders: 0 }, "invalid orders: 0, expected an integer from 1 to 1000"],
  [{ vectorOrders: 19 }, "invalid vectorOrders: 19, expected an integer from 20 to 10000"],
  [{ shares: [0.5, 0.2] }, "invalid shares: 0.2, expected numbers above 0 and below 1, ascending"],
  [{ shares: [1] }, "invalid shares: 1"],
])("what cannot be is said: %j", async (options, says) => {
  await expect(curves(options)).rejects.toThrow(says);
});

test("it stops with its signal", async () => {
  const page = colourPage(CELLS);
  const explanation = await explainPage(model, page, "red", { baseline: null });
  const stop = new AbortController();
  const work = removalCurves(model, page, explanation, { signal: stop.signal }, () => stop.abort("enough"));
  await expect(work).rejects.toBe("enough");
});

test("a lens says it in a sentence, a table and a figure, and has the rank agreement once occlusion is measured", async () => {
  const page = colourPage(CELLS, { 0: "red", 4: "yellow", 5: "white" });
  const lens = await explain(model, page, "red", { baseline: false });
  const first = await lens.faithfulness({ orders: 3, shares: SIXTHS });
  expect(first.agreement).toBeNull();
  const lines = inspect(first).split("\n");
  expect(lines[0]).toBe(first.verdict);
  expect(lines).toContain("For the rank agreement with occlusion, call `await lens.occlusion()` first.");
  expect(lines.find((line) => line.startsWith("dropped"))).toMatch(
    /dropped +test +better is +map +random +from +to +permuted +reversed +orders +p/,
  );
  expect(first.figure).toMatch(/^<svg .*by the map/s);
  await lens.occlusion();
  const { agreement } = await lens.faithfulness({ pixels: false });
  // Similarity ranks red, yellow, white; only red takes anything: ranks 3, 2, 1 against 3, 1.5, 1.5.
  expect(agreement?.[0]).toMatchObject({ word: "red", among: 3, similar: "red", cause: "red" });
  expect(agreement?.[0].rank).toBeCloseTo(1.5 / Math.sqrt(2 * 1.5), 6);
  expect(JSON.parse(JSON.stringify(first)).curves.length).toBe(2 * 202 + 3 * 8);
});
