/**
 * Attention in the lens: which patch, what is shown, what it says.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */

import { join } from "node:path";
import { inspect } from "node:util";
import {
  caption,
  changeView,
  decodeLensData,
  encodeLensData,
  figureCaption,
  figurePlan,
  LENS_LIMITS,
  lensJson,
  type Page,
  packLens,
  scene,
  topPatches,
  unpackLens,
} from "../../core/index";
import { withReadings } from "../../kernel/api/lens-attention";
import { loadModel } from "../../kernel/hub/load-model";
import { attention, attentionReceived, explain, type Lens, type Model } from "../../kernel/index";
import { setCurrentKernel } from "../../kernel/jupyter/kernel";
import { FrontEnd } from "./support/front-end";
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

test("all heads and the other words' patches come from the same run; stage, layer and head are chosen in the view", async () => {
  const own = lens.map("power");
  const [{ row, column }] = topPatches(own, 1);
  const readings = lens.explanation.attention!;
  expect(new Set(readings.map(({ stage }) => stage))).toEqual(new Set(["tower", "language"]));
  const tower = await lens.attention("power", { stage: "tower", layer: 0, head: 1 });
  expect([lens.view.stage, lens.view.layer, lens.view.head, lens.view.word]).toEqual(["tower", 0, 1, 1]);
  const [read] = await model.attention(page, [{ row, column }]);
  for (const [layer, head] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    lens.view = { layer, head };
    const shown = scene(lens.state).shown;
    expect(shown.map.data).toEqual(read.map({ stage: "tower", layer, head }).data);
    expect(shown.note).toContain(`; vision tower, layer ${layer}, head ${head}; 0.0 % off the page`);
    expect(shown.wider).toBe(false);
  }
  lens.view = { layer: 0, head: 1 };
  expect(scene(lens.state).shown.map.data).toEqual(tower.data);
  // The patch of the other word was read with it.
  lens.view.word = 0;
  const [other] = topPatches(lens.map("wind"), 1);
  expect(scene(lens.state).shown).toMatchObject({ label: "“wind”", wider: false });
  expect(scene(lens.state).shown.note).toContain(
    `Of the patch at row ${other.row}, column ${other.column}`.slice(1),
  );
  lens.view.word = 1;
});

