/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type LensData, type LensView, queryText, scene } from "../../core/index";
import { explain, type Lens, loadModel, type Model, openPages, type Page } from "../../kernel/index";
import { setCurrentKernel } from "../../kernel/jupyter/kernel";
import { describe as describeValue, hasSteps } from "../../kernel/jupyter/mime";
import { openWidgets } from "../../kernel/jupyter/widget-protocol/widget-registry";
import { FrontEnd, type Sent } from "./support/front-end";
import { goldenRoot } from "./support/golden";

const REPORT = join(__dirname, "../../examples/energy-report.pdf");
let model: Model;
let other: Model;
let pages: Page[];

beforeAll(async () => {
  model = await loadModel("mini", { cacheDir: null });
  other = await loadModel(join(goldenRoot, "colpali"), { provider: "cpu", cacheDir: null });
  pages = await openPages(REPORT);
});
afterEach(() => setCurrentKernel(null));
afterAll(async () => {
  await model.dispose();
  await other.dispose();
});

/** Names of the lens's properties in each message that it sent. */
const sentBy = (lens: Lens, messages: Sent[]) =>
  messages
    .filter(({ comm }) => comm === lens.widget.id)
    .map(({ data }) => Object.keys(data.state as object).sort());

/** What result models were opened or completed with: whether they have a baseline. */
const baselinesIn = (messages: Sent[]) =>
  messages.flatMap(({ data }) => {
    const { baseline } = (data.state ?? {}) as { baseline?: object | null };
    return baseline === undefined ? [] : [baseline !== null];
  });

/** A lens on a page of a notebook, as it is before anybody has touched it. */
async function shown(query: string, on: Page[] = pages.slice(0, 1)) {
  const page = new FrontEnd();
  const lens = await explain(model, on, query);
  lens.widget;
  return { page, lens };
}

test("in a fresh lens a token that a cell selects moves the picture, and is told of once", async () => {
  const { page, lens } = await shown("battery harbour");
  await lens.measured;
  page.take();
  const seen: unknown[] = [];
  lens.onView(({ token, word }) => seen.push([token, word]));
  lens.view.token = 1;
  const sent = page.take();
  expect(sent.map(({ data }) => (data.state as { view: object }).view)).toMatchObject([
    { token: 1, word: 1 },
  ]);
  expect(seen).toEqual([[1, 1]]);
  lens.view.token = 1;
  lens.view = { token: 1, color: { opacity: lens.view.color.opacity } };
  expect([page.take(), seen.length]).toEqual([[], 1]);
  await page.receive(lens.widget.id, {
    method: "update",
    state: { view: { ...lens.state.view, token: 0, word: 0 } },
  });
  expect(seen).toEqual([
    [1, 1],
    [0, 0],
  ]);
  lens.view.token = 1;
  expect(seen.length).toBe(3);
});

test("a query's maps are sent before chance is measured, and chance alone afterwards", async () => {
  const { page, lens } = await shown("battery");
  await lens.measured;
  page.take();
  page.pending.length = 0;
  await lens.ask("wind turbine");
  const first = page.take();
  expect(sentBy(lens, first)).toEqual([["data", "measuring", "results", "view"]]);
  // The earlier query's result is there already.
  expect(baselinesIn(first)).toEqual([false]);
  expect(() => lens.chance("wind")).toThrow("chance is not measured yet: call `await lens.measured` first");
  expect(page.pending.length).toBe(1);
  expect(await lens.measured).toBe(lens);
  const then = page.take();
  expect(sentBy(lens, then)).toEqual([["measuring"]]);
  expect(baselinesIn(then)).toEqual([true]);
  expect(then.flatMap(({ buffers }) => buffers.map((b) => b.length)).reduce((a, b) => a + b)).toBeLessThan(
    50_000,
  );
  expect(lens.chance("wind")?.among).toBeGreaterThan(100);
});

test("a lens has as many models as it holds, however often it is asked; what it has is not sent again", async () => {
  const { page, lens } = await shown("battery", pages);
  const before = openWidgets.size;
  for (let i = 0; i < 9; i++) await lens.ask(`harbour ${"ABCDEFGHI"[i]}`);
  await lens.measured;
  const { order, pages: held } = lens.state.data;
  // Four pages of the last query; five earlier ones, each on the page that is best for it and on the one that is best now.
  expect([Object.keys(held).length, order.length >= 9, order.length <= 14]).toEqual([4, true, true]);
  expect(openWidgets.size).toBe(before - 4 + order.length);
  page.take();
  const { key } = lens.results[0];
  await lens.ask(lens.query);
  await lens.measured;
  expect(page.take()).toEqual([]);
  await lens.ask("harbour H");
  await lens.measured;
  const again = page.take();
  // Three of its pages were given up; the one that is best is there.
  expect(lens.state.data.order).toContain(key);
  expect(again.filter(({ type }) => type === "comm_open").length).toBeLessThanOrEqual(3);
  const named = again.find(({ comm }) => comm === lens.widget.id);
  expect([named?.buffers, JSON.stringify(named?.data).length < 20_000]).toEqual([[], true]);
});

