/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import sharp from "sharp";
import type { LensExplanation } from "../../core/index";
import { explain, type Lens, loadModel, type Model, openPages, type Page } from "../../kernel/index";
import { goldenRoot } from "./support/golden";

const REPORT = join(__dirname, "../../examples/energy-report.pdf");
const folder = mkdtempSync(join(tmpdir(), "colpali-lens-"));
let model: Model;
let pages: Page[];
let lens: Lens;

beforeAll(async () => {
  model = await loadModel("mini", { cacheDir: null });
  pages = await openPages(REPORT);
  lens = await explain(model, pages, "electricity network");
});

afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

test("pages that look the same are two pages, each with its own name and number", async () => {
  const png = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  for (const name of ["blank-a.png", "blank-b.png"]) writeFileSync(join(folder, name), png);
  const blank = await openPages([join(folder, "blank-a.png"), join(folder, "blank-b.png")]);
  const both = await explain(model, blank, "electricity network", { baseline: false });
  const files = () =>
    both.results
      .filter(({ query }) => query.text === both.query)
      .map(({ provenance }) => provenance.page.file)
      .sort();
  expect(files()).toEqual(["blank-a.png", "blank-b.png"]);
  // Their pictures are kept by now.
  await both.ask("peak load");
  expect(files()).toEqual(["blank-a.png", "blank-b.png"]);
  const [a, b] = both.results.map(({ provenance }) => provenance.page.sha256);
  expect(a).toBe(b);
});

test("what is printed on the pages goes along, in pixels of the page", async () => {
  const [first, second] = lens.results.map(({ page }) => lens.state.data.pages[page]);
  const { words = [], width, height } = first;
  expect(words.length).toBeGreaterThan(20);
  expect(words.map(({ text }) => text)).toEqual((await pageOf(first).words()).map(({ text }) => text));
  expect(second.words).not.toEqual(words);
  for (const { rect } of words) {
    expect(rect.x >= 0 && rect.x + rect.width <= width && rect.y >= 0 && rect.y + rect.height <= height).toBe(
      true,
    );
    expect(Math.round(rect.x * 10) / 10).toBe(rect.x);
  }
});

test("a text layer that cannot be read costs the words, not the lens", async () => {
  const said = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  const broken = new Proxy(pages[0], {
    get: (page, name) =>
      name === "words" ? () => Promise.reject(new Error("no such font")) : Reflect.get(page, name),
  });
  const found = await explain(model, broken, "electricity", { baseline: false });
  expect(Object.values(found.state.data.pages)[0]).not.toHaveProperty("words");
  expect(said.mock.calls).toEqual([
    ["The text of page 1 of energy-report.pdf cannot be read (no such font): its places have no names."],
  ]);
  said.mockRestore();
});

test("of more words than a lens takes it says that it leaves some out", async () => {
  const said = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  const [word] = await pages[0].words();
  const full = new Proxy(pages[0], {
    get: (page, name) =>
      name === "words" ? () => Promise.resolve(new Array(50_001).fill(word)) : Reflect.get(page, name),
  });
  const found = await explain(model, full, "electricity", { baseline: false });
  expect(Object.values(found.state.data.pages)[0].words).toHaveLength(50_000);
  expect(said.mock.calls).toEqual([
    [
      "There are 50001 words on page 1 of energy-report.pdf: only the first 50000 name the places of its lens.",
    ],
  ]);
  said.mockRestore();
});

const pageOf = ({ number }: { number: number }) => pages[number - 1];

test("the score adds up, and the winner aggregate is its patch part", () => {
  const { maxsim } = lens;
  expect(maxsim.score).toBeGreaterThan(1);
  expect(Math.abs(maxsim.patchScore + maxsim.residue - maxsim.score)).toBeLessThan(1e-4);
  const winner = lens.aggregate("winner").data.reduce((a, b) => a + b, 0);
  expect(Math.abs(winner - maxsim.patchScore)).toBeLessThan(1e-4);
});

test("all pages are ranked, best first, and the lens opens with the best", () => {
  expect(lens.ranking.length).toBe(pages.length);
  expect(lens.ranking.map((r) => r.score)).toEqual(
    [...lens.ranking.map((r) => r.score)].sort((a, b) => b - a),
  );
  expect(lens.ranking[0].score).toBeCloseTo(lens.maxsim.score, 4);
  expect(lens.state.data.pages[lens.explanation.page].number).toBe(lens.ranking[0].page.source.number);
});

