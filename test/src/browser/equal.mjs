/** One scene, three hosts: the browser's canvas, the notebook's static picture, the command line's file. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import {
  CELLS,
  changeView,
  figureLayout,
  figurePlan,
  figureSetting,
  PALETTE_NAMES,
  packLens,
  SCALE_NAMES,
  unpackLens,
} from "../../../lib/core/index.js";
import { run } from "../../../lib/kernel/cli/commands.js";
import { renderPng, renderSvg } from "../../../lib/kernel/figures/index.js";
import { explain, loadModel, openPages } from "../../../lib/kernel/index.js";

/** In millimetres. */
const WIDTH = 80;
const OPTIONS = { width: WIDTH, caption: false };
const BLENDS = ["alpha", "multiply"];

/** Every palette on every scale and both kinds of cells; the blends take turns. */
const VIEWS = PALETTE_NAMES.flatMap((palette) =>
  SCALE_NAMES.flatMap((scale) => CELLS.map((cells) => ({ palette, scale, cells }))),
).map(({ cells, ...color }, i) => ({
  color: { ...color, blend: BLENDS[(i + (i >> 1)) % 2] },
  cells,
  marks: { hits: false, best: 0, contours: 0 },
}));

/** What the command line is asked for: every palette on every scale, and each palette once with smooth cells. */
const COMMAND_VIEWS = PALETTE_NAMES.flatMap((palette, i) => [
  ...SCALE_NAMES.map((scale) => ({ color: { palette, scale, blend: "alpha" }, cells: "nearest" })),
  { color: { palette, scale: SCALE_NAMES[i % SCALE_NAMES.length], blend: "tint" }, cells: "smooth" },
]);

const canvasOf = (lens, view) =>
  lens.page.evaluate(async (change) => {
    window.gallery.setView(change);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const canvas = document.querySelector(".cl-stage .cl-raster:not([hidden])");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return { width: canvas.width, height: canvas.height, data: Array.from(data) };
  }, view);

async function decoded(picture) {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/** The cells that a figure draws, as RGBA: its second picture, after the page, each cell enlarged; transparent where there is none. */
async function drawnCells(svg, { width, height }, blend) {
  const pictures = [...svg.matchAll(/<image[^>]*href="data:image\/png;base64,([^"]+)"/g)];
  const out = new Array(width * height * 4).fill(0);
  if (pictures.length < 2) return out;
  const drawn = await decoded(Buffer.from(pictures[1][1], "base64"));
  const times = drawn.width / width;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const at = 4 * (Math.floor((row + 0.5) * times) * drawn.width + Math.floor((column + 0.5) * times));
      const cell = Array.from(drawn.data.subarray(at, at + 4));
      // White leaves a page as it is that it is multiplied with.
      if (blend !== "multiply" || cell.some((v) => v !== 255))
        out.splice(4 * (row * width + column), 4, ...cell);
    }
  return out;
}

/**
 * Largest difference, of 255, between a figure and the canvas laid over the bare figure: rounding makes up to 2, and up to 3
 * where premultiplied colours are rounded once more by the product with the page. Pixels at the cells' edges and under the
 * page's frame are left out.
 */
function farthest(figure, bare, place, canvas, { blend, edge, skip = () => false }) {
  const [w, h] = [place.width / canvas.width, place.height / canvas.height];
  let worst = 0;
  let painted = 0;
  for (let row = 0; row < canvas.height; row++)
    for (let column = 0; column < canvas.width; column++) {
      if (skip(row, column)) continue;
      const [r, g, b, alpha] = canvas.data.slice(
        (row * canvas.width + column) * 4,
        (row * canvas.width + column) * 4 + 4,
      );
      const a = alpha / 255;
      if (a > 0) painted++;
      const [left, top] = [place.x + column * w, place.y + row * h];
      for (const y of whole(top + edge * h, top + (1 - edge) * h, place.y, place.height))
        for (const x of whole(left + edge * w, left + (1 - edge) * w, place.x, place.width))
          [r, g, b].forEach((colour, k) => {
            const under = bare.data[(y * bare.width + x) * bare.channels + k];
            const over = blend === "multiply" ? (colour * under) / 255 : colour;
            const got = figure.data[(y * figure.width + x) * figure.channels + k];
            worst = Math.max(worst, Math.abs(got - (over * a + under * (1 - a))));
          });
    }
  return { worst, painted };
}

/** The pixels that lie between two places as a whole, and not within one of the page's borders. */
function whole(from, to, start, length) {
  const first = Math.ceil(Math.max(from, start + 1));
  const last = Math.floor(Math.min(to, start + length - 1));
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
}

