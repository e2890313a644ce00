/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { Page } from "../../core/index";
import { boxesOn } from "../../kernel/evaluation/questions";
import { evaluate } from "../../kernel/evaluation/run-evaluation";
import { loadModel, type Model } from "../../kernel/hub/load-model";
import { openPages } from "../../kernel/pages/index";

const REPORT = join(__dirname, "../../examples/energy-report.pdf");
const quiet = { onProgress: () => {} } as const;
let model: Model;
let folder: string;
let pages: Page[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "evaluate-"));
  model = await loadModel("mini", { provider: "cpu", cacheDir: join(folder, "cache") });
  pages = await openPages(REPORT);
});
afterAll(() => model.dispose());

const write = (name: string, lines: readonly object[]) => {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return file;
};

/** Where a word is printed on a page. */
async function placeOf(page: Page, text: string): Promise<number[]> {
  const { rect } = (await page.words()).find((word) => word.text === text)!;
  return [rect.x, rect.y, rect.x + rect.width, rect.y + rect.height];
}

test("a document's own words: mini points at them, chance is beside, and files keep it", async () => {
  const seen: number[] = [];
  const evaluation = await evaluate(model, REPORT, { perPage: 10, onProgress: (done) => seen.push(done) });
  expect([evaluation.pages, evaluation.problems]).toEqual([pages.length, []]);
  expect(seen.at(-1)).toBe(pages.length);
  const pointing = evaluation.row("pointing");
  expect(pointing.n).toBe(10 * pages.length);
  expect(pointing.value).toBeGreaterThan(0.9);
  expect(pointing.low).toBeLessThanOrEqual(pointing.value);
  expect(pointing.area).toBeLessThan(0.05);
  expect(pointing.shuffled).toBeLessThan(0.1);
  expect(evaluation.row("near").value).toBeGreaterThanOrEqual(pointing.value);
  expect(evaluation.offsets.reduce((sum, { count }) => sum + count, 0)).toBe(pointing.n);
  expect(evaluation.offsets[0].count).toBe(Math.round(pointing.value * pointing.n));
  // By length the queries are all of them, each once.
  const lengths = ["up to 4 letters", "5 to 7 letters", "8 to 10 letters", "11 or more letters"];
  const byLength = evaluation.rows.filter((row) => row.metric === "pointing" && lengths.includes(row.group));
  expect(byLength.reduce((sum, row) => sum + row.n, 0)).toBe(evaluation.row("pointing", "words").n);
  expect(() => evaluation.row("pointing", "verbs")).toThrow(
    "invalid figure: pointing of verbs, expected one of",
  );

  expect(String(evaluation)).toContain(`best patch touches a box`);
  const csv = readFileSync(await evaluation.save(join(folder, "figures.csv")), "utf8");
  expect(csv.split("\r\n")[0]).toBe("group,metric,n,value,low,high,area,shuffled");
  expect(csv.split("\r\n")[1]).toMatch(/^all,pointing,40,/);
  const json = JSON.parse(readFileSync(await evaluation.save(join(folder, "all.json")), "utf8"));
  expect([json.schema, json.judgements.length]).toEqual(["colpali-lens/evaluation@1", pointing.n]);
  const html = readFileSync(await evaluation.save(join(folder, "report.html")), "utf8");
  expect(html.match(/<figure>/g)?.length).toBeGreaterThanOrEqual(6);
  // Nothing comes from a network, and nothing runs.
  expect(html.replace(/data:image\/webp;base64,[\w+/=]+/g, "")).not.toMatch(/https?:|<script/);
  await expect(evaluation.save("figures.txt")).rejects.toThrow(
    'invalid file name: "figures.txt", expected it to end in .html, .json, .csv',
  );
}, 120_000);

test("the same seed asks the same words, another one others", async () => {
  const words = async (seed: number) =>
    (await evaluate(model, pages[0], { perPage: 5, seed, ...quiet })).judgements.map(({ text }) => text);
  expect(await words(5)).toEqual(await words(5));
  expect(await words(5)).not.toEqual(await words(6));
}, 60_000);