test("in plain Node, where nothing is shown, chance is there with the maps", async () => {
  const lens = await explain(model, pages[1], "diesel");
  expect(lens.chance("diesel")?.among).toBeGreaterThan(100);
  await lens.ask("ferry");
  expect(lens.chance("ferry")).not.toBeNull();
});

test("the chance of a query that was overtaken is not told; the last one's is", async () => {
  const { page, lens } = await shown("battery", pages);
  page.take();
  const measured = lens.measured;
  const [first, last] = [lens.ask("harbour"), lens.ask("reservoir")];
  await Promise.all([first, last]);
  expect(await measured).toBe(lens);
  expect(lens.query).toBe("reservoir");
  expect(lens.chance("reservoir")).not.toBeNull();
  const states = page.take().map(({ data }) => (data.state ?? {}) as Record<string, unknown>);
  const queries = states.flatMap(({ data }) =>
    data ? [queryText({ ...lens.state.data, ...(data as object) }, (data as LensData).order[0])] : [],
  );
  expect(queries).toEqual(["reservoir"]);
  expect(lens.ranking[0].score).toBeCloseTo(lens.maxsim.score, 4);
  // What the overtaken query left unmeasured is measured with the last one.
  expect(lens.results.every((e) => e.baseline !== null)).toBe(true);
});

test("ranking and maps are those of one query, at any time", async () => {
  const { lens } = await shown("battery", pages);
  const answer = lens.ask("submarine cable");
  const agree = () => expect(lens.ranking[0].score).toBeCloseTo(lens.maxsim.score, 4);
  for (let ended = false; !ended; agree())
    ended = await Promise.race([
      answer.then(() => true),
      new Promise<boolean>((on) => setImmediate(on, false)),
    ]);
  expect(lens.query).toBe("submarine cable");
});

test("a query that fails leaves the one before, with its chance", async () => {
  const { lens } = await shown("battery", pages);
  await expect(lens.ask("  ")).rejects.toThrow("empty");
  await lens.measured;
  expect(lens.query).toBe("battery");
  expect(lens.chance("battery")).not.toBeNull();
});

test("an interrupt stops the measuring; asked for again, it is done", async () => {
  const { page, lens } = await shown("diesel engine", pages);
  page.interrupted.abort(new Error("interrupted"));
  await expect(lens.measured).rejects.toThrow("interrupted");
  await expect(Promise.all(page.pending)).rejects.toThrow("interrupted");
  expect(lens.widget.get("measuring")).toBe(false);
  expect(() => lens.chance(0)).toThrow("not measured yet");
  new FrontEnd();
  await lens.measured;
  expect(lens.chance(0)).not.toBeNull();
});

test("a lens shows itself at once, and with chance when that is known", async () => {
  const { lens } = await shown("island network", pages);
  const described = describeValue(lens);
  if (!hasSteps<{ data: Record<string, string> }>(described)) throw new Error("one step only");
  const steps = [];
  for await (const { data } of described) steps.push(data);
  const view = "application/vnd.jupyter.widget-view+json";
  expect(steps.map((data) => Object.keys(data))).toEqual([
    [view, "text/plain"],
    [view, "image/png", "text/html", "text/plain"],
  ]);
  expect(steps[0][view]).toEqual(steps[1][view]);
  expect(steps[1]["text/html"]).toMatch(
    /chance level 0\.\d\d\b.*at least 95 % of unrelated words stay below/,
  );
  expect(Object.keys(((await describeValue(lens)) as { data: object }).data)).toEqual(Object.keys(steps[1]));
});

test("a file is written when chance is known", async () => {
  const { lens } = await shown("coal", pages.slice(1, 2));
  const folder = await mkdtemp(join(tmpdir(), "colpali-lens-"));
  const json = JSON.parse(readFileSync(await lens.save(join(folder, "lens.json")), "utf8"));
  expect(json.chance[0].among).toBeGreaterThan(100);
  await rm(folder, { recursive: true });
});

