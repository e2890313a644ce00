import { renderPdf, renderSvg } from "../../kernel/figures/index";
import { openPages } from "../../kernel/pages/index";
import { lensData, lensState } from "../core/example";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(1)'>\u0000]]>`;

function hostile() {
  const data = lensData();
  data.explanations[0].query.text = HOSTILE;
  for (const word of data.explanations[0].query.words) word.text = HOSTILE;
  data.pages[0].name = HOSTILE;
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
  const pdf = await renderPdf(lensState({ token: 1, word: 0, top: 0, opacity: 1, normalisation: "token" }));
  const [page] = await openPages(pdf, { dpi: 96 });
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

test("PDF: multiplied colours and characters outside the font do not break it", async () => {
  const state = lensState({ blend: "multiply", top: 3, region: { row: 0, column: 0, rows: 1, columns: 2 } });
  state.data.explanations[0].query.text = "電力 \u{1f600}";
  const [page] = await openPages(await renderPdf(state), { dpi: 96 });
  expect(page.pixels.some((v) => v < 200)).toBe(true);
});

test("the same state gives the same bytes", async () => {
  const state = lensState({ token: 1, word: 0 });
  expect(await renderSvg(state)).toBe(await renderSvg(state));
});