test("boxes of one's own: what is wrong is said by line, and the rest is evaluated", async () => {
  const box = await placeOf(pages[0], "battery");
  const shares = box.map((v, i) => v / (i % 2 === 0 ? pages[0].width : pages[0].height));
  const [x0, y0, x1, y1] = box;
  const document = REPORT;
  const file = write("boxes.jsonl", [
    { document, page: 1, query: "battery", boxes: [box] },
    { document, page: 1, query: "battery", boxes: [shares] },
    { document, page: 1, query: "battery", boxes: [[x1, y0, x0, y1]] },
    { document, page: 1, query: "battery", boxes: [[9000, 0, 9100, 10]] },
    { document, page: 99, query: "battery", boxes: [box] },
    { document: "gone.pdf", page: 1, query: "battery", boxes: [box] },
    { document, page: 1, query: " ", boxes: [box] },
    { document, page: 1, query: "battery", boxes: [[1, 2, 3]] },
  ]);
  // A query that the tokenizer knows nothing of costs no other query of the page.
  const unknown = { document, page: 1, query: "電力", boxes: [box] };
  writeFileSync(file, `${readFileSync(file, "utf8")}no json\n${JSON.stringify(unknown)}\n`);
  const evaluation = await evaluate(model, file, quiet);
  expect(evaluation.judgements.map(({ text, localisation }) => [text, localisation.hit])).toEqual([
    ["battery", true],
    ["battery", true],
  ]);
  // Shares and pixels say the same.
  const [a, b] = evaluation.judgements;
  expect(b.boxes[0].x).toBeCloseTo(a.boxes[0].x, 6);
  const said = Object.fromEntries(evaluation.problems.map(({ where, message }) => [where, message]));
  expect(said["boxes.jsonl, line 3"]).toMatch(/^invalid box \[.*\]: its corners are swapped or it is empty/);
  expect(said["boxes.jsonl, line 4"]).toMatch(/outside of the page of \d+ x \d+ pixels/);
  expect(said["boxes.jsonl, line 5"]).toContain("unknown page: 99 of");
  expect(said["boxes.jsonl, line 6"]).toContain("gone.pdf");
  expect(said["boxes.jsonl, line 7"]).toBe('invalid query: " ", expected a query of at least one word');
  expect(said["boxes.jsonl, line 8"]).toMatch(/^invalid boxes: /);
  expect(said["boxes.jsonl, line 9"]).toBe("invalid line: no json, expected one JSON object");
  expect(said["energy-report.pdf, page 1"]).toContain("has nothing that the tokenizer knows");
  expect(evaluation.problems.length).toBe(8);
  expect(String(evaluation)).toContain("Not evaluated: boxes.jsonl, line");
}, 60_000);

test("COCO's file and ViDoRe V3's folder say the same as JSON lines", async () => {
  const { width, height } = pages[0];
  const raw = { width, height, channels: 3 } as const;
  await sharp(await pages[0].pixels(), { raw })
    .png()
    .toFile(join(folder, "page.png"));
  const [x0, y0, x1, y1] = await placeOf(pages[0], "battery");
  const coco = join(folder, "coco.json");
  writeFileSync(
    coco,
    JSON.stringify({
      images: [{ id: 7, file_name: "page.png", width: width / 2, height: height / 2 }],
      annotations: [
        { id: 1, image_id: 7, category_id: 3, bbox: [x0 / 2, y0 / 2, (x1 - x0) / 2, (y1 - y0) / 2] },
        { id: 2, image_id: 8, category_id: 3, bbox: [0, 0, 1, 1] },
      ],
      categories: [{ id: 3, name: "battery" }],
    }),
  );
  const fromCoco = await evaluate(model, coco, quiet);
  expect(fromCoco.problems).toEqual([
    {
      where: "coco.json, annotation 2",
      message: "invalid image_id: 8, expected one of the file's, and a box of four numbers",
    },
  ]);
  write("corpus.jsonl", [{ corpus_id: 0, image: "page.png" }]);
  write("queries.jsonl", [{ query_id: 4, query: "battery" }]);
  const boxes = [{ annotator: 0, x1: x0, x2: x1, y1: y0, y2: y1 }];
  write("qrels.jsonl", [
    { query_id: 4, corpus_id: 0, score: 2, bounding_boxes: boxes },
    { query_id: 4, corpus_id: 0, score: 1, bounding_boxes: [] },
    { query_id: 5, corpus_id: 0, score: 1, bounding_boxes: boxes },
  ]);
  const fromVidore = await evaluate(model, folder, quiet);
  expect(fromVidore.problems.map(({ where }) => where)).toEqual(["qrels.jsonl, line 3"]);
  for (const { judgements } of [fromCoco, fromVidore]) {
    expect(judgements.length).toBe(1);
    expect(judgements[0].localisation.hit).toBe(true);
    expect(judgements[0].boxes[0].x).toBeCloseTo(x0, 3);
    expect(judgements[0].boxes[0].height).toBeCloseTo(y1 - y0, 3);
  }
}, 60_000);