test("a word's map is a map of its page, and its best patch is what best() gives", () => {
  lens.view.word = 0;
  const map = lens.map("Electricity");
  const [best] = lens.best(1);
  expect([map.rows, map.columns]).toEqual([64, 64]);
  expect(map.data[best.row * 64 + best.column]).toBeCloseTo(best.value, 6);
  const page = lens.state.data.pages[lens.explanation.page];
  expect(best.rect.x).toBeCloseTo((best.column * page.width) / 64, 6);
  expect(best.rect.y).toBeCloseTo((best.row * page.height) / 64, 6);
  lens.view.word = null;
});

test("words on the page are more than chance, words that are not are not", async () => {
  const asked = await explain(model, pages[0], "battery harbour giraffe elephant");
  const beyond = asked.words.map((w) => asked.chance(w.text)?.beyond);
  expect(beyond).toEqual([true, true, false, false]);
  const { baseline } = asked.explanation;
  expect([baseline?.list, baseline?.seed, baseline?.maxima.words]).toEqual(["matched@1", 1, undefined]);
  // Each word has controls of its own kind; on a page with text some of 300 are printed there, and left out.
  expect(asked.chance("battery")?.controls).toBe("English, 7 to 8 letters, 1 token");
  expect(baseline?.controlsOf?.length).toBe(4);
  for (const { words, tokens } of baseline?.controls ?? []) {
    expect(words.length).toBeGreaterThan(250);
    expect(words.length).toBeLessThanOrEqual(300);
    expect(tokens.length).toBeGreaterThanOrEqual(words.length);
  }
  expect(Math.min(...(baseline?.controls ?? []).map(({ words }) => words.length))).toBeLessThan(300);
  // Four words on one page.
  expect(asked.chance("giraffe")?.tests).toBe(4);
  expect(asked.chance("battery")?.adjusted).toBeLessThanOrEqual(0.05);
  expect(baseline?.mean.word?.length).toBe(64 * 64);
  expect(asked.chance(0)?.value).toBe(asked.chance("battery")?.value);
  expect(() => asked.chance("whale")).toThrow('invalid word: "whale", expected one of "battery"');
  expect(() => asked.chance(99)).toThrow("invalid token: 99");
  const level = asked.chance(0)?.level as number;
  asked.view.chance = "hidden";
  asked.view.word = 2;
  expect(asked.best(1)[0].value).toBeLessThan(level);
  expect(JSON.parse(JSON.stringify(asked.view)).chance).toBe("hidden");
}, 30_000);