test("a setting of a group is assigned by itself, by its name or as people know it, and is told of once", async () => {
  const { page, lens } = await shown("battery harbour");
  await lens.measured;
  page.take();
  const seen: LensView[] = [];
  lens.onView((view) => seen.push(view));
  const { color } = lens.view;
  const before = structuredClone(lens.state.view);
  lens.view.color.palette = "magma";
  color.normalize = "token";
  lens.view.colour.opacity = 0.5;
  lens.view = { color: { blend: "multiply" }, marks: { best: 3 } };
  const expected = [
    { palette: "magma" },
    { palette: "magma", scale: "token" },
    { palette: "magma", scale: "token", opacity: 0.5 },
    { palette: "magma", scale: "token", opacity: 0.5, blend: "multiply" },
  ].map((part) => ({ ...before.color, ...part }));
  expect(page.take().map(({ data }) => (data.state as { view: LensView }).view.color)).toEqual(expected);
  expect(seen.map((view) => view.color)).toEqual(expected);
  expect(seen.map((view) => view.marks.best)).toEqual([0, 0, 0, 3]);
  expect([color.palette, color.normalize, color.scale, lens.view.colour.blend]).toEqual([
    "magma",
    "token",
    "token",
    "multiply",
  ]);
  expect(inspect(lens.view)).toBe(inspect(lens.state.view));
  expect(Object.keys(lens.view)).toEqual(Object.keys(before));
  // What a listener does to its own copy changes nothing.
  seen[3].color.palette = "viridis";
  expect(lens.view.color.palette).toBe("magma");
  const anything = lens.view as unknown as Record<string, unknown>;
  expect(() => {
    anything.palette = "mako";
  }).toThrow(/^invalid view\.palette: no such setting, .*; did you mean view\.color\.palette\?$/);
  expect(() => {
    lens.view.color.palette = "jet" as "mako";
  }).toThrow('invalid view.color.palette: "jet", expected one of auto, amber, blue, violet, viridis');
  expect([page.take(), seen.length]).toEqual([[], 4]);
});

test("the view is one object, which follows every query and checks at any depth", async () => {
  const { page, lens } = await shown("battery harbour");
  await lens.measured;
  const { view } = lens;
  const { zoom } = view;
  view.token = 1;
  page.take();
  view.zoom.x = 0.25;
  zoom.scale = 2;
  expect(page.take().map(({ data }) => (data.state as { view: { zoom: object } }).view.zoom)).toEqual([
    { scale: 1, x: 0.25, y: 0.5 },
    { scale: 2, x: 0.25, y: 0.5 },
  ]);
  expect(() => {
    view.zoom.x = 7;
  }).toThrow("invalid view.zoom.x: 7, expected a number from 0 to 1");
  expect(() => {
    (view.zoom as unknown as Record<string, number>).z = 1;
  }).toThrow("invalid view.zoom.z: no such setting, expected one of scale, x, y");
  expect(() => delete (view as Partial<typeof view>).token).toThrow(
    "invalid view.token: settings cannot be defined or deleted",
  );
  view.color.domain = [0.1, 0.5];
  (view.color.domain as number[])[1] = 0.6;
  view.region = { row: 1, column: 2, rows: 1, columns: 1 };
  view.region.rows = 3;
  view.region.side = "a";
  expect(lens.state.view).toMatchObject({
    color: { domain: [0.1, 0.6] },
    region: { row: 1, column: 2, rows: 3 },
  });
  expect({ ...view, zoom: { ...zoom } }).toEqual(lens.state.view);
  expect(JSON.parse(JSON.stringify(view))).toEqual(lens.state.view);
  expect(inspect(view)).toBe(inspect(lens.state.view));
  expect(inspect(view.zoom)).toBe("{ scale: 2, x: 0.25, y: 0.5 }");
  await lens.ask("wind");
  expect([lens.view === view, view.token, zoom.scale, view.region]).toEqual([true, null, 1, null]);
  view.token = 0;
  expect(lens.state.view.token).toBe(0);
});

test("the best patches and the selection are those of the difference that is in view", async () => {
  const lens = await explain([other, model], pages[0], "battery harbour");
  lens.view = { word: 0, difference: true };
  const { map } = scene(lens.state).shown;
  // The difference is on the finer of the two grids, the other model's.
  expect([map.rows, map.columns, lens.explanation.grid]).toEqual([64, 64, { rows: 32, columns: 32 }]);
  const [best] = lens.best(1);
  expect(best.value).toBe(Math.max(...map.data));
  expect(best.value).toBe(map.at(best.row, best.column));
  const page = lens.state.data.pages[lens.explanation.page];
  expect([best.rect.width, best.rect.y]).toEqual([page.width / 64, (best.row * page.height) / 64]);
  lens.view.region = { row: 16, column: 0, rows: 16, columns: 16 };
  const { selection } = lens;
  expect(selection.length).toBe(32 * 32);
  expect(selection.every((p) => p.row >= 32 && p.column < 32 && p.value === map.at(p.row, p.column))).toBe(
    true,
  );
  expect(selection.every((p, i) => i === 0 || p.value <= selection[i - 1].value)).toBe(true);
});

