/** What a figure looks like where it is printed: pixels of the files, not of the drawing. */
import sharp from "sharp";
import {
  colours,
  figureLayout,
  figurePlan,
  figureSetting,
  type LensData,
  type ViewChange,
} from "../../core/index";
import { renderPdf, renderPng, renderSvg } from "../../kernel/figures/index";
import { openPages } from "../../kernel/pages/index";
import { explanation, lensData, lensState } from "../core/example";
import { renderFirst } from "../kernel/support/pages";

const TINT = { blend: "tint", palette: "amber", opacity: 1 } as const;
const OPTIONS = { caption: false, width: "85mm" } as const;

/** A map of one token of which every second cell is as hot as can be, the others less, on a page of one colour or with print. */
async function page(paint: (x: number, y: number) => number, values: [number, number]): Promise<LensData> {
  const one = explanation();
  const data = one.maps.data.map((_, i) => values[i % 2]);
  const tokens = one.maxsim.tokens.map((t) => ({
    ...t,
    best: values[0],
    patchBest: values[0],
    offImage: false,
  }));
  const score = tokens.length * values[0];
  const lens = lensData(
    explanation({
      maps: { ...one.maps, data },
      maxsim: { kind: "maxsim", score, patchScore: score, residue: 0, tokens },
    }),
  );
  const pixels = Uint8Array.from({ length: 300 * 200 * 3 }, (_, i) =>
    paint(Math.floor(i / 3) % 300, Math.floor(i / 900)),
  );
  const png = await sharp(pixels, { raw: { width: 300, height: 200, channels: 3 } })
    .png()
    .toBuffer();
  const paper = new Uint8Array(64 * 64).fill(paint(0, 0));
  lens.pages.p0.picture = { mime: "image/png", data: new Uint8Array(png), paper };
  return lens;
}

const stateOf = (data: LensData, view: ViewChange = {}) =>
  lensState({ token: 1, word: 0, marks: { hits: false }, color: TINT, ...view }, data);

/** Pixels of a file within its page, without the frame. */
async function inside(file: Uint8Array, state: ReturnType<typeof stateOf>, dpi: number) {
  const { pixels, width } = await renderFirst(file, { dpi });
  const [{ at }] = figureLayout(figurePlan(state), figureSetting(OPTIONS)).panels;
  const [left, top, right, bottom] = [at.x, at.y, at.x + at.width, at.y + at.height].map(
    (v) => (v * dpi) / 96,
  );
  const out: number[][] = [];
  for (let y = Math.ceil(top) + 4; y < Math.floor(bottom) - 4; y++)
    for (let x = Math.ceil(left) + 4; x < Math.floor(right) - 4; x++)
      out.push(Array.from(pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)));
  return out;
}

test.each([
  ["light", 255],
  ["dark", 20],
] as const)("no seams between cells in a PDF, on %s paper, at any resolution", async (paper, luma) => {
  for (const values of [
    [0.5, 0.5],
    [0.5, 0.35],
  ] as [number, number][]) {
    const state = stateOf(await page(() => luma, values));
    const table = colours("amber", paper);
    const meets = (k: number, v: number) => {
      const colour = table[3 * Math.round((255 * (v - 0.1)) / 0.4) + k];
      return paper === "light" ? (colour * luma) / 255 : 255 - ((255 - colour) * (255 - luma)) / 255;
    };
    const file = await renderPdf(state, OPTIONS);
    for (const dpi of [97, 150, 300]) {
      const seen = await inside(file, state, dpi);
      expect(seen.length).toBeGreaterThan(10_000);
      for (let k = 0; k < 3; k++) {
        const [a, b] = values.map((v) => meets(k, v));
        const channel = seen.map((pixel) => pixel[k]);
        const low = channel.reduce((x, y) => Math.min(x, y), 255);
        const high = channel.reduce((x, y) => Math.max(x, y), 0);
        // A seam would be lighter, or darker, than both of its cells.
        expect(low).toBeGreaterThanOrEqual(Math.min(a, b) - 3);
        expect(high).toBeLessThanOrEqual(Math.max(a, b) + 3);
      }
    }
  }
});

