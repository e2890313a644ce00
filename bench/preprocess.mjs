/**
 * A page of 1654 x 2339 pixels to pixel values: ours against the image processors of transformers (torchvision backend, one thread),
 * in turn: `npm run build:lib && BENCH_PYTHON=… node bench/preprocess.mjs`
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel } from "../lib/kernel/hub/load-model.js";
import { interleave, startPeer, table, time } from "./peer.mjs";

const golden = join(import.meta.dirname, "../test/fixtures/golden");
const folder = mkdtempSync(join(tmpdir(), "bench-"));
// Lines of dark bars on white: about what a page of text is.
const [width, height] = [1654, 2339];
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
  return y % 30 < 14 && (x * 7 + y) % 11 < 6 ? 30 + ((x * 31 + y * 17) % 60) : 255;
});
writeFileSync(join(folder, "page.rgb"), pixels);
const peer = await startPeer("preprocess", folder);
const page = { kind: "page", width, height, sha256: "", source: {}, pixels: async () => pixels };
for (const family of ["colpali", "colgemma3", "colqwen2", "colidefics3"]) {
  const model = await loadModel(join(golden, family), { provider: "cpu", cacheDir: null });
  const medians = await interleave(Number(process.argv[2] ?? 15), {
    ours: () => time(() => model.preparePage(page)),
    "transformers, torchvision backend": () => peer.run(family),
  });
  table(family, medians, "ours");
  await model.dispose();
}
peer.stop();
rmSync(folder, { recursive: true });
