import { PatchMap } from "../../core/data/patch-map";
import { changeView, defineQuantity, layersWith, text } from "../../core/index";
import { scene } from "../../core/scene/scene";
import { renderPdf, renderPng, renderSvg, staticHtml } from "../../kernel/figures/index";
import { openPages } from "../../kernel/index";
import { baseline, explanation, lensData, lensState } from "../core/example";

/** The height of the ground under the patches of a page, which nothing in the package has heard of. */
function altitudes() {
  const one = explanation({ baseline: baseline() });
  const quantity = defineQuantity({ name: "altitude", unit: "m", range: [0, 900] });
  const map = new PatchMap(Float32Array.of(0, 120, 340, 560, 780, 900), 2, 3, quantity);
  const state = lensState({}, lensData({ ...one, layers: layersWith(one, map, {}) }));
  return { ...state, view: changeView(state.data, state.view, { quantity: "altitude" }) };
}

const CLAIMS = /cosine|chance|similarity|match/i;
const FINDING = "Altitude, the whole query: highest at the bottom of the page (900 m).";
const SCALE = "altitude 0 to 900 m (fixed range)";

test("SVG: title, caption and scale are in metres", async () => {
  const svg = await renderSvg(altitudes());
  for (const words of [">altitude in m</text>", ">0</text>", ">900</text>", "(900 m)"])
    expect(svg).toContain(words);
  expect(svg).toContain("<title>Altitude map of the whole query</title>");
  expect(svg.replace(/<metadata>.*?<\/metadata>/s, "")).not.toMatch(CLAIMS);
});

test("PNG: what it says of itself, too", async () => {
  const png = Buffer.from(await renderPng(altitudes())).toString("utf8");
  expect(png).toContain("Altitude map of the whole query");
  expect(png).toContain(FINDING);
  expect(png).toContain(SCALE);
});

test("PDF: its text is to be read and searched", async () => {
  const [page] = await openPages(await renderPdf(altitudes()));
  const words = (await page.words()).map((word) => word.text).join(" ");
  expect(words).toContain("altitude in m");
  expect(words).toContain(FINDING);
  expect(words).toContain(SCALE);
  expect(words).not.toMatch(CLAIMS);
});

test("HTML and text: picture, table and caption", () => {
  const state = altitudes();
  const html = staticHtml(state, { mime: "image/png", data: new Uint8Array(1) });
  expect(html).toContain("<th>altitude in m</th>");
  expect(html).toContain("<td>peak loads</td><td>query</td><td>900.0</td><td>1</td><td>2</td>");
  expect(html).toContain(FINDING);
  expect(html).not.toMatch(CLAIMS);
  const lines = text(scene(state)).split("\n");
  expect(lines[0]).toBe(FINDING);
  expect(lines.slice(3)).toEqual([
    "text        kind   altitude in m  row  column",
    "peak loads  query          900.0    1       2",
  ]);
});