const luminance = (pixel: readonly number[]) => {
  const [r, g, b] = pixel
    .map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

test.each([
  ["dark print on white", 255, 30],
  ["light print on a dark slide", 20, 235],
])("%s can be read under the strongest cells, in PNG and PDF, boxes included", async (_, paper, ink) => {
  // Strokes of 6 pixels, as of large print, but not at the first pixel, which says what the paper is.
  const data = await page((x) => (x % 12 >= 6 ? ink : paper), [0.5, 0.5]);
  data.pages.p0.words = [
    { text: "peak", rect: { x: 20, y: 60, width: 250, height: 60 }, line: 0, block: 0, source: "pdf" },
  ];
  const state = stateOf(data, { marks: { hits: true } });
  for (const file of [await renderPng(state, { ...OPTIONS, dpi: 300 }), await renderPdf(state, OPTIONS)]) {
    const seen = (await inside(file, state, 300)).map(luminance).sort((a, b) => a - b);
    // The middle of the dark and of the light strokes.
    const [dark, light] = [seen[Math.floor(seen.length * 0.25)], seen[Math.floor(seen.length * 0.75)]];
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
  }
});

test("a box darkens white paper and lets ink be ink", async () => {
  const data = await page((x) => (x >= 150 ? 0 : 255), [0.1, 0.1]);
  data.pages.p0.words = [
    { text: "peak", rect: { x: 50, y: 60, width: 200, height: 60 }, line: 0, block: 0, source: "pdf" },
  ];
  const [boxed, bare] = [true, false].map((hits) =>
    stateOf(data, { marks: { hits }, color: { ...TINT, threshold: 0.05 } }),
  );
  const [[with_, without], [pdf, plain]] = await Promise.all(
    [renderPng, renderPdf].map((render) =>
      Promise.all(
        [boxed, bare].map(async (of) => inside(await render(of, { ...OPTIONS, dpi: 300 }), of, 300)),
      ),
    ),
  );
  for (const [a, b] of [
    [with_, without],
    [pdf, plain],
  ]) {
    const changed = a.filter((pixel, i) => Math.abs(luminance(pixel) - luminance(b[i])) > 0.1);
    expect(changed.length).toBeGreaterThan(100);
    expect(a.every((pixel, i) => luminance(pixel) <= luminance(b[i]) + 0.02)).toBe(true);
  }
});

test("text has 7 points in the files, too", async () => {
  const state = stateOf(await page(() => 255, [0.5, 0.35]));
  const [drawn] = await openPages(await renderPdf(state, OPTIONS), { dpi: 72 });
  const words = await drawn.words();
  const found = words.find(({ text }) => text === "similarity");
  // DejaVu's own widths of the letters, of which 1,000 are an em, in pixels of a point each.
  const em = (521 + 278 + 974 + 278 + 278 + 613 + 411 + 278 + 392 + 592) / 1000;
  expect(Math.abs((found?.rect.width ?? 0) - 7 * em)).toBeLessThan(0.2);
  expect(await renderSvg(state, OPTIONS)).toContain('font-size="9.333"');
});

test("a figure alone has no caption and no hash in it; PNG, PDF and SVG say in their metadata where it comes from", async () => {
  const state = stateOf(await page(() => 255, [0.5, 0.35]));
  const pdf = await renderPdf(state, OPTIONS);
  const [drawn] = await openPages(pdf);
  const said = (await drawn.words()).map(({ text }) => text).join(" ");
  expect(said).toContain("cosine similarity");
  expect(said).not.toMatch(/Where|sha256|cdcd|report/);
  const raw = Buffer.from(pdf).toString("latin1");
  const utf16 = (text: string) => Buffer.from(text, "utf16le").swap16().toString("latin1");
  expect(raw.includes("cd".repeat(32)) || raw.includes(utf16("cd".repeat(32)))).toBe(true);
  const { comments = [] } = await sharp(await renderPng(state, OPTIONS)).metadata();
  const texts = Object.fromEntries(comments.map(({ keyword, text }) => [keyword, text]));
  expect(JSON.parse(texts.Provenance).page.sha256).toBe("cd".repeat(32));
  expect(texts.Comment).toMatch(/^Where “peak”/);
  const svg = await renderSvg(state, OPTIONS);
  expect(svg).toMatch(/<metadata>.*cdcdcd/s);
  expect(svg.match(/<text[^>]*>[^<]*/g)?.join(" ")).not.toMatch(/cdcd|Where/);
});

test("what a crop leaves out is not in the file", async () => {
  // White above, black below.
  const data = await page((_, y) => (y < 100 ? 255 : 0), [0.1, 0.1]);
  const crop = { x: 0, y: 0, width: 300, height: 100 };
  const svg = await renderSvg(stateOf(data), { ...OPTIONS, crop });
  const [, href] = /<image[^>]*href="data:image\/png;base64,([^"]+)"/.exec(svg) ?? [];
  const { data: pixels, info } = await sharp(Buffer.from(href, "base64"))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([300, 100]);
  expect(pixels.every((v) => v === 255)).toBe(true);
});