test("an aggregate is over what is in scope, as the picture", async () => {
  const lens = await explain(other, pages[0], "battery harbour");
  expect(lens.tokens.some((t) => t.kind !== "word")).toBe(true);
  for (const how of ["max", "mean", "winner"] as const)
    for (const scope of ["words", "all"] as const) {
      lens.view = { aggregate: how, scope };
      expect([how, scope, lens.aggregate(how).data]).toEqual([how, scope, scene(lens.state).shown.map.data]);
    }
  const sum = lens.aggregate("winner").data.reduce((a, b) => a + b, 0);
  expect(sum).toBeCloseTo(lens.maxsim.patchScore, 3);
});

test("the best places are apart, and each is the best patch of its surroundings", async () => {
  const lens = await explain(model, pages[0], "battery");
  const [near, apart] = [lens.best(5), lens.best(5, { apart: true })];
  expect(apart[0]).toEqual(near[0]);
  const far = (a: { row: number; column: number }, b: typeof a) =>
    Math.max(Math.abs(a.row - b.row), Math.abs(a.column - b.column));
  for (const [i, a] of apart.entries())
    for (const b of apart.slice(0, i)) expect(far(a, b)).toBeGreaterThan(1);
  expect(near.some((a) => near.some((b) => a !== b && far(a, b) === 1))).toBe(true);
});

test("a lens and its maps print as one line", async () => {
  const lens = await explain(model, pages[0], "battery");
  expect(inspect(lens)).toMatch(
    /^Lens “battery” on page 1 of 4 of energy-report\.pdf: score \d\.\d\d = patches/,
  );
  expect(inspect(lens.map("battery"))).toMatch(
    /^PatchMap 64 × 64, cosines −?0\.\d\d … 0\.\d\d, best 0\.\d\d at row \d+, column \d+$/,
  );
  const { row, column, patchBest } = lens.maxsim.tokens[0];
  expect(lens.map(0).at(row, column)).toBeCloseTo(patchBest, 6);
});

test("a map that someone measured is shown, sent and told of; what is measured meanwhile is kept", async () => {
  const { page, lens } = await shown("battery harbour");
  const seen: string[] = [];
  lens.onView(({ quantity }) => seen.push(quantity));
  page.take();
  const { rows, columns } = lens.explanation.grid;
  const heights = Float32Array.from({ length: rows * columns }, (_, i) => i % 900);
  const altitude = { name: "altitude", unit: "m", range: [0, 900] as [number, number] };
  expect(lens.addMap(altitude, heights, "harbour")).toBe(lens);
  expect([lens.view.quantity, seen]).toEqual(["altitude", ["altitude"]]);
  const sent = page.take().map(({ data }) => data.state as Record<string, unknown>);
  expect(sent.map((state) => Object.keys(state).sort())).toEqual([["layers"], ["view"]]);
  expect(sent[0].layers).toMatchObject([
    { quantity: { name: "altitude" }, maps: [{ of: "word", index: 1 }] },
  ]);
  lens.view.word = 1;
  expect(scene(lens.state).shown).toMatchObject({ label: "“harbour”", wider: false });
  const [best] = lens.best(1);
  expect([best.row * columns + best.column, best.value]).toEqual([899, 899]);
  expect(lens.table().map(({ text, value }) => [text, value])).toEqual([["harbour", 899]]);
  await lens.measured;
  expect([lens.explanation.baseline === null, lens.explanation.layers?.length]).toEqual([false, 1]);
  lens.view.quantity = "cosine";
  expect(lens.table("word").map(({ text, p }) => [text, typeof p])).toEqual([
    ["battery", "number"],
    ["harbour", "number"],
  ]);
  expect(() => lens.addMap(altitude, heights.subarray(1))).toThrow(`expected ${rows * columns}: `);
  expect(() => lens.addMap(altitude, heights, "coal")).toThrow(
    'invalid word: "coal", expected one of "battery", "harbour"',
  );
  expect(() => lens.addMap({ name: "cosine" }, heights)).toThrow('invalid quantity.name: "cosine"');
});