/** Runs a command without what it says on stderr. */
async function quietly(command) {
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    return await command();
  } finally {
    process.stderr.write = write;
  }
}

export default {
  async "canvas, static picture and figure are equal in every palette on every scale, nearest and smooth"(
    lens,
  ) {
    await lens.open("grid 7 x 5", { word: 8, marks: { hits: false } });
    const state = unpackLens(
      await lens.page.evaluate(() => window.gallery.core.packLens(window.gallery.shown())),
    );
    const with_ = (view) => ({ ...state, view: changeView(state.data, state.view, view) });
    const bare = await decoded(await renderPng(with_({ color: { opacity: 0 }, cells: "nearest" }), OPTIONS));
    const [{ at: place }] = figureLayout(figurePlan(state), figureSetting(OPTIONS)).panels;
    const wrong = [];
    for (const view of VIEWS) {
      const canvas = await canvasOf(lens, view);
      const cells = await drawnCells(await renderSvg(with_(view), OPTIONS), canvas, view.color.blend);
      if (cells.length !== canvas.data.length || cells.some((v, i) => v !== canvas.data[i]))
        wrong.push(`drawn otherwise: ${JSON.stringify(view)}`);
      const png = await decoded(await renderPng(with_(view), OPTIONS));
      const smooth = view.cells === "smooth";
      // Smooth cells are interpolated once more where they are scaled, so only their centres are compared.
      const how = { blend: view.color.blend, edge: smooth ? 0.4 : 0.02 };
      const { worst, painted } = farthest(png, bare, place, canvas, how);
      const most = smooth ? 12 : view.color.blend === "multiply" ? 3 : 2;
      if (worst > most || painted === 0)
        wrong.push(`${worst.toFixed(1)} off, ${painted} painted: ${JSON.stringify(view)}`);
    }
    assert.deepEqual(wrong, []);
    assert.equal(VIEWS.length, PALETTE_NAMES.length * 6 * 2);
  },

  async "the command line's file is the notebook's picture, pixel for pixel, and shows the canvas's cells, in every palette on every scale"(
    lens,
  ) {
    const report = fileURLToPath(new URL("../../../examples/energy-report.pdf", import.meta.url));
    const out = mkdtempSync(join(tmpdir(), "lens-cli-"));
    const model = await loadModel("mini");
    const pages = await openPages(report, { pages: "3" });
    // Chance takes its time: of one picture it is measured.
    const { state: judged } = await explain(model, pages, "spare cable");
    const { state } = await explain(model, pages, "spare cable", { baseline: false });
    await lens.page.evaluate(
      (json) => window.gallery.openJson(json, { marks: { hits: false } }),
      packLens(state),
    );
    const dpi = 150;
    const [{ at }] = figureLayout(figurePlan(state), figureSetting()).panels;
    const place = Object.fromEntries(Object.entries(at).map(([key, v]) => [key, (v * dpi) / 96]));
    const rendered = (view, of = state) =>
      renderPng({ ...of, view: changeView(of.data, of.view, view) }, { dpi });
    // Hits have boxes that the canvas has not.
    const { hits } = figurePlan(state).panels[0].scene;
    const boxed = hits.flatMap(({ patches }) => patches);
    const framed = (row, column) =>
      boxed.some((patch) => Math.abs(row - patch.row) <= 3 && Math.abs(column - patch.column) <= 3);
    for (const [i, view] of COMMAND_VIEWS.entries()) {
      const { color, cells } = view;
      const isJudged = i === 0;
      const options = Object.entries({ ...color, cells }).flatMap(([key, value]) => [`--${key}`, value]);
      const argv = ["maps", "--documents", `${report}#3`, "--queries", "spare cable", "--tokens", "none"];
      if (!isJudged) argv.push("--no-controls");
      assert.equal(await quietly(() => run([...argv, "--out", out, ...options])), 0);
      const [file] = readdirSync(out, { recursive: true }).filter((name) => name.endsWith("max.png"));
      const png = await decoded(readFileSync(join(out, file)));
      const same = png.data.equals((await decoded(await rendered(view, isJudged ? judged : state))).data);
      assert.ok(same, `other pixels: ${JSON.stringify(view)}`);
      if (view.cells === "smooth" || isJudged) continue;
      const canvas = await canvasOf(lens, view);
      const bare = await decoded(await rendered({ ...view, color: { ...color, opacity: 0 } }));
      const how = { blend: "alpha", edge: 0.02, skip: framed };
      const { worst, painted } = farthest(png, bare, place, canvas, how);
      assert.ok(worst <= 2 && painted > 0, `${worst} off, ${painted} painted: ${JSON.stringify(view)}`);
    }
  },
};
