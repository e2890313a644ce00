/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { PageWord } from "../../core";
import { openPages } from "../../kernel/pages";
import { hex, onePage, toUnicode } from "./support/raw-pdf";

const HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
const DPI = 144;

const words = async (bytes: Uint8Array): Promise<readonly PageWord[]> => {
  const [opened] = await openPages(bytes, { dpi: DPI });
  return opened.words();
};

const page = (content: string, more: object = {}) => onePage({ content, fonts: [HELVETICA], ...more });
const show = (text: string, x: number, y: number, size = 12) =>
  `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET\n`;
const texts = (all: readonly PageWord[]) => all.map((word) => word.text);

test("words lie where they are printed, in pixels from the left upper corner", async () => {
  // 300 x 100 points at 144 dpi: 600 x 200 pixels. Helvetica's "peak" is 25.3 points wide at 12.
  const [peak, load] = await words(page(show("peak load", 30, 40)));
  expect([peak.text, load.text]).toEqual(["peak", "load"]);
  expect(peak.rect.x).toBeCloseTo(60, 0);
  expect(Math.abs(peak.rect.width - 51)).toBeLessThan(2);
  // The baseline is 60 points below the top: 120 pixels. Letters stand on it, and "p" reaches below.
  expect(peak.rect.y).toBeGreaterThan(90);
  expect(peak.rect.y).toBeLessThan(103);
  expect(peak.rect.y + peak.rect.height).toBeGreaterThan(121);
  expect(peak.rect.y + peak.rect.height).toBeLessThan(132);
  expect(load.rect.x).toBeGreaterThan(peak.rect.x + peak.rect.width + 2);
  expect([peak.line, load.line, peak.block, load.block]).toEqual([0, 0, 0, 0]);
  expect(peak.source).toBe("pdf");
});

test.each([
  // Turned clockwise by 90 degrees: what was at the left stands at the top, what was below stands at the left.
  [90, 200, 600],
  [180, 600, 200],
  [270, 200, 600],
])("on a page turned by %s degrees rectangles turn along", async (angle, width, height) => {
  const [plain] = await words(page(show("peak", 30, 40)));
  const [turned] = await words(page(show("peak", 30, 40), { page: `/Rotate ${angle}` }));
  const { x, y, width: w, height: h } = plain.rect;
  const expected = {
    90: { x: 200 - y - h, y: x, width: h, height: w },
    180: { x: 600 - x - w, y: 200 - y - h, width: w, height: h },
    270: { x: y, y: 600 - x - w, width: h, height: w },
  }[angle] as PageWord["rect"];
  for (const key of ["x", "y", "width", "height"] as const)
    expect(Math.abs(turned.rect[key] - expected[key])).toBeLessThan(0.2);
  expect(turned.rect.x + turned.rect.width).toBeLessThanOrEqual(width);
  expect(turned.rect.y + turned.rect.height).toBeLessThanOrEqual(height);
});

test("only what the crop box shows is there, measured from its corner", async () => {
  const content = show("inside", 130, 40) + show("outside", 10, 40);
  const [inside, ...rest] = await words(page(content, { page: "/CropBox [100 20 300 100]" }));
  expect([inside.text, ...texts(rest)]).toEqual(["inside"]);
  expect(inside.rect.x).toBeCloseTo(60, 0);
});

test("a page in larger units has larger words", async () => {
  const [plain] = await words(page(show("peak", 30, 40)));
  const [large] = await words(page(show("peak", 30, 40), { page: "/UserUnit 2" }));
  for (const key of ["x", "y", "width", "height"] as const)
    expect(Math.abs(large.rect[key] - 2 * plain.rect[key])).toBeLessThan(0.3);
});

test("text that only a search finds is there: that of a scan that was read", async () => {
  expect(texts(await words(page(`3 Tr ${show("invisible text", 30, 40)}`)))).toEqual(["invisible", "text"]);
});

test("two columns are two lines and two blocks; the lines of a column are one block", async () => {
  const content =
    show("first column", 10, 80) +
    show("goes on here", 10, 66) +
    show("second column", 170, 80) +
    show("goes on, too", 170, 66);
  const all = await words(page(content));
  const of = (text: string) => all.find((word) => word.text === text) as PageWord;
  expect(of("first").line).toBe(of("column").line);
  expect(of("here").block).toBe(of("first").block);
  expect(of("here").line).not.toBe(of("first").line);
  expect(of("second").block).not.toBe(of("first").block);
  expect(of("too").block).toBe(of("second").block);
});

test("columns side by side in the file's order are apart, too", async () => {
  const all = await words(page(show("left", 10, 80) + show("right", 170, 80)));
  expect(all.map(({ text, line }) => [text, line])).toEqual([
    ["left", 0],
    ["right", 1],
  ]);
});

test("a heading is a block of its own", async () => {
  const all = await words(page(show("Heading", 10, 70, 24) + show("text below it", 10, 50, 10)));
  expect(all.map(({ block }) => block)).toEqual([0, 1, 1, 1]);
});

test("a hyphen ends the word at the end of its line, and the rest is a word of the next", async () => {
  const all = await words(page(show("the batter-", 10, 60) + show("ies are new", 10, 46)));
  expect(texts(all)).toEqual(["the", "batter-", "ies", "are", "new"]);
  expect(all[2].line).toBe(all[1].line + 1);
  expect(all[2].block).toBe(all[1].block);
});