test("a model that fails on one page costs that page", async () => {
  const broken = { ...pages[1], digest: () => Promise.reject(new Error("no such pixels")), sha256: null };
  broken.pixels = () => Promise.reject(new Error("no such pixels"));
  const evaluation = await evaluate(model, [pages[0], broken as Page, pages[2]], { perPage: 3, ...quiet });
  expect([evaluation.pages, evaluation.judgements.length]).toEqual([2, 6]);
  expect(evaluation.problems).toEqual([{ where: "energy-report.pdf, page 2", message: "no such pixels" }]);
}, 60_000);

test("a picture has no words to ask", async () => {
  const file = join(folder, "white.png");
  await sharp({ create: { width: 60, height: 40, channels: 3, background: "#fff" } })
    .png()
    .toFile(file);
  await expect(evaluate(model, file, quiet)).rejects.toThrow(
    /^nothing could be evaluated:\nwhite.png, page 1: it has no text layer, so its words cannot be asked/,
  );
  await expect(evaluate(model, join(folder, "gone.pdf"), quiet)).rejects.toThrow(
    "nothing could be evaluated:",
  );
  await expect(evaluate(model, REPORT, { perPage: 0 })).rejects.toThrow(
    "invalid perPage: 0, expected an integer of at least 1",
  );
}, 60_000);

test("it stops when it is told to", async () => {
  const stop = new AbortController();
  const evaluation = evaluate(model, REPORT, {
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("enough")),
  });
  await expect(evaluation).rejects.toThrow("enough");
}, 60_000);

test("whether chance is what it says is measured on request", async () => {
  const { reliability } = await evaluate(model, pages.slice(0, 2), { perPage: 2, chance: true, ...quiet });
  expect(reliability?.absent.map(({ p }) => p)).toEqual([0.01, 0.05, 0.1, 0.2, 0.5]);
  expect(reliability?.absent[1].reached.value).toBeLessThan(0.25);
  expect(reliability?.missed.value).toBeLessThan(0.2);
}, 120_000);

test("a box that reaches over the edge is cut there", () => {
  expect(boxesOn({ width: 30, height: 20 }, [[-5, 10, 10, 25]])).toEqual([
    { x: 0, y: 10, width: 10, height: 10 },
  ]);
});

test("of any model: one with random weights points nowhere, and says of printed words that they are no more than chance", async () => {
  const random = await loadModel(join(__dirname, "../fixtures/golden/colpali"), {
    provider: "cpu",
    cacheDir: join(folder, "random"),
  });
  const evaluation = await evaluate(random, pages.slice(0, 2), { perPage: 2, chance: true, ...quiet });
  await random.dispose();
  expect(evaluation.reliability?.absent[1].reached.value).toBeLessThan(0.2);
  expect(evaluation.reliability?.missed.value).toBeGreaterThan(0.7);
  const printed = String(evaluation);
  expect(printed).toMatch(/^Evaluation of colpali \(/);
  expect(printed).toMatch(
    /Reliability of chance\nchance +n +share +95 % of pages\nabsent words with p of 0\.01/,
  );
  expect(printed).toMatch(/printed words that are no more than chance +24 +0\.9/);
}, 120_000);
