import type { LensView } from "../../core/index";
import { renderPdf, renderPng, renderSvg } from "../../kernel/figures/index";
import { explanation, lensData, lensState } from "../core/example";
import { renderFirst } from "../kernel/support/pages";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(1)'>\u0000]]>`;

function hostile() {
  const data = lensData();
  data.queries.q0.text = HOSTILE;
  for (const word of data.queries.q0.words) word.text = HOSTILE;
  data.pages.p0.name = HOSTILE;
  return lensState({ token: 1, word: 0 }, data);
}

test("SVG: text stays text, the page is inside, title, description and provenance too", async () => {
  const svg = await renderSvg(lensState({ token: 1, word: 0 }));
  expect(svg).toContain("<title>Similarity map of “peak”</title>");
  expect(svg).toContain("<desc>Similarity map of “peak” for the query “peak loads”");
  expect(svg).toMatch(/<metadata>\{&quot;model&quot;:\{&quot;id&quot;:&quot;mini&quot;/);
  expect(svg).toContain(">“peak loads”</text>");
  expect(svg).toContain('href="data:image/png;base64,');
  expect(svg).not.toMatch(/href="(?!data:)|url\(/);
});

test("SVG: hostile text is escaped and the file stays well-formed", async () => {
  const svg = await renderSvg(hostile());
  expect(svg).not.toMatch(/<script|<img/);
  expect(svg).not.toContain("\u0000");
  expect(svg.match(/<\/?svg/g)).toHaveLength(2);
});

test("PDF: one page of the figure's size that shows the cells in place, text as text", async () => {
  const pdf = await renderPdf(
    lensState({ token: 1, word: 0, marks: { best: 0 }, color: { opacity: 1, scale: "token" } }),
  );
  const page = await renderFirst(pdf, { dpi: 96 });
  expect(page.width).toBeGreaterThanOrEqual(719);
  const at = (x: number, y: number) =>
    Array.from(page.pixels.subarray((y * page.width + x) * 3, (y * page.width + x) * 3 + 3));
  // Page from (16, 62), 688 wide; the best cell is the last one: viridis' yellow. The first is its purple, see-through.
  const [hot, cold] = [at(16 + 600, 62 + 400), at(16 + 60, 62 + 60)];
  expect(hot[0]).toBeGreaterThan(230);
  expect(hot[2]).toBeLessThan(80);
  expect(cold).toEqual([255, 255, 255]);
  const raw = Buffer.from(pdf).toString("latin1");
  expect(raw).toContain("/Alt");
  expect(raw).toMatch(/\/FontFile2/);
  expect(raw).not.toMatch(/\/JavaScript|\/Launch/);
});

test("PDF: multiplied colours do not break it", async () => {
  const state = lensState({
    color: { blend: "multiply" },
    marks: { best: 3 },
    region: { row: 0, column: 0, rows: 1, columns: 2 },
  });
  const page = await renderFirst(await renderPdf(state), { dpi: 96 });
  expect(page.pixels.some((v) => v < 200)).toBe(true);
});

test.each(["電力需要", "يناير", "ไทย", "\u{1f9ff}"])(
  "PDF and PNG: a query of %s is drawn, not left blank",
  async (query) => {
    const state = lensState();
    state.data.queries.q0.text = query;
    const ink = async (picture: Uint8Array) => {
      const { pixels, width } = await renderFirst(picture, { dpi: 96 });
      let dark = 0;
      // The query's line; the quotation marks alone are less than this.
      for (let y = 14; y < 34; y++)
        for (let x = 16; x < 120; x++) if (pixels[(y * width + x) * 3] < 128) dark++;
      return dark;
    };
    const quotes = lensState();
    quotes.data.queries.q0.text = "";
    const least = (await ink(await renderPng(quotes))) + 15;
    expect(await ink(await renderPng(state))).toBeGreaterThan(least);
    expect(await ink(await renderPdf(state))).toBeGreaterThan(least);
  },
);

const several = () => {
  const data = lensData(explanation(), explanation());
  data.queries.q1 = { ...data.queries.q0, text: "other" };
  data.results.r1.query = "q1";
  data.results.r1.maps.data = data.results.r1.maps.data.map((v, i) => v - 0.05 * (i % 6));
  return data;
};

test.each<[string, Partial<LensView>, RegExp]>([
  ["small multiples", { layout: "multiples", color: { scale: "token" } }, /One map for each of 2 words/],
  ["smooth small multiples", { layout: "multiples", cells: "smooth" }, /All maps have the same scale/],
  ["A beside B", { compare: "r1", word: 1 }, /A, “peak loads”: Word “loads” .* B, “other”: Word “loads”/],
  [
    "a difference",
    { compare: "r1", difference: true, word: 1 },
    /^“peak loads” minus “other” .*In favour of the first 1 .*In favour of the second 1 .*Difference of “loads” minus “loads”/,
  ],
])("%s: SVG, PDF and PNG show the same figure, each with its caption", async (_, view, said) => {
  const state = lensState({ ...view, marks: { best: 0 } }, several());
  const svg = await renderSvg(state);
  const words = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((m) => m[1]).join(" ");
  expect(words).toMatch(said);
  const pdf = await renderFirst(await renderPdf(state), { dpi: 96 });
  const png = await renderFirst(await renderPng(state));
  expect(Math.abs(pdf.width - png.width)).toBeLessThanOrEqual(1);
  expect(Math.abs(pdf.height - png.height)).toBeLessThanOrEqual(1);
  const width = Math.min(pdf.width, png.width);
  // Means of squares of 16 pixels: antialiasing differs, places and colours do not.
  let worst = 0;
  for (let y = 0; y + 16 < Math.min(pdf.height, png.height); y += 16)
    for (let x = 0; x + 16 < width; x += 16)
      for (let k = 0; k < 3; k++) {
        const mean = (page: typeof pdf) => {
          let sum = 0;
          for (let i = 0; i < 256; i++)
            sum += page.pixels[((y + (i >> 4)) * page.width + x + (i & 15)) * 3 + k];
          return sum / 256;
        };
        worst = Math.max(worst, Math.abs(mean(pdf) - mean(png)));
      }
  expect(worst).toBeLessThan(40);
});

test("the same state gives the same bytes", async () => {
  const state = lensState({ token: 1, word: 0 });
  expect(await renderSvg(state)).toBe(await renderSvg(state));
});
