/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aggregate, cosines, maxsim, type Page } from "../../core/index.js";
import { explainPage, score } from "../../engine/explain/index.js";
import { loadModel, type Model } from "../../kernel/hub/load-model.js";
import { packageRoot } from "../../kernel/package.js";
import { openPages } from "../../kernel/pages/index.js";
import { samplePdf } from "../kernel/support/sample-pdf.js";

const folder = mkdtempSync(join(tmpdir(), "mini-"));
/** 4,096 vectors of 128 numbers in float16. */
const PAGE_BYTES = 4096 * 128 * 2;
let model: Model;
let pages: Page[];

// Words far apart, so that a transposed or mirrored map points elsewhere; portrait and landscape.
const WORDS = [
  { text: "revenue", at: [0.12, 0.08] },
  { text: "winter", at: [0.7, 0.35] },
  { text: "turbine", at: [0.25, 0.85] },
] as const;

beforeAll(async () => {
  model = await loadModel("mini", { cacheDir: join(folder, "cache"), provider: "cpu" });
  const page = (width: number, height: number) => ({
    width,
    height,
    texts: WORDS.map(({ text, at: [x, y] }) => ({ text, x: x * width, y: y * height, size: 14 })),
  });
  pages = await openPages(samplePdf([page(595, 842), page(842, 595)]), { dpi: 150 });
}, 60_000);

afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test("a printed word is hottest where it is printed, on a portrait and a landscape page", async () => {
  for (const page of pages) {
    const explanation = await explainPage(model, page, "turbine revenue winter");
    expect(explanation.query.words.map((w) => w.text)).toEqual(["turbine", "revenue", "winter"]);
    for (const word of explanation.query.words) {
      const map = aggregate(explanation.maps, "mean", word.tokens).data;
      const best = map.indexOf(map.reduce((a, b) => Math.max(a, b)));
      const { rows, columns } = explanation.grid;
      const x = ((best % columns) + 0.5) / columns;
      const y = (Math.floor(best / columns) + 0.5) / rows;
      const [left, baseline] = WORDS.find((w) => w.text === word.text)!.at;
      expect(x).toBeGreaterThan(left - 0.02);
      expect(x).toBeLessThan(left + 0.15);
      expect(y).toBeGreaterThan(baseline - 0.04);
      expect(y).toBeLessThan(baseline + 0.02);
    }
  }
}, 60_000);

test("maps, MaxSim and score add up, and agree with the plain loops", async () => {
  const query = await model.embedQuery("peak load, 2,339 MW");
  const { maps, maxsim: late, grid, domain } = await explainPage(model, pages[0], query);
  const page = await model.embedPage(pages[0]);
  const all = cosines(query.vectors, page.vectors);
  expect(maps.data.length).toBe(query.vectors.count * grid.rows * grid.columns);
  expect(Math.max(...maps.data.map((v, i) => Math.abs(v - all[i])))).toBeLessThan(1e-5);
  expect(late.score).toBeCloseTo(maxsim(all, page.vectors.count, page.grid).score, 4);
  expect(late.patchScore + late.residue).toBeCloseTo(late.score, 4);
  expect(late.residue).toBe(0);
  const winner = aggregate(maps, "winner").data.reduce((a, b) => a + b);
  expect(Math.abs(winner - late.patchScore)).toBeLessThan(1e-4);
  expect((await score(model, pages, query))[0]).toBeCloseTo(late.score, 4);
  expect(domain).toEqual([0.25, 0.6]);
  for (let i = 0; i < page.vectors.count; i += 97) {
    const v = page.vectors.data.subarray(i * 128, (i + 1) * 128);
    expect(v.reduce((s, x) => s + x * x, 0)).toBeCloseTo(1, 4);
  }
}, 60_000);

test("a page is embedded once: for two that ask at once, in the next session, and for equal pixels of another file", async () => {
  const one = model.embedPage(pages[0]);
  expect((await model.embedPage(pages[0])).vectors).toBe((await one).vectors);
  const stored = readdirSync(join(folder, "cache", "embeddings"));
  // Two pages, and of each kind of word that was asked the control queries that measure chance.
  const pagesStored = stored.filter(
    (name) => statSync(join(folder, "cache", "embeddings", name)).size > PAGE_BYTES,
  );
  expect(pagesStored).toHaveLength(2);
  expect(stored.length).toBeGreaterThan(2);
  // Marking the stored files shows that the next session reads them instead of running the model.
  for (const name of pagesStored) {
    const path = join(folder, "cache", "embeddings", name);
    const bytes = readFileSync(path);
    bytes.writeFloatLE(0.125, bytes.length - 4);
    writeFileSync(path, bytes);
  }
  const again = await loadModel("mini", { cacheDir: join(folder, "cache"), provider: "cpu" });
  const copy = { ...pages[0], source: { ...pages[0].source, file: "copy.pdf" } };
  const { vectors } = await again.embedPage(copy);
  expect(vectors.data.at(-1)).toBe(0.125);
  expect(vectors.data.subarray(0, -1)).toEqual((await one).vectors.data.subarray(0, -1));
  writeFileSync(join(folder, "cache", "embeddings", pagesStored[0]), "damaged");
  const third = await loadModel("mini", { cacheDir: join(folder, "cache"), provider: "cpu" });
  for (const page of pages) expect((await third.embedPage(page)).vectors.count).toBe(4096);
  await again.dispose();
  await third.dispose();
}, 60_000);