test("what the view cannot show is refused by name", () => {
  expect(() => Object.assign(lens.view, { layer: 2 })).toThrow(
    "invalid view.layer: 2, expected an integer from 0 to 1",
  );
  expect(() => Object.assign(lens.view, { head: 2 })).toThrow(
    "invalid view.head: 2, expected an integer from 0 to 1",
  );
  expect(() => Object.assign(lens.view, { stage: "decoder" })).toThrow(
    'invalid view.stage: "decoder", expected one of tower, language',
  );
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

test("a locked patch is shown in place of the word's, and another word takes its place again", async () => {
  const map = await lens.attention({ row: 2, column: 7 });
  expect(lens.view.region).toEqual({ row: 2, column: 7, rows: 1, columns: 1 });
  expect(scene(lens.state).shown).toMatchObject({ label: "the patch at row 2, column 7", wider: false });
  expect(scene(lens.state).shown.map.data).toEqual(map.data);
  lens.view.word = 0;
  expect(lens.view.region).toBeNull();
  expect(scene(lens.state).shown.label).toBe("“wind”");
  lens.view.region = { row: 9, column: 9, rows: 1, columns: 1 };
  // It was not read: what is shown instead says that it is something else.
  expect(scene(lens.state).shown.wider).toBe(true);
  lens.view.region = null;
});

test("it is kept in what is saved: a lens that is opened again shows every head", () => {
  lens.view = { quantity: "attention", stage: "language", layer: 0, head: 1, word: 1 };
  const { state } = lens;
  const read = unpackLens(packLens(state));
  expect(read.view).toEqual(state.view);
  const [key] = state.data.order;
  expect(read.data.results[key].attention).toEqual(state.data.results[key].attention);
  expect(decodeLensData(encodeLensData(state.data)).results[key].attention).toEqual(
    state.data.results[key].attention,
  );
  for (const change of [{}, { head: null }, { stage: "tower" as const, layer: 1, head: 0 }]) {
    const [a, b] = [state, read].map(({ data, view }) =>
      scene({ data, view: changeView(data, view, change) }),
    );
    expect(b.shown.map.data).toEqual(a.shown.map.data);
    expect(b.shown.note).toBe(a.shown.note);
  }
});

test("a lens keeps as many as a notebook can carry, those read last, and refuses what does not fit the page", () => {
  const { data } = lens.state;
  const [key] = data.order;
  const { attention, ...rest } = data.results[key];
  const [first] = attention!;
  const large = Array.from({ length: 4 }, (_, row) => ({
    ...first,
    row,
    shares: new Float32Array(LENS_LIMITS.shares / 2),
  }));
  const kept = withReadings({ ...data, results: { ...data.results, [key]: rest } }, key, large);
  expect(kept.results[key].attention!.map(({ row }) => row)).toEqual([2, 3]);
  const broken = (change: object) => () =>
    decodeLensData({
      ...data,
      results: { [key]: { ...rest, attention: [{ ...first, ...change }] } },
    });
  expect(broken({})).not.toThrow();
  expect(broken({ shares: first.shares.subarray(1) })).toThrow(
    /^invalid results\..+\.attention\[0\]\.shares: \d+ shares, expected \d+:/,
  );
  expect(broken({ row: 17 })).toThrow("expected an integer from 0 to 16");
  expect(broken({ shares: first.shares.map(() => Number.NaN) })).toThrow(
    "expected a share of attention, 0 to 1",
  );
  expect(broken({ uniform: new Float32Array(3) })).toThrow("uniform: 3 shares, expected 1020");
});

test("explanation@2 has the maps in the layer and head that are in view", () => {
  lens.view = { stage: "language", layer: 0, head: 1, word: 1, quantity: "attention" };
  const json = lensJson(lens.state, { arrays: true });
  const layer = json.layers!.find(({ quantity }) => quantity.name === "attention")!;
  expect(layer.maps.filter(({ of }) => of === "word").map(({ index }) => index)).toEqual([0, 1]);
  expect(layer.maps[2].note).toContain("language model, layer 0, head 1");
  expect(json.view).toMatchObject({ stage: "language", layer: 0, head: 1 });
  expect(json.shown[0].map).toEqual(
    Array.from({ length: 17 }, (_, r) =>
      Array.from(scene(lens.state).shown.map.data.subarray(30 * r, 30 * r + 30)),
    ),
  );
});

test("a figure of several maps has every head, the last layer first, each on its own scale with what goes off the page", async () => {
  lens.view = {
    stage: "language",
    layer: null,
    head: null,
    word: 1,
    quantity: "attention",
    layout: "multiples",
  };
  const plan = figurePlan(lens.state);
  const { row, column } = topPatches(lens.map("power"), 1)[0];
  const [read] = await model.attention(page, [{ row, column }]);
  const heads = [
    [1, 0],
    [1, 1],
    [0, 0],
    [0, 1],
  ];
  expect(plan.panels.map(({ name }) => name)).toEqual(heads.map(([l, h]) => `layer ${l}, head ${h}`));
  expect(plan.heads).toBe(2);
  for (const [i, [layer, head]] of heads.entries()) {
    const map = read.map({ layer, head });
    const { scene: of, value } = plan.panels[i];
    expect(of.shown.map.data).toEqual(map.data);
    expect(of.scale.domain).toEqual([0, Math.max(...map.data)]);
    expect(value).toBe(`${(100 * sum(Object.values(map.offPage))).toFixed(0)} % off`);
  }
  expect(figureCaption(plan)).toMatch(
    /^Attention of the patch at row \d+, column \d+ \(“power”; query “wind power”\) on .+: one map for each of 4 heads of the language model\./,
  );
  expect(lensJson(lens.state).shown.map(({ name }) => name)).toEqual(plan.panels.map(({ name }) => name));
  lens.view.layout = "single";
});

test("the person at the widget reads it: the words' patches at once, then another patch; the newest request counts, and it can be stopped", async () => {
  const front = new FrontEnd();
  const fresh = await explain(model, page, "wind power", { baseline: false });
  const { id } = fresh.widget;
  const measure = () =>
    front.receive(id, { method: "custom", content: { type: "measure", quantity: "attention" } });
  const at = (row: number, column: number) =>
    front.receive(id, {
      method: "update",
      state: { view: { ...fresh.state.view, region: { row, column, rows: 1, columns: 1 } } },
    });
  const idle = { busy: null, fraction: null, error: null };
  await measure();
  expect(fresh.view.quantity).toBe("attention");
  expect(fresh.widget.get("status")).toEqual(idle);
  for (const word of [0, 1]) {
    fresh.view.word = word;
    expect(scene(fresh.state).shown).toMatchObject({ label: `“${fresh.words[word].text}”`, wider: false });
  }
  await at(11, 3);
  expect(scene(fresh.state).shown.wider).toBe(true);
  const running = measure();
  await at(12, 4);
  await Promise.all([running, measure()]);
  expect(scene(fresh.state).shown).toMatchObject({ label: "the patch at row 12, column 4", wider: false });
  expect(fresh.widget.get("status")).toEqual(idle);
  await at(13, 5);
  const stopped = measure();
  await new Promise((resolve) => setImmediate(resolve));
  await front.receive(id, { method: "custom", content: { type: "stop" } });
  await stopped;
  expect(fresh.widget.get("status")).toEqual(idle);
  const mini = await explain(await loadModel("mini", { cacheDir: null }), page, "wind", { baseline: false });
  await front.receive(mini.widget.id, {
    method: "custom",
    content: { type: "measure", quantity: "attention" },
  });
  expect(mini.widget.get("status").error).toMatch(/^no attention to be had of mini: /);
  setCurrentKernel(null);
});

test("what only one side of a comparison was read for ends the comparison; what is measured of B has no say in it", async () => {
  const two = await explain(model, page, "wind power", { baseline: false });
  await two.ask("solar");
  const [now, before] = two.results;
  two.view.result = before.key;
  two.addMap({ name: "altitude" }, new Float32Array(17 * 30));
  two.view = { result: now.key, quantity: "cosine" };
  two.view.compare = before.key;
  await two.attention("solar");
  expect([two.view.quantity, two.view.compare]).toEqual(["attention", null]);
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
