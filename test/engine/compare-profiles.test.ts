/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenMap } from "../../core/index.js";
import { compareProfiles } from "../../engine/explain/index.js";
import { loadModel } from "../../kernel/hub/load-model.js";
import { goldenPage, goldenRoot } from "../kernel/support/golden.js";
import { pixelPage } from "../kernel/support/pixel-page.js";

test("two profiles side by side: what changes is shown, word by word", async () => {
  const model = await loadModel(join(goldenRoot, "colpali"), { provider: "cpu", cacheDir: null });
  const page = await goldenPage("images/landscape.png");
  const { a, b, words, scoreDifference } = await compareProfiles(model, page, "total revenue", [
    "engine-0.3.13",
    "engine-0.3.4",
  ]);
  expect([a.provenance.model.profile, b.provenance.model.profile]).toEqual(["engine-0.3.13", "engine-0.3.4"]);
  expect(b.query.tokens.length).toBeGreaterThan(a.query.tokens.length);
  expect(scoreDifference).toBeCloseTo(a.maxsim.score - b.maxsim.score, 6);
  expect(words.map((w) => w.text)).toEqual(["total", "revenue"]);
  for (const word of words) {
    expect(word.largest).toBeGreaterThan(1e-3);
    expect(word.difference.data[7]).toBeCloseTo(word.a.data[7] - word.b.data[7], 6);
    const { tokens } = a.query.words.find((w) => w.text === word.text)!;
    const parts = tokens.map((t) => tokenMap(a.maps, t).data[7]);
    expect(word.a.data[7]).toBeCloseTo(parts.reduce((sum, v) => sum + v) / parts.length, 6);
  }
  const same = await compareProfiles(model, page, "total revenue", ["engine-0.3.4", "engine-0.3.4"]);
  expect(same.words.map((w) => [w.largest, w.sameBest])).toEqual([
    [0, true],
    [0, true],
  ]);
  expect(() => model.withProfile("engine-7")).toThrow(
    "invalid profile: engine-7, expected one of engine-0.3.13,",
  );
  await model.dispose();
});

test("the engine until 0.3.8 resized pages to 768 patches at most, and its profile does", async () => {
  const model = await loadModel(join(goldenRoot, "colqwen2"), { provider: "cpu", cacheDir: null });
  const size = { width: 1654, height: 2339 };
  expect(model.withProfile("engine-0.3.4").pageSize(size)).toEqual({ width: 23 * 28, height: 32 * 28 });
  // The checkpoint's own budget is larger here than the engine's was.
  const folder = mkdtempSync(join(tmpdir(), "budget-"));
  cpSync(join(goldenRoot, "colqwen2"), folder, { recursive: true });
  const file = join(folder, "processor_config.json");
  const settings = JSON.parse(readFileSync(file, "utf8"));
  settings.image_processor.size = { shortest_edge: 3136, longest_edge: 1280 * 28 * 28 };
  writeFileSync(file, JSON.stringify(settings));
  const large = await loadModel(folder, { provider: "cpu", cacheDir: null });
  const former = large.withProfile("engine-0.3.4");
  expect([large.pageSize(size), former.pageSize(size)]).toEqual([
    { width: 30 * 28, height: 42 * 28 },
    { width: 23 * 28, height: 32 * 28 },
  ]);
  expect([large.info.processor.height, former.info.processor.height]).toEqual([42 * 28, 32 * 28]);
  const big = pixelPage(new Uint8Array(1654 * 2339 * 3).fill(200), size.width, size.height, "big.png");
  const { words } = await compareProfiles(large, big, "wind", ["engine-0.3.9", "engine-0.3.4"]);
  expect([words[0].a.rows, words[0].b.rows, words[0].difference.rows]).toEqual([42, 32, 42]);
  expect(words[0].difference.data).toHaveLength(42 * 30);
  for (const m of [model, large]) await m.dispose();
  rmSync(folder, { recursive: true });
});
