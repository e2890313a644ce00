/**
 * Parity with the Python reference on every family and golden case.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { join } from "node:path";
import { cosines, maxsim, type PatchGrid, similarityMaps } from "../../core/index.js";
import { explainPage, score } from "../../engine/explain/index.js";
import {
  loadModel,
  type Model,
  type PageEmbedding,
  type QueryEmbedding,
} from "../../kernel/hub/load-model.js";
import { goldenFamilies, goldenPage, goldenRoot, readGolden } from "../kernel/support/golden.js";
import { sha256 } from "../kernel/support/pixel-page.js";
import { readTensors } from "../kernel/support/safetensors.js";

const runLength = (ids: readonly number[]): [number, number][] => {
  const out: [number, number][] = [];
  for (const id of ids) {
    const last = out.at(-1);
    if (last?.[0] === id) last[1]++;
    else out.push([id, 1]);
  }
  return out;
};

const positions = (mask: [number, number][]): number[] =>
  mask.flatMap(([start, count]) => Array.from({ length: count }, (_, i) => start + i));

const largest = (differences: Iterable<number>): number => {
  let max = 0;
  for (const d of differences) max = Math.max(max, Math.abs(d));
  return max;
};

test("the set is complete", () => {
  expect(goldenFamilies.length).toBeGreaterThanOrEqual(8);
});

describe.each(goldenFamilies)("%s", (family) => {
  const golden = readGolden(family);
  let model: Model;
  const prepared: { ids: number[] | null; grid: PatchGrid; shape: number[]; sha256: string }[] = [];
  const pages: PageEmbedding[] = [];
  const queries: QueryEmbedding[] = [];

  beforeAll(async () => {
    model = await loadModel(join(goldenRoot, family), { cacheDir: null, provider: "cpu" });
    for (const image of golden.images) {
      const page = await goldenPage(image.file);
      const { feeds, ...rest } = await model.preparePage(page);
      const { shape, data } = feeds.pixel_values;
      prepared.push({ ...rest, shape, sha256: sha256(data as Float32Array) });
      pages.push(await model.embedPage(page));
    }
    for (const { text } of golden.queries) queries.push(await model.embedQuery(text));
  }, 120_000);
  afterAll(() => model.dispose());

  test("pixel values have the same checksum with either image backend", async () => {
    const pillow = await loadModel(join(goldenRoot, family), {
      cacheDir: null,
      provider: "cpu",
      backend: "pillow13",
    });
    for (const [i, image] of golden.images.entries()) {
      const page = await goldenPage(image.file);
      expect(page.sha256).toBe(image.rgb_sha256);
      expect(prepared[i].shape).toEqual(image.pixel_values.shape);
      expect(prepared[i].sha256).toBe(image.pixel_values.sha256_f32);
      const other = (await pillow.preparePage(page)).feeds.pixel_values.data as Float32Array;
      expect(sha256(other)).toBe(image.pixel_values.pil_sha256_f32);
    }
    expect(pillow.info.processor.backend).toBe("pillow13");
    await pillow.dispose();
  }, 60_000);

  test("page ids, mask and grid are the same", () => {
    for (const [i, image] of golden.images.entries()) {
      const { ids, grid } = prepared[i];
      expect(runLength(ids!)).toEqual(image.input_ids_rle);
      expect([grid.columns, grid.rows]).toEqual(image.n_patches);
      expect([...grid.index].sort((a, b) => a - b)).toEqual(positions(image.local_image_mask));
    }
  });

  test("query ids and tokens are the same", () => {
    for (const [i, { text, input_ids, tokens }] of golden.queries.entries()) {
      const { query } = queries[i];
      expect(query.tokens.map((t) => t.id)).toEqual(input_ids);
      expect(query.tokens.map((t) => t.text)).toEqual(tokens);
      // Every visible character of the query belongs to exactly one word, in order.
      expect(query.words.map((w) => w.text.replace(/\s/g, "")).join("")).toBe(text.replace(/\s/g, ""));
      expect(query.words.flatMap((w) => w.tokens)).toEqual(
        query.tokens.filter((t) => t.kind === "word").map((t) => t.index),
      );
    }
  });

  test("embeddings agree to 2e-6", () => {
    for (const [i, image] of golden.images.entries())
      for (const [k, row] of image.embedding_rows.entries()) {
        const ours = pages[i].vectors.data.subarray(row * model.dim, (row + 1) * model.dim);
        expect(largest(image.embedding_values[k].map((v, d) => v - ours[d]))).toBeLessThanOrEqual(2e-6);
      }
    for (const [i, { embedding_values }] of golden.queries.entries()) {
      const { data } = queries[i].vectors;
      expect(largest(embedding_values[0].map((v, d) => v - data[d]))).toBeLessThanOrEqual(2e-6);
      expect(
        largest(embedding_values[1].map((v, d) => v - data[data.length - model.dim + d])),
      ).toBeLessThanOrEqual(2e-6);
    }
  });

  test("maps agree to 2e-6, every cell", () => {
    const theirs = readTensors(join(goldenRoot, family, "golden.safetensors"));
    for (const [i, image] of golden.images.entries()) {
      const { vectors, grid } = pages[i];
      const ours = similarityMaps(cosines(queries[i].vectors, vectors), vectors.count, grid);
      const { shape, data } = theirs[`maps.${i}`];
      expect(shape).toEqual([ours.tokens, ...image.n_patches]);
      let worst = 0;
      for (let t = 0; t < ours.tokens; t++)
        for (let row = 0; row < grid.rows; row++)
          for (let column = 0; column < grid.columns; column++) {
            const reference = data[(t * grid.columns + column) * grid.rows + row];
            worst = Math.max(
              worst,
              Math.abs(reference - ours.data[(t * grid.rows + row) * grid.columns + column]),
            );
          }
      expect(worst).toBeLessThanOrEqual(2e-6);
    }
  });

  test("scores agree to 1e-5, best patches are among the reference's best, and the graph agrees with the loops", async () => {
    for (const { query, image, token_max, token_best_xy } of golden.pairs) {
      const { vectors, grid } = pages[image];
      const late = maxsim(cosines(queries[query].vectors, vectors), vectors.count, grid);
      expect(Math.abs(late.score - golden.scores[query][image])).toBeLessThanOrEqual(1e-5);
      // The engine's own float32 score carries the engine's own rounding.
      expect(Math.abs(late.score - golden.scores_f32[query][image])).toBeLessThanOrEqual(
        1e-5 + golden.float32.scores,
      );
      expect(late.residue).toBeGreaterThanOrEqual(0);
      expect(largest(late.tokens.map((t, k) => t.patchBest - token_max[k]))).toBeLessThanOrEqual(2e-6);
      for (const [k, { column, row }] of late.tokens.entries())
        expect(token_best_xy[k]).toContainEqual([column, row]);
    }
    for (const [q, query] of queries.entries()) {
      const scores = await score(model, pages, query);
      for (const [i, s] of scores.entries())
        expect(Math.abs(s - golden.scores[q][i])).toBeLessThanOrEqual(1e-5);
    }
    const explanation = await explainPage(model, await goldenPage(golden.images[0].file), queries[0], {
      baseline: null,
    });
    const loops = cosines(queries[0].vectors, pages[0].vectors);
    const maps = similarityMaps(loops, pages[0].vectors.count, pages[0].grid);
    expect(largest(explanation.maps.data.map((v, i) => v - maps.data[i]))).toBeLessThanOrEqual(2e-6);
    expect(explanation.maxsim.score).toBeCloseTo(golden.scores[0][0], 4);
  });
});
