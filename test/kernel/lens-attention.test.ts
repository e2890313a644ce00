/**
 * Attention in the lens: which patch, what is shown, what it says.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */

import { join } from "node:path";
import { inspect } from "node:util";
import { caption, decodeLensData, encodeLensData, type Page, scene, topPatches } from "../../core/index";
import { loadModel } from "../../kernel/hub/load-model";
import { attention, attentionReceived, explain, type Lens, type Model } from "../../kernel/index";
import { goldenPage, goldenRoot } from "./support/golden";

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
let model: Model;
let page: Page;
let lens: Lens;

beforeAll(async () => {
  page = await goldenPage("images/landscape.png");
  model = await loadModel(join(goldenRoot, "colqwen2"), { cacheDir: null, provider: "cpu" });
  lens = await explain(model, page, "wind power", { baseline: false });
});
afterAll(() => model.dispose());

test("a word's attention is that of its best patch, and the lens shows it", async () => {
  const [{ row, column }] = topPatches(lens.map("power"), 1);
  const map = await lens.attention("power");
  expect(map.source).toEqual({
    stage: "language",
    layer: 1,
    head: null,
    patch: { row, column },
    isOverUniform: false,
  });
  expect(sum(map.data) + sum(Object.values(map.offPage))).toBeCloseTo(1, 5);
  expect(map.offPage.view).toBe(0);
  expect(map.offPage.prompt).toBeGreaterThan(0);
  expect(map.offPage.special).toBeGreaterThan(0);
  expect(lens.view.quantity).toBe("attention");
  const shown = scene(lens.state);
  expect(Array.from(shown.shown.map.data)).toEqual(Array.from(map.data));
  expect(shown.scale.quantity.noun).toBe("attention");
  const percent = (100 * sum(Object.values(map.offPage))).toFixed(1);
  expect(caption(shown)).toContain(
    `Of the patch at row ${row}, column ${column}; language model, layer 1, mean over heads; ${percent} % off the page (prompt `,
  );
  expect(inspect(map)).toMatch(/^PatchMap 17 × 30, shares of attention .*; of the patch at row/);
});

test("another word's map stands beside it, another layer or head takes its place", async () => {
  await lens.attention("wind");
  const tower = await lens.attention("power", { stage: "tower", layer: 0, head: 1 });
  const { maps } = lens.explanation.layers!.find(({ quantity }) => quantity.name === "attention")!;
  expect(maps.map(({ of, index }) => [of, index])).toEqual([
    ["word", 0],
    ["word", 1],
  ]);
  expect(maps[1].data).toEqual(tower.data);
  expect(maps[1].note).toContain("; vision tower, layer 0, head 1; 0.0 % off the page");
  lens.view.word = 1;
  expect(Array.from(scene(lens.state).shown.map.data)).toEqual(Array.from(tower.data));
});

test("any patch, rolled out, and what all receive", async () => {
  const rolled = await lens.attention({ row: 2, column: 7 }, { rollout: true });
  expect(rolled.source).toMatchObject({ layer: null, patch: { row: 2, column: 7 } });
  expect(lens.view.quantity).toBe("attention-rollout");
  const received = await lens.attentionReceived({ stage: "tower", layer: 1 });
  expect(lens.view.quantity).toBe("attention-received");
  expect(received.source.patch).toBeNull();
  expect(sum(received.data)).toBeCloseTo(1, 5);
  const alone = await attentionReceived(model, page, { stage: "tower", layer: 1 });
  expect(alone.data).toEqual(received.data);
  const over = await lens.attentionReceived({ overUniform: true });
  expect(scene(lens.state).scale.quantity.noun).toBe("attention received over uniform causal attention");
  expect(over.unit).toBe("×");
});

test("it is kept in what is saved", () => {
  const { data } = lens.state;
  const read = decodeLensData(encodeLensData(data));
  const [key] = data.order;
  expect(read.results[key].layers!.map(({ quantity }) => quantity.name)).toEqual(
    data.results[key].layers!.map(({ quantity }) => quantity.name),
  );
  expect(read.results[key].layers![0].maps[0].note).toBe(data.results[key].layers![0].maps[0].note);
});

test("what cannot be asked for is said", async () => {
  await expect(lens.attention("rain")).rejects.toThrow(
    'invalid word: "rain", expected one of "wind", "power", or a token\'s index',
  );
  await expect(lens.attention(99)).rejects.toThrow("invalid token: 99, expected an integer from 0 to");
  await expect(lens.attention({ row: 17, column: 0 })).rejects.toThrow(
    "invalid row: 17, expected an integer from 0 to 16",
  );
  await expect(attention(model, "wind", { head: 2 })).rejects.toThrow(
    "invalid head: 2, expected an integer from 0 to 1",
  );
});

test("attention between the tokens of a query prints as a table", async () => {
  const map = await attention(model, "wind power", { layer: 0 });
  expect(map).toMatchObject({ layer: 0, head: null });
  const lines = inspect(map).split("\n");
  expect(lines[0]).toBe("attention between tokens, layer 0, mean over heads");
  expect(lines.length).toBe(2 + map.tokens.length);
  // Causal: the first token sees itself only.
  expect(map.at(0, 0)).toBeCloseTo(1, 6);
  expect(lines[2]).toContain(`${map.tokens[0].text} 1.00`);
});
