/**
 * Similarity maps of 20 tokens on a page of 1654 x 2339 pixels as PNG files, in turn with the engine's
 * `plot_all_similarity_maps` and `savefig` (8 x 8 inches at 100 dpi): `npm run build:lib && BENCH_PYTHON=… node bench/maps.mjs`
 * Ours are whole figures with legend, words, best patches and caption, 720 pixels wide (about as many pixels), and at the
 * 150 dpi that the command line writes; four at once, as it does.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultView, LENS_STATE_VERSION, lensDataOf } from "../lib/core/index.js";
import { explainPage } from "../lib/engine/explain/index.js";
import { lensPage } from "../lib/kernel/api/lens-page.js";
import { renderPng } from "../lib/kernel/figures/index.js";
import { loadModel } from "../lib/kernel/hub/load-model.js";
import { openPages } from "../lib/kernel/pages/index.js";
import { interleave, startPeer, table, time } from "./peer.mjs";

const TOKENS = 20;
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const report = join(import.meta.dirname, "../examples/energy-report.pdf");
const [page] = await openPages(report, { pages: "1", dpi: 200 });
const golden = join(import.meta.dirname, "../test/fixtures/golden/colpali");
const model = await loadModel(golden, { provider: "cpu", cacheDir: null });
const words = "What is the total revenue of the company in 2023 and of wind?";
const explanation = await explainPage(model, page, words);
if (explanation.query.tokens.length < TOKENS) throw new Error("the query has too few tokens");
writeFileSync(join(folder, "page.rgb"), await page.pixels());
writeFileSync(join(folder, "maps.f32"), explanation.maps.data.subarray(0, TOKENS * 32 * 32));

async function ours(dpi) {
  // Afresh each time: what is kept between the maps of a page is kept within one run only.
  const data = lensDataOf([{ explanation, page: await lensPage(page) }]);
  const state = { version: LENS_STATE_VERSION, data, view: defaultView(data) };
  const left = Array.from({ length: TOKENS }, (_, i) => i);
  const hand = async () => {
    for (let token = left.shift(); token !== undefined; token = left.shift()) {
      const view = { ...state.view, token, word: explanation.query.tokens[token].word };
      await writeFile(join(folder, `${token}.png`), await renderPng({ ...state, view }, { dpi }));
    }
  };
  await Promise.all([hand(), hand(), hand(), hand()]);
}

const peer = await startPeer("maps", folder, [page.width, page.height, TOKENS]);
table(
  `${TOKENS} maps on ${page.width} x ${page.height} pixels to PNG files`,
  await interleave(Number(process.argv[2] ?? 3), {
    "ours, 96 dpi": () => time(() => ours(96)),
    "ours, 150 dpi": () => time(() => ours(150)),
    "plot_all_similarity_maps (engine)": () => peer.run("plot"),
  }),
  "plot_all_similarity_maps (engine)",
);
peer.stop();
await model.dispose();
rmSync(folder, { recursive: true });
