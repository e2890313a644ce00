/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "../../core/index.js";
import { batchedGraph } from "../../engine/graphs/batched-graph.js";
import { loadModel } from "../../kernel/hub/load-model.js";
import { packageRoot } from "../../kernel/package.js";
import { type Graph, openGraph } from "../../kernel/runtime/node-graph.js";
import { prune } from "../../kernel/store/embedding-cache.js";
import { goldenPage, goldenRoot } from "../kernel/support/golden.js";
import { pixelPage } from "../kernel/support/pixel-page.js";

/** A page of noise; equal sizes give equal shapes. */
function page(width: number, height: number, seed: number): Page {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (seed + 3) * 37) & 255);
  return pixelPage(pixels, width, height, `page${seed}`);
}

test("runs of one shape go through the graph together, and each gets what it would get alone", async () => {
  const folder = join(goldenRoot, "colqwen2");
  const model = await loadModel(folder, { provider: "cpu", cacheDir: null });
  const pages = [page(90, 120, 1), page(90, 120, 2), page(200, 90, 3), page(90, 120, 4), page(90, 120, 5)];
  const alone = [];
  for (const one of pages) alone.push((await model.embedPage(one)).vectors.data);

  const graph = await openGraph(join(folder, "model.onnx"), "cpu");
  const sizes: number[] = [];
  const counted: Graph = {
    ...graph,
    run(feeds, out) {
      sizes.push(feeds.input_ids.shape[0]);
      return graph.run(feeds, out);
    },
  };
  const batched = batchedGraph(counted, 2);
  const together = await Promise.all(
    (await Promise.all(pages.map((one) => model.preparePage(one)))).map(({ ids, feeds }) => {
      const shape = [1, ids!.length];
      return batched.run({
        ...feeds,
        input_ids: { type: "int64", data: BigInt64Array.from(ids!, BigInt), shape },
        attention_mask: { type: "int64", data: new BigInt64Array(ids!.length).fill(1n), shape },
      });
    }),
  );
  expect(sizes).toEqual([2, 1, 2]);
  for (const [i, { embeddings }] of together.entries()) {
    expect(embeddings.shape[0]).toBe(1);
    let worst = 0;
    for (const [k, v] of embeddings.data.entries()) worst = Math.max(worst, Math.abs(v - alone[i][k]));
    expect(worst).toBeLessThan(2e-6);
  }
  await graph.dispose();
  await model.dispose();
}, 30_000);

test("embedding that was stopped goes on where it was, and nothing is embedded twice", async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "stop-"));
  const model = await loadModel("mini", { provider: "cpu", cacheDir });
  const pages = [1, 2, 3, 4].map((seed) => page(40, 30, seed));
  async function* stream() {
    yield* pages;
  }
  const stop = new AbortController();
  const work = model.embedPages(stream(), {
    signal: stop.signal,
    total: 4,
    onProgress: ({ done }) => done === 2 && stop.abort(),
  });
  await expect(work).rejects.toThrow(/abort/i);
  const stored = () => readdirSync(join(cacheDir, "embeddings"));
  expect(stored().length).toBeGreaterThanOrEqual(2);
  const seen: [number, number][] = [];
  const all = await model.embedPages(stream(), {
    total: 4,
    onProgress: ({ done, total }) => seen.push([done, total]),
  });
  expect(seen.at(-1)).toEqual([4, 4]);
  expect(stored()).toHaveLength(4);
  expect(new Set(all.map((e) => e.vectors.data[0])).size).toBe(4);
  await model.dispose();
  rmSync(cacheDir, { recursive: true, force: true });
}, 30_000);

test("the built package embeds in a thread: the caller's stays free, numbers are the same, errors arrive", async () => {
  const lib = join(packageRoot, "lib", "kernel");
  if (!existsSync(join(lib, "runtime", "graph-thread.js")))
    throw new Error("the package is not built: npm run build:lib");
  const folder = join(goldenRoot, "colpali");
  const golden = await goldenPage("images/portrait.png");
  const raw = join(mkdtempSync(join(tmpdir(), "thread-")), "pixels");
  writeFileSync(raw, await golden.pixels());
  const script = `
    const { loadModel } = await import(${JSON.stringify(`file://${join(lib, "hub", "load-model.js")}`)});
    const model = await loadModel(${JSON.stringify(folder)}, { provider: "cpu", cacheDir: null });
    const pixels = (await import("node:fs")).readFileSync(${JSON.stringify(raw)});
    const page = { ...${JSON.stringify(golden)}, pixels: async () => pixels, digest: async () => ${JSON.stringify(golden.sha256)} };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 2);
    const { vectors } = await model.embedPage(page);
    clearInterval(timer);
    const { openThreadedGraph } = await import(${JSON.stringify(`file://${join(lib, "runtime", "threaded-graph.js")}`)});
    const graph = await openThreadedGraph(${JSON.stringify(join(folder, "model.onnx"))}, "cpu");
    const ids = () => ({ type: "int64", data: new BigInt64Array(2), shape: [1, 2] });
    const pixel_values = { type: "float32", data: new Float32Array(12), shape: [1, 3, 2, 2] };
    const wrong = await graph.run({ input_ids: ids(), attention_mask: ids(), pixel_values }).catch((e) => e.message);
    console.log(JSON.stringify({ ticks, row: [...vectors.data.subarray(128, 256)], wrong }));
  `;
  const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    maxBuffer: 1 << 24,
  });
  const { ticks, row, wrong } = JSON.parse(run.stdout);
  expect(ticks).toBeGreaterThan(3);
  expect(wrong).toMatch(
    /^model\.onnx failed on input_ids \[1, 2\], attention_mask \[1, 2\], pixel_values \[1, 3, 2, 2\] \(cpu\): /,
  );
  const here = await loadModel(folder, { provider: "cpu", cacheDir: null });
  const { vectors } = await here.embedPage(golden);
  for (const [d, v] of row.entries()) expect(v).toBeCloseTo(vectors.data[128 + d], 6);
  await here.dispose();
}, 60_000);

test("the oldest embeddings on disk go when there are too many", async () => {
  const folder = mkdtempSync(join(tmpdir(), "prune-"));
  for (const [i, name] of ["b", "a", "c"].entries()) {
    const path = join(folder, `${name}.safetensors`);
    writeFileSync(path, Buffer.alloc(100));
    utimesSync(path, 1000 + i, 1000 + i);
  }
  writeFileSync(join(folder, "notes.txt"), "mine");
  await prune(folder, 250);
  expect(readdirSync(folder).sort()).toEqual(["a.safetensors", "c.safetensors", "notes.txt"]);
  await prune(join(folder, "none"), 250);
  rmSync(folder, { recursive: true });
});