const composite = (chars: string, cmap = "Identity-H") => [
  `<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /${cmap} /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>`,
  "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 /FontDescriptor << /Type /FontDescriptor /FontName /Any /Flags 4 /Ascent 880 /Descent -120 /FontBBox [0 -120 1000 880] /ItalicAngle 0 /CapHeight 700 /StemV 80 >> >>",
  toUnicode(chars),
];
const codes = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => hex(from + i)).join("");

test("ligatures are spelt out", async () => {
  const fonts = composite("\ufb01n");
  const all = await words(onePage({ content: `BT /F1 12 Tf 20 40 Td <${codes(1, 2)}> Tj ET`, fonts }));
  expect(texts(all)).toEqual(["fin"]);
});

test("right-to-left words are in the order in which they are read", async () => {
  // Printed from the left: the letters of "shalom" backwards, as programs write them.
  const fonts = composite("םולש");
  const all = await words(onePage({ content: `BT /F1 12 Tf 20 40 Td <${codes(1, 4)}> Tj ET`, fonts }));
  expect(texts(all)).toEqual(["שלום"]);
});

test("a column of vertical writing is one word", async () => {
  const fonts = composite("電力需要", "Identity-V");
  const all = await words(onePage({ content: `BT /F1 12 Tf 150 90 Td <${codes(1, 4)}> Tj ET`, fonts }));
  expect(texts(all)).toEqual(["電力需要"]);
  const [{ rect }] = all;
  // Four letters of 12 points, centred on 150 points: 24 x 96 pixels.
  expect([rect.x, rect.width, rect.height]).toEqual([288, 24, 96]);
});

test("Latin words in Japanese text are words where there is a gap, though no space", async () => {
  const fonts = [...composite("電力"), HELVETICA];
  const content = `BT /F1 12 Tf 20 40 Td <${codes(1, 2)}> Tj ET BT /F4 12 Tf 47 40 Td (LED) Tj ET`;
  expect(texts(await words(onePage({ content, fonts })))).toEqual(["電力", "LED"]);
});

test("accents that are letters of their own are joined to the letter", async () => {
  // Dieresis over o, as TeX sets it, then r.
  const content = "BT /F1 12 Tf 20 40 Td (Br\\250) Tj -4.5 0 Td ET";
  const over = `${content}\nBT /F1 12 Tf 1 0 0 1 ${20 + 12 * (0.667 + 0.333 - 0.11)} 40 Tm (oker) Tj ET`;
  expect(texts(await words(page(over)))).toEqual(["Bröker"]);
});

test("a footnote's number is a word of its own; an index is part of its word", async () => {
  const raised = `${show("load", 20, 40)}BT /F1 8 Tf 1 0 0 1 43.5 45 Tm (3) Tj ET\n`;
  const lowered = `${show("CO", 120, 40)}BT /F1 8 Tf 1 0 0 1 138.2 37 Tm (2) Tj ET\n`;
  expect(texts(await words(page(raised + lowered)))).toEqual(["load", "3", "CO2"]);
});

test("control characters and marks of direction are no text", async () => {
  const fonts = composite("a\u200eb\u0007c");
  const all = await words(onePage({ content: `BT /F1 12 Tf 20 40 Td <${codes(1, 5)}> Tj ET`, fonts }));
  expect(texts(all)).toEqual(["abc"]);
});

test("a page without text has no words", async () => {
  expect(await words(page("0 0 100 50 re f"))).toEqual([]);
});

test("the example report: its words in order, each on its printed line", async () => {
  const file = readFileSync(join(__dirname, "..", "..", "examples", "energy-report.pdf"));
  const all = await words(file);
  expect(all.length).toBeGreaterThan(50);
  expect(new Set(all.map((word) => word.block)).size).toBeGreaterThan(2);
  for (const { rect } of all) {
    expect(rect.width * rect.height).toBeGreaterThan(0);
    expect(rect.height).toBeLessThan(120);
  }
});

test("an image has none, and is not read for it", async () => {
  const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  const [image] = await openPages(new Uint8Array(png));
  expect(await image.words()).toEqual([]);
  expect(image.sha256).toBeNull();
});

test("words are read once, also when asked twice at a time, without rendering; an interrupt stops it", async () => {
  const [opened] = await openPages(page(show("peak", 30, 40)), { dpi: DPI });
  const [one, two] = await Promise.all([opened.words(), opened.words()]);
  expect(one).toBe(two);
  expect(await opened.words()).toBe(one);
  expect(opened.sha256).toBeNull();
  const stop = new AbortController();
  stop.abort(new Error("stopped"));
  await expect(opened.words({ signal: stop.signal })).rejects.toThrow("stopped");
});

test("a gap as of a narrow space parts words, also where no space is written; a closer one does not", async () => {
  // Helvetica's "ISC" is 20 points wide at 12.
  expect(texts(await words(page(show("ISC", 30, 40) + show("dhcpd", 52, 40))))).toEqual(["ISC", "dhcpd"]);
  expect(texts(await words(page(show("ISC", 30, 40) + show("dhcpd", 50.8, 40))))).toEqual(["ISCdhcpd"]);
});

test("an accent that is printed after its letter, over it, is the letter's", async () => {
  expect(texts(await words(page(show("y", 30, 40) + show("\\257", 31, 40))))).toEqual(["\u0233"]);
  expect(texts(await words(page(show("y", 30, 40) + show("\\257", 36, 40))))).toEqual(["y\u00af"]);
});
