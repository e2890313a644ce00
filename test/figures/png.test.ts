import sharp from "sharp";
import {
  figure,
  figureLayout,
  figurePlan,
  figureSetting,
  PALETTE_NAMES,
  rasters,
  SCALE_NAMES,
  scene,
  serialise,
  type ViewChange,
} from "../../core/index";
import { renderPng, staticHtml } from "../../kernel/figures/index";
import { outlined } from "../../kernel/figures/outline";
import { lensData, lensState } from "../core/example";

/** A grey gradient page, so that a shifted or transposed page or map shows. */
async function data() {
  const pixels = Uint8Array.from({ length: 300 * 200 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 300, Math.floor(i / 900)];
    return 90 + Math.floor(x / 4) + Math.floor(y / 4);
  });
  const lens = lensData();
  const png = await sharp(pixels, { raw: { width: 300, height: 200, channels: 3 } })
    .png()
    .toBuffer();
  lens.pages.p0.picture = { mime: "image/png", data: new Uint8Array(png) };
  return lens;
}

async function pixels(png: Uint8Array) {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    at: (x: number, y: number) =>
      Array.from(data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)),
    info,
  };
}

/** Small: these are many. */
const SMALL = { width: 80, caption: false };

const views: ViewChange[] = [
  { token: 1, word: 0, marks: { hits: false } },
  { token: 3, word: 1, marks: { hits: false }, color: { palette: "mako", scale: "token", opacity: 1 } },
  { marks: { hits: false }, color: { palette: "YlOrRd", scale: "robust", opacity: 0.5 } },
  { marks: { hits: false }, aggregate: "winner", color: { palette: "cividis" } },
  ...PALETTE_NAMES.map((palette, i) => ({
    token: 2,
    word: 1,
    marks: { hits: false },
    color: { palette, scale: SCALE_NAMES[i % SCALE_NAMES.length], blend: "alpha" as const },
  })),
];

test.each(views)("%p: each cell is the page under the raster's colour, in its place", async (view) => {
  const lens = await data();
  const state = lensState(view, lens);
  const bare = lensState({ ...view, color: { ...view.color, opacity: 0 } }, lens);
  const [shown, plain] = [
    await pixels(await renderPng(state, SMALL)),
    await pixels(await renderPng(bare, SMALL)),
  ];
  const [{ raster: cells }] = rasters(scene(state));
  const [{ at: place }] = figureLayout(figurePlan(state), figureSetting(SMALL)).panels;
  let painted = 0;
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 3; column++) {
      const x = Math.round(place.x + ((column + 0.4) * place.width) / 3);
      const y = Math.round(place.y + ((row + 0.3) * place.height) / 2);
      const [r, g, b, a] = cells.data.subarray((row * 3 + column) * 4, (row * 3 + column) * 4 + 4);
      if (a > 0) painted++;
      const page = plain.at(x, y);
      shown.at(x, y).forEach((value, k) => {
        expect(Math.abs(value - ([r, g, b][k] * a + page[k] * (255 - a)) / 255)).toBeLessThanOrEqual(1.5);
      });
    }
  expect(painted).toBeGreaterThan(0);
  // The page itself is in its place, too: darker at the top left.
  expect(plain.at(Math.round(place.x + 5), Math.round(place.y + 5))[0]).toBeLessThan(110);
  expect(
    plain.at(Math.round(place.x + place.width - 5), Math.round(place.y + place.height - 5))[0],
  ).toBeGreaterThan(200);
});

test("width and resolution set the size in pixels; the file says its resolution", async () => {
  const state = lensState({}, await data());
  const small = await sharp(await renderPng(state, { width: 100, dpi: 127 })).metadata();
  const large = await sharp(await renderPng(state, { width: "85mm", dpi: 300 })).metadata();
  expect(small.width).toBe(500);
  expect(large.width).toBe(1004);
  expect([small.density, large.density]).toEqual([127, 300]);
  await expect(renderPng(state, { width: 1e9 })).rejects.toThrow(
    'invalid width: 1000000000, expected "85mm", "175mm", or a number of millimetres from 40 to 400',
  );
  await expect(renderPng(state, { dpi: 5 })).rejects.toThrow("invalid dpi: 5, expected 36 to 1200");
  await expect(renderPng(state, { width: 400, dpi: 1200 })).rejects.toThrow(
    /^invalid dpi: 1200 at a width of 400 mm gives 18898 x \d{5} pixels, expected at most 150 million/,
  );
});

test("a PNG carries title, alternative text, caption and provenance beside its pixels", async () => {
  const png = await renderPng(lensState({ token: 1, word: 0 }, await data()), SMALL);
  const { comments = [] } = await sharp(png).metadata();
  const said = Object.fromEntries(comments.map(({ keyword, text }) => [keyword, text]));
  expect(said.Title).toBe("Similarity map of “peak”");
  expect(said.Description).toMatch(/^Similarity map of “peak” for the query “peak loads” on page 1 of 4/);
  expect(said.Comment).toMatch(/^Where “peak” of the query “peak loads” matches page 1 of 4 of report.pdf\./);
  expect(JSON.parse(said.Provenance).model.id).toBe("mini");
});

test("text is drawn without a font on the machine, in every script", () => {
  const lens = lensData();
  lens.queries.q0.text = "peak 電力 مرحبا ไทย";
  const layout = figureLayout(figurePlan(lensState({}, lens)), figureSetting());
  const { root } = figure(layout, [{ page: "data:,", layers: ["data:,"] }]);
  const written = serialise(outlined(root));
  expect(written).not.toContain("<text");
  expect(written.match(/<path/g)?.length).toBeGreaterThan(20);
});

test("the static page has the picture, every number as escaped text, and no script", async () => {
  const lens = await data();
  lens.queries.q0.tokens[1].text = '<img src=x onerror="alert(1)">';
  lens.pages.p0.name = "<script>alert(1)</script>.pdf";
  const state = lensState({ token: 1, word: 0 }, lens);
  const html = staticHtml(state, { mime: "image/png", data: await renderPng(state) });
  expect(html.match(/<img /g)).toHaveLength(1);
  expect(html).not.toMatch(/<script|onerror="/);
  expect(html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
  expect(html).toContain("<td>0.720</td><td>0.470</td><td>1</td><td>2</td>");
  expect(staticHtml(state)).not.toContain("<img");
});