test("margins say which token fits anywhere, and contrast adds up to the difference of two pages", async () => {
  const two = await explain(model, pages, "battery zeppelin", { baseline: false });
  const margins = two.margins();
  expect(margins.map(({ text }) => text)[0]).toContain("battery");
  expect(margins.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  expect(margins[0].anywhere).toBe(false);
  expect(inspect(margins)).toMatch(/token +cosine +% of the score +best patch/);
  const [a, b] = two.results;
  const contrast = two.contrast(b.key);
  const sum = contrast.reduce((total, { difference }) => total + difference, 0);
  expect(sum).toBeCloseTo(a.maxsim.score - b.maxsim.score, 6);
  expect(inspect(contrast)).toContain("the sum of the differences below");
  // The best other page is meant where none is named.
  expect(inspect(two.contrast())).toBe(inspect(contrast));
  const one = await explain(model, pages[0], "battery", { baseline: false });
  expect(() => one.contrast()).toThrow("invalid pages: the lens has one page of this query, expected two");
}, 60_000);

test("the everyday list is one for all words of a query", async () => {
  const everyday = await explain(model, pages[0], "battery giraffe", { baseline: "everyday" });
  const { baseline } = everyday.explanation;
  // "giraffe neck" shares a word with the query.
  expect([baseline?.list, baseline?.queries, baseline?.maxima.words?.length]).toEqual([
    "everyday@1",
    99,
    198,
  ]);
  expect([baseline?.controls, baseline?.seed]).toEqual([undefined, undefined]);
  expect(everyday.words.map((w) => everyday.chance(w.text)?.beyond)).toEqual([true, false]);
}, 30_000);

test("several pages are corrected together", async () => {
  const several = await explain(model, pages, "battery zeppelin");
  const tests = several.results.map(({ baseline }) => baseline?.correction?.tests);
  expect(tests).toEqual(pages.map(() => 2 * pages.length));
  const p = several.results.map(({ baseline }) => baseline?.correction?.adjusted[1] as number);
  expect(Math.min(...p)).toBeGreaterThan(0.05);
}, 60_000);

test("chance by one's own control queries, or not at all", async () => {
  const none = await explain(model, pages[0], "battery", { baseline: false });
  expect([none.explanation.baseline, none.chance("battery")]).toEqual([null, null]);
  const list = Array.from({ length: 19 }, (_, i) => `${["lemon", "tiger"][i % 2]} ${i}`);
  const own = await explain(model, pages[0], "battery", { baseline: list });
  expect(own.explanation.baseline).toMatchObject({ list: "own list of 19", queries: 19 });
  await expect(explain(model, pages[0], "battery", { baseline: ["one"] })).rejects.toThrow(
    'invalid baseline: 1 queries, expected at least 19 queries that have nothing to do with the pages, "matched", "everyday", or false',
  );
});

test("two models are explained side by side, page by page", async () => {
  const other = await loadModel(join(goldenRoot, "colpali"), { provider: "cpu", cacheDir: null });
  const both = await explain([model, other], pages.slice(0, 2), "battery");
  const [first, second] = both.ranking.map(({ page }) => page.source.number);
  const numberOf = (lens: Lens, e: LensExplanation) => lens.state.data.pages[e.page].number;
  expect(both.results.map((e) => [e.provenance.model.family, numberOf(both, e)])).toEqual([
    ["mini", first],
    ["mini", second],
    [other.family, first],
    [other.family, second],
  ]);
  const keys = both.results.map((e) => e.key);
  expect([both.view.result, both.view.compare]).toEqual([keys[0], keys[2]]);
  both.view.result = keys[1];
  expect(both.view.compare).toBe(keys[3]);
  both.view.result = keys[3];
  expect(both.view.compare).toBe(keys[1]);
  await both.ask("turbine");
  expect([both.view.result, both.view.compare]).toEqual([both.results[0].key, both.results[2].key]);
  // Two pages by two models; of the query before both models' best page, and what was in view.
  expect(both.results.length).toBe(7);
  expect(both.results.slice(4).map(({ key }) => key)).toEqual([keys[0], keys[2], keys[3]]);
  await expect(explain([], pages, "x")).rejects.toThrow("invalid models: none");
  await other.dispose();
}, 60_000);

test("the selected region gives its patches, best first, with their rectangles", () => {
  lens.view.region = null;
  expect(lens.selection).toEqual([]);
  lens.view = { token: 0, region: { row: 2, column: 61, rows: 2, columns: 3 } };
  const map = lens.map(0);
  const patches = lens.selection;
  expect(patches.length).toBe(6);
  expect(new Set(patches.map((p) => `${p.row},${p.column}`)).size).toBe(6);
  patches.forEach((p, i) => {
    expect([2, 3]).toContain(p.row);
    expect(p.column).toBeGreaterThanOrEqual(61);
    expect(p.value).toBe(map.data[p.row * 64 + p.column]);
    if (i > 0) expect(p.value).toBeLessThanOrEqual(patches[i - 1].value);
  });
  const [best] = patches;
  const page = lens.state.data.pages[lens.explanation.page];
  expect(best.rect.width).toBeCloseTo(page.width / 64, 6);
  expect(best.rect.y).toBeCloseTo((best.row * page.height) / 64, 6);
  // On the B of a comparison they are B's.
  lens.view = { compare: lens.results[1].key, region: { row: 5, column: 7, rows: 1, columns: 1, side: "b" } };
  const [onB] = lens.selection;
  const b = lens.results[1];
  expect(onB.value).toBe(b.maps.data[5 * 64 + 7]);
  expect(onB.value).not.toBe(map.data[5 * 64 + 7]);
  expect(onB.rect.width).toBeCloseTo(lens.state.data.pages[b.page].width / 64, 6);
  lens.view = { compare: null };
  expect(lens.selection).toEqual([]);
  lens.view = { token: null, region: null };
});

test("what a lens gives prints as what it is", () => {
  const [first, second] = inspect(lens.words).split("\n");
  expect([first, second]).toEqual(["index  word         tokens", "    0  electricity  0 electricity"]);
  expect(inspect(lens.ranking)).toMatch(/^rank {2}score {2}page\n {3}1 {2}\d\.\d{3} {2}\S+, page \d\n/);
  expect(inspect(lens.best(2))).toMatch(/^row {2}column {2}value .*(\n +\d+ .*){2}$/);
  expect(inspect(lens.maxsim)).toMatch(/^score \d.* = patches .* \+ off-image .*\n\ntoken /);
  expect(inspect(lens.tokens)).toMatch(/^index {2}token /);
  expect(inspect(lens.model)).toBe('Model "mini" (mini, prompt profile mini, 128 dimensions, cpu)');
  expect(inspect(lens.view)).toBe(inspect(lens.state.view));
  expect(String(lens.map(0))).toMatch(/^PatchMap 64 × 64/);
});

test("numbers that there are not are refused by name", () => {
  expect(() => lens.aggregate("sum" as "max")).toThrow(
    'invalid aggregate: "sum", expected one of max, mean, winner',
  );
  for (const k of [0, -1, 1.5, Number.NaN, "3" as unknown as number])
    expect(() => lens.best(k)).toThrow(/^invalid k: .*, expected an integer of at least 1$/);
  expect(lens.best(10_000).length).toBe(64 * 64);
});

test("an unknown word is refused with the words there are", () => {
  expect(() => lens.map("whale")).toThrow('invalid word: "whale", expected one of "electricity", "network"');
});

test("the view is observable and refuses what it cannot show", () => {
  const seen: (number | null)[] = [];
  expect(() => lens.onView("token" as never)).toThrow(
    "invalid listener of onView: 'token', expected a function, as in lens.onView((view) => …)",
  );
  const stop = lens.onView((view) => seen.push(view.token));
  lens.view.token = 1;
  lens.view = { token: 0, color: { opacity: 0.5 } };
  expect(() => {
    lens.view.token = 99;
  }).toThrow("invalid view.token: 99");
  expect(() => {
    (lens.view as unknown as Record<string, unknown>).tokens = 1;
  }).toThrow(/^invalid view\.tokens: no such setting, expected one of result, .*; did you mean token\?$/);
  stop();
  lens.view.token = null;
  expect(seen).toEqual([1, 0]);
  expect(lens.view.color.opacity).toBe(0.5);
});

test("a new query keeps the lens and its settings; the last of several wins", async () => {
  lens.view.color.palette = "cividis";
  const answers = await Promise.all([lens.ask("battery"), lens.ask("turbine")]);
  expect(answers.every((a) => a === lens)).toBe(true);
  expect(lens.query).toBe("turbine");
  expect(lens.view.color.palette).toBe("cividis");
  expect(lens.view.token).toBeNull();
  await expect(lens.ask("  ")).rejects.toThrow(/empty/);
  expect(lens.query).toBe("turbine");
});

test("pages are embedded once", async () => {
  let runs = 0;
  const start = performance.now();
  await explain(model, pages, "harbour", { onProgress: () => runs++ });
  expect(runs).toBe(pages.length + 1);
  expect((await model.embedPage(pages[0])).vectors).toBe((await model.embedPage(pages[0])).vectors);
  expect(performance.now() - start).toBeLessThan(60_000);
});

test("a saved explanation holds the numbers that the lens shows", async () => {
  const file = await lens.save(join(folder, "lens.json"));
  const json = JSON.parse(readFileSync(file, "utf8"));
  const maps = Buffer.from(json.maps, "base64");
  expect(maps.length).toBe(json.query.tokens.length * json.grid.rows * json.grid.columns * 4);
  const { row, column } = lens.maxsim.tokens[0];
  expect(maps.readFloatLE((row * 64 + column) * 4)).toBeCloseTo(json.maxsim.tokens[0].patchBest, 6);
  expect(json.provenance.model.weights["vision.onnx"]).toMatch(/^[0-9a-f]{64}$/);
});

test("outside a notebook a lens shows as picture and text", async () => {
  const show = (lens as unknown as Record<symbol, () => Promise<Record<string, string>>>)[
    Symbol.for("Jupyter.display")
  ];
  const bundle = await show.call(lens);
  expect(Object.keys(bundle)).toEqual(["image/png", "text/html", "text/plain"]);
  expect(Buffer.from(bundle["image/png"], "base64").subarray(1, 4).toString()).toBe("PNG");
  expect(bundle["text/plain"]).toContain("turbine");
});

test("no pages and an impossible top are refused", async () => {
  await expect(explain(model, [], "x")).rejects.toThrow("invalid pages: none");
  await expect(explain(model, pages, "x", { top: 0 })).rejects.toThrow("invalid top: 0");
  await expect(lens.save(join(folder, "lens.gif"))).rejects.toThrow("expected it to end in .json");
});
