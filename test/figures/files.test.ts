import { figureLayout, figurePlan, figureSetting, type LensView } from "../../core/index";
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
  expect(svg).toContain(">Word</text>");
  expect(svg).toMatch(/<metadata>\{&quot;model&quot;:\{&quot;id&quot;:&quot;mini&quot;/);
  expect(svg).toContain(">peak</text>");
  expect(svg).toContain('href="data:image/png;base64,');
  expect(svg).not.toMatch(/href="(?!data:)|url\(/);
});

test("SVG: hostile text is escaped and the file stays well-formed", async () => {
  const svg = await renderSvg(hostile());
  expect(svg).not.toMatch(/<script|<img/);
  expect(svg).not.toContain("\u0000");
  // The figure, and in it the window on the page.
  expect(svg.match(/<\/?svg/g)).toHaveLength(4);
});

test("PDF: one page of the figure's size that shows the cells in place, text as text", async () => {
  const state = lensState({
    token: 1,
    word: 0,
    marks: { hits: false },
    color: { opacity: 1, scale: "token" },
  });
  const pdf = await renderPdf(state);
  const page = await renderFirst(pdf, { dpi: 96 });
  const [{ at: place }] = figureLayout(figurePlan(state), figureSetting()).panels;
  // 175 mm.
  expect(Math.abs(page.width - 661)).toBeLessThanOrEqual(1);
  const at = (x: number, y: number) => {
    const [left, top] = [Math.round(place.x + x * place.width), Math.round(place.y + y * place.height)];
    return Array.from(page.pixels.subarray((top * page.width + left) * 3, (top * page.width + left) * 3 + 3));
  };
  // The best cell is the last one: viridis' yellow. The first is its purple, see-through.
  const [hot, cold] = [at(0.9, 0.9), at(0.1, 0.1)];
  expect(hot[0]).toBeGreaterThan(230);
  expect(hot[2]).toBeLessThan(80);
  expect(cold).toEqual([255, 255, 255]);
  const raw = Buffer.from(pdf).toString("latin1");
  expect(raw).toContain("/Alt");
  expect(raw).toMatch(/\/FontFile2/);
  expect(raw).not.toMatch(/\/JavaScript|\/Launch/);
});

test("PDF: where it comes from is in the information dictionary and in XMP, of hostile texts as text", async () => {
  const raw = Buffer.from(await renderPdf(hostile()));
  expect(raw.subarray(0, 8).toString()).toBe("%PDF-1.4");
  expect(raw.toString("latin1")).toMatch(/\/Metadata \d+ 0 R/);
  const [, length] = /\/Subtype \/XML\s+\/Length (\d+)/.exec(raw.toString("latin1")) ?? [];
  const from = raw.indexOf("<?xpacket begin");
  const xmp = raw.subarray(from, from + Number(length)).toString("utf8");
  expect(xmp.endsWith('<?xpacket end="r"?>')).toBe(true);
  const property = (name: string) => new RegExp(`<${name}>([\\s\\S]*)</${name}>`).exec(xmp)?.[1] ?? "";
  expect(property("dc:description")).toMatch(/rdf:li xml:lang="x-default">.*mini/);
  expect(property("pdf:Keywords")).toContain("&lt;script&gt;alert(1)");
  expect(property("xmp:CreatorTool")).toMatch(/^colpali-lens \d/);
  // Only the elements of XMP itself.
  expect(new Set(xmp.match(/<\/?[^?\s>]+/g)?.map((tag) => tag.replace(/^<\/?/, "").split(":")[0]))).toEqual(
    new Set(["x", "rdf", "dc", "pdf", "xmp"]),
  );
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
  "PDF and PNG: a word %s is drawn, not left blank",
  async (word) => {
    const options = { caption: false, dpi: 192 };
    const state = (text: string) => {
      const of = lensState({ token: 1, word: 0 });
      of.data.queries.q0.words[0].text = text;
      return of;
    };
    const [{ at }] = figureLayout(figurePlan(state(word)), figureSetting(options)).panels;
    const ink = async (picture: Uint8Array) => {
      const { pixels, width, height } = await renderFirst(picture, { dpi: 192 });
      const [from, to] = [4, 24].map((below) => Math.ceil(2 * (at.y + at.height + below)));
      let dark = 0;
      // The words' line, left of the legend.
      for (let y = from; y < Math.min(height, to); y++)
        for (let x = 0; x < width / 2; x++) if (pixels[(y * width + x) * 3] < 128) dark++;
      return dark;
    };
    const least = (await ink(await renderPng(state(""), options))) + 15;
    expect(await ink(await renderPng(state(word), options))).toBeGreaterThan(least);
    expect(await ink(await renderPdf(state(word), options))).toBeGreaterThan(least);
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
  ["A beside B", { compare: "r1", word: 1 }, /A: “peak loads”; B: “other” on .* They differ most/],
  [
    "a difference",
    { compare: "r1", difference: true, word: 1 },
    /B \+.* A \+.* difference of cosines A: “peak loads”; B: “other” on .*; A minus B\. They differ most/,
  ],
])("%s: SVG, PDF and PNG show the same figure, each with its caption", async (_, view, said) => {
  const state = lensState({ ...view, marks: { hits: false } }, several());
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