test("a word is what a person reads as one: brackets stay outside, what belongs to a number stays with it", () => {
  const words = (text: string) => model.tokenize(text).words.map((w) => w.text);
  expect(words("(12.5%)")).toEqual(["12.5%"]);
  expect(words("up (12.5%), or -3°C for $4.50?")).toEqual(["up", "12.5%", "or", "3°", "C", "for", "$4.50"]);
});

test("words know their tokens and kinds", () => {
  const { tokens, words } = model.tokenize("What's the peak-load in 2,339 Zürich? 12% C++");
  expect(words.map((w) => w.text)).toEqual([
    "What's",
    "the",
    "peak",
    "load",
    "in",
    "2,339",
    "Zürich",
    "12%",
    "C",
  ]);
  expect(words[5].tokens.map((t) => tokens[t].text)).toEqual(["2,3", "##39"]);
  expect(words[6].tokens.map((t) => tokens[t].text)).toEqual(["z", "##ur", "##ich"]);
  expect(new Set(tokens.map((t) => t.kind))).toEqual(new Set(["word"]));
  expect(tokens[0]).toEqual({ index: 0, id: 3877, text: "what's", kind: "word", word: 0 });
});

test("an unknown word keeps its characters", () => {
  const long = "a".repeat(120);
  const { words, tokens } = model.tokenize(`before ${long} after`);
  expect(words.map((w) => w.text)).toEqual(["before", long, "after"]);
  expect(tokens[words[1].tokens[0]].text).toBe("[UNK]");
});

test("embedPages reports progress, stops when told and keeps what is done", async () => {
  const seen: (number | null)[] = [];
  const stop = new AbortController();
  const work = model.embedPages([...pages, pages[0]], {
    signal: stop.signal,
    onProgress: ({ done, total, etaSeconds }) => {
      seen.push(done);
      expect(total).toBe(3);
      expect(etaSeconds === null).toBe(done === 0);
      if (done === 2) stop.abort();
    },
  });
  await expect(work).rejects.toThrow(/abort/i);
  expect(seen).toEqual([0, 1, 2]);
});

test("provenance says what made the numbers", async () => {
  const { provenance } = await explainPage(model, pages[1], "winter");
  expect(provenance).toMatchObject({
    model: { id: "mini", family: "mini", dim: 128, dtype: "float16", profile: "mini", provider: "cpu" },
    processor: { width: 896, height: 896, resample: "bicubic", backend: "torch" },
    page: {
      number: 2,
      width: pages[1].width,
      height: pages[1].height,
      dpi: 150,
      sha256: await pages[1].digest(),
    },
    query: { text: "winter", ids: model.tokenize("winter").tokens.map((t) => t.id) },
  });
  expect(Object.keys(provenance.model.weights).sort()).toEqual(["text.onnx", "vision.onnx"]);
  expect(provenance.model.weights["text.onnx"]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Date(provenance.date).toISOString()).toBe(provenance.date);
});

test("what cannot be asked is said in words", async () => {
  expect(() => model.tokenize("  ")).toThrow("invalid query: it is empty, expected at least one word");
  expect(() => model.tokenize("?!")).toThrow('invalid query: "?!" has nothing that the tokenizer knows');
  await expect(explainPage(model, pages[0], "")).rejects.toMatchObject({ name: "ModelError" });
  const long = Array.from({ length: 2000 }, (_, i) => `word${i % 10}`).join(" ");
  await expect(explainPage(model, pages[0], long)).rejects.toThrow(
    /^invalid query: \d+ tokens \(2000 words\), expected at most 512 tokens; ask a question or a phrase, not a page of text$/,
  );
  // The model lives on.
  expect((await explainPage(model, pages[0], "winter")).maxsim.score).toBeGreaterThan(0);
});

describe("a folder that is no model says why", () => {
  const copy = (name: string) => {
    const path = join(folder, name);
    cpSync(join(packageRoot, "models", "mini"), path, { recursive: true });
    return path;
  };

  test("unknown name, no such folder, no tokenizer, no graph", async () => {
    await expect(loadModel("maxi")).rejects.toThrow(
      'unknown model: maxi, expected "mini", "mini-context", a folder with an ONNX model, or "owner/name" on a model hub',
    );
    const bare = copy("bare");
    rmSync(join(bare, "tokenizer.json"));
    await expect(loadModel(bare)).rejects.toThrow(
      `no tokenizer in ${bare}, expected tokenizer.json beside the graph; copy it from the original checkpoint`,
    );
    const blind = copy("blind");
    rmSync(join(blind, "vision.onnx"));
    await expect(loadModel(blind)).rejects.toThrow(
      `no ONNX graph in ${blind}, expected model.onnx or vision.onnx`,
    );
  });

  test("unknown family, unknown profile, damaged files", async () => {
    const other = copy("other");
    writeFileSync(join(other, "config.json"), '{"model_type": "bert", "architectures": ["BertModel"]}');
    await expect(loadModel(other)).rejects.toThrow(
      `unknown model family: config.json of ${other} says model_type "bert" (architectures: BertModel), expected one of`,
    );
    await expect(loadModel("mini", { profile: "engine-9" })).rejects.toThrow(
      "invalid profile: engine-9, expected one of mini for mini",
    );
    const broken = copy("broken");
    writeFileSync(join(broken, "tokenizer.json"), "{");
    await expect(loadModel(broken)).rejects.toThrow(`invalid tokenizer.json in ${broken}: `);
    const corrupt = copy("corrupt");
    writeFileSync(join(corrupt, "vision.onnx"), "not a graph");
    await expect(loadModel(corrupt)).rejects.toThrow(
      new RegExp(`^invalid ONNX file vision\\.onnx in ${corrupt}: .*, expected a complete file`),
    );
  });
});
