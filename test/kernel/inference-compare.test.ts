/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { join } from "node:path";
import { compareProfiles } from "../../kernel/inference/index.js";
import { loadModel } from "../../kernel/models/index.js";
import { goldenPage, goldenRoot } from "./support/golden.js";

test("two profiles side by side: what changes is shown, word by word", async () => {
  const model = await loadModel(join(goldenRoot, "colpali"), { provider: "cpu", cacheDir: null });
  const page = await goldenPage("images/landscape.png");
  const { a, b, words, scoreDifference } = await compareProfiles(model, page, "total revenue", [
    "engine-0.3.13",
    "engine-0.3.4",
  ]);
  expect([a.provenance.model.profile, b.provenance.model.profile]).toEqual(["engine-0.3.13", "engine-0.3.4"]);
  expect(b.query.tokens.length).toBeGreaterThan(a.query.tokens.length);
  expect(scoreDifference).toBeCloseTo(b.maxsim.score - a.maxsim.score, 6);
  expect(words.map((w) => w.text)).toEqual(["total", "revenue"]);
  for (const word of words) {
    expect(word.largest).toBeGreaterThan(1e-3);
    expect(word.difference.data[7]).toBeCloseTo(word.b.data[7] - word.a.data[7], 6);
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
}, 30_000);
