/**
 * Many pages: rendered, embedded and scored one by one.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { score } from "../../engine/explain";
import { explain } from "../../kernel/api/explain";
import { loadModel, openPages } from "../../kernel/api/open";
import type { Model } from "../../kernel/hub/load-model";
import { streamPages } from "../../kernel/pages";
import { PdfDocument } from "../../kernel/pages/pdf-document";
import { pixelPage } from "./support/pixel-page";
import { samplePdf } from "./support/sample-pdf";

const WORDS = ["wind", "harbour", "battery", "diesel", "ferry"];
const report = samplePdf(
  WORDS.map((text) => ({ width: 300, height: 200, texts: [{ text, x: 20, y: 100, size: 48 }] })),
);
const folder = mkdtempSync(join(tmpdir(), "streams-"));
const quiet = { baseline: false, onProgress: () => {} } as const;
let model: Model;
let rendered: jest.SpyInstance;

beforeAll(async () => {
  model = await loadModel("mini", { cacheDir: folder, provider: "cpu" });
});
beforeEach(() => {
  rendered = jest.spyOn(PdfDocument.prototype, "render");
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const stored = () => readdirSync(join(folder, "embeddings")).length;

test("a stream of pages is ranked as a whole; each page is rendered and embedded once", async () => {
  const all = jest.spyOn(model, "embedPages");
  const seen: [number, number][] = [];
  const lens = await explain(model, streamPages(report), "battery", {
    baseline: false,
    top: 2,
    onProgress: (done, total) => seen.push([done, total]),
  });
  expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((done) => [done, 5]));
  expect(lens.ranking.map(({ page }) => page.source.number)).toHaveLength(5);
  expect(lens.ranking[0].page.source.number).toBe(1 + WORDS.indexOf("battery"));
  expect(Object.keys(lens.state.data.pages)).toHaveLength(2);
  expect(lens.pages.every((page) => page.sha256 !== null)).toBe(true);
  expect(rendered).toHaveBeenCalledTimes(5);
  expect(stored()).toBe(5);
  // Which would hold the embeddings of all pages.
  expect(all).not.toHaveBeenCalled();

  await lens.ask("ferry");
  const scores = await score(model, lens.pages, "ferry");
  expect(lens.ranking.map((ranked) => ranked.score)).toEqual([...scores.sort().reverse()]);
  expect([rendered.mock.calls.length, stored(), seen.length]).toEqual([5, 5, 6]);
});

test("pages of another session are rendered to be known, and not embedded again", async () => {
  const before = stored();
  const other = await loadModel("mini", { cacheDir: folder, provider: "cpu" });
  const lens = await explain(other, await openPages(report), "wind", quiet);
  expect(lens.ranking).toHaveLength(5);
  expect([rendered.mock.calls.length, stored()]).toEqual([5, before]);
  await other.dispose();
});

test("other models get all pages, too, one by one", async () => {
  const second = model.withProfile("mini");
  const pages = await openPages(report, { pages: "1-2" });
  const seen: number[] = [];
  const passed = jest.spyOn(second, "embedPage");
  await explain([model, second], pages, "wind", { ...quiet, top: 1, onProgress: (done) => seen.push(done) });
  expect(seen).toEqual([0, 1, 2, 0, 1, 2]);
  expect(passed.mock.calls.map(([page]) => page.source.number)).toEqual([1, 2, 1]);
});

test("at most two pages are under way at a time on the CPU", async () => {
  const pages = Array.from({ length: 5 }, (_, i) =>
    pixelPage(new Uint8Array(30 * 20 * 3).fill(40 * i), 30, 20, `${i}`),
  );
  let [running, most, yielded] = [0, 0, 0];
  jest.spyOn(model, "embedPage").mockImplementation(async (page, options) => {
    most = Math.max(most, ++running);
    const embedding = await Object.getPrototypeOf(model).embedPage.call(model, page, options);
    running--;
    return embedding;
  });
  for await (const { vectors } of model.streamEmbeddings(pages)) {
    yielded++;
    expect(vectors.count).toBe(64 * 64);
  }
  expect([yielded, most]).toEqual([5, 2]);
});

test("a stream that is empty or breaks is named", async () => {
  await expect(explain(model, [], "wind", quiet)).rejects.toThrow(
    "invalid pages: none, expected at least one page",
  );
  await expect(explain(model, streamPages("missing.pdf"), "wind", quiet)).rejects.toThrow(
    "no such file: missing.pdf",
  );
  await expect(explain(model, streamPages(report), "  ", quiet)).rejects.toThrow(/empty/);
  expect(rendered).not.toHaveBeenCalled();
});
