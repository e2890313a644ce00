/**
 * Attention against the Python reference (eager, float64) on every golden family, every layer and head.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AttentionStage, Page } from "../../core/index.js";
import type { PatchAttention } from "../../engine/explain/attention.js";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { joinOnnx, splitOnnx } from "../../engine/graphs/onnx-parts.js";
import { type ChosenRow, runTapped, type TappedGraph } from "../../engine/graphs/tapped-graph.js";
import type { Feed, FloatTensor } from "../../engine/runtime.js";
import { loadModel, type Model } from "../../kernel/hub/load-model.js";
import { openGraph } from "../../kernel/runtime/node-graph.js";
import { goldenFamilies, goldenPage, goldenRoot, readGolden } from "../kernel/support/golden.js";
import { pixelPage } from "../kernel/support/pixel-page.js";
import { readTensors, type Tensor } from "../kernel/support/safetensors.js";
import { goldenFolder } from "../kernel/support/weightless.js";

const TOLERANCE = 1e-5;
const root = mkdtempSync(join(tmpdir(), "attention-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function openTapped(file: string): Promise<TappedGraph> {
  const parts = splitOnnx(readFileSync(file));
  const layers = tapAttention(parts.model);
  const graph = await openGraph({ bytes: joinOnnx(parts), name: "tapped", folder: "" }, "cpu");
  return { layers, graph };
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
};

/** Of every row `[rows, heads, keys]` the weighted sum, as `[tiles, heads, rows of a tile]`. */
function projected({ data, shape: [rows, heads, keys] }: FloatTensor, tiles: number): Float32Array {
  const n = rows / tiles;
  const out = new Float32Array(rows * heads);
  for (let r = 0; r < rows; r++)
    for (let h = 0; h < heads; h++) {
      let sum = 0;
      for (let k = 0; k < keys; k++) sum += data[(r * heads + h) * keys + k] * (((7919 * k) % 1000) / 1000);
      out[(Math.floor(r / n) * heads + h) * n + (r % n)] = sum;
    }
  return out;
}

function sum(values: ArrayLike<number>): number {
  let all = 0;
  for (let i = 0; i < values.length; i++) all += values[i];
  return all;
}

/** The three cells that the reference's maps are of. */
const cellsOf = ({ rows, columns }: { rows: number; columns: number }) => [
  { row: 0, column: 1 },
  { row: 5, column: 2 },
  { row: rows - 1, column: columns - 2 },
];

/** Each pixel says where it is: red from the left to the right, green from the top to the bottom. */
function mapPage(width: number, height: number): Page {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      pixels.set([Math.round((255 * x) / width), Math.round((255 * y) / height), 0], (y * width + x) * 3);
  return pixelPage(pixels, width, height, "map.png");
}

describe.each(goldenFamilies)("%s", (family) => {
  const folder = join(goldenRoot, family);
  let model: Model;
  let page: Page;
  let reference: Record<string, Tensor>;
  let patches: PatchAttention[];

  beforeAll(async () => {
    reference = readTensors(join(folder, "attention.safetensors"));
    model = await loadModel(folder, { cacheDir: null, provider: "cpu" });
    page = await goldenPage("images/landscape.png");
    const { grid } = await model.preparePage(page);
    patches = await model.attention(page, cellsOf(grid));
  }, 120_000);
  afterAll(() => model.dispose());

  test.each(["written out", "fused"])(
    "every row of every layer and head is the reference's, and what every position receives: %s",
    async (form) => {
      const from = form === "fused" ? goldenFolder(family, "fused-attention", root) : folder;
      const tapped = await openTapped(join(from, "model.onnx"));
      const { ids, tower, feeds } = await model.preparePage(page);
      const shape = [1, ids!.length];
      feeds.input_ids = { type: "int64", data: BigInt64Array.from(ids!, BigInt), shape };
      feeds.attention_mask = { type: "int64", data: new BigInt64Array(ids!.length).fill(1n), shape };
      const every = (count: number, of: number): ChosenRow[] =>
        Array.from({ length: count }, (_, i) => ({
          tile: Math.floor(i / (count / of)),
          positions: [i % (count / of)],
        }));
      const all = { tower: every(tower!.cells.length, tower!.tiles), language: every(ids!.length, 1) };
      const stages = await runTapped(tapped, feeds, all);
      expect(stages.map(({ stage }) => stage)).toEqual(["tower", "language"]);
      for (const { stage, layers } of stages) {
        const tiles = stage === "tower" ? tower!.tiles : 1;
        expect(layers.size).toBe(layersOf(reference, stage));
        for (const [i, { rows, received }] of [...layers.values()].entries()) {
          const { shape, data } = reference[`${stage}.${i}.received`];
          expect(received.shape).toEqual(shape);
          expect(largest(received.data, data)).toBeLessThanOrEqual(TOLERANCE);
          const theirs = reference[`${stage}.${i}.projected`].data;
          expect(largest(projected(rows, tiles), theirs)).toBeLessThanOrEqual(TOLERANCE);
        }
      }
      await tapped.graph.dispose();
    },
    120_000,
  );

  test("a patch's maps are the reference's in all layers and heads, and add up to 1 with what is off the page", () => {
    for (const [p, patch] of patches.entries())
      for (const { stage, layer, heads } of patch.layers) {
        const { shape, data } = reference[`${stage}.${layer}.maps`];
        const maps = Array.from({ length: heads }, (_, head) => patch.map({ stage, layer, head }));
        expect([3, heads, maps[0].rows, maps[0].columns]).toEqual(shape);
        const size = maps[0].data.length;
        const mean = patch.map({ stage, layer });
        expect(mean.quantity).toBe("attention");
        for (const [head, map] of maps.entries()) {
          const at = (p * heads + head) * size;
          expect(largest(map.data, data.subarray(at, at + size))).toBeLessThanOrEqual(TOLERANCE);
          expect(Math.abs(sum(map.data) + sum(Object.values(map.offPage)) - 1)).toBeLessThanOrEqual(
            TOLERANCE,
          );
        }
        const expected = mean.data.map((_, j) => maps.reduce((a, map) => a + map.data[j], 0) / heads);
        expect(largest(mean.data, expected)).toBeLessThanOrEqual(TOLERANCE);
      }
  });

  test("a rollout is the reference's, and adds up to 1 with what is off the page", () => {
    for (const [p, patch] of patches.entries())
      for (const stage of ["tower", "language"] as const) {
        const map = patch.map({ stage, rollout: true });
        expect(map.quantity).toBe("attention-rollout");
        const { data } = reference[`${stage}.rollout`];
        const theirs = data.subarray(p * map.data.length, (p + 1) * map.data.length);
        expect(largest(map.data, theirs)).toBeLessThanOrEqual(TOLERANCE);
        expect(Math.abs(sum(map.data) + sum(Object.values(map.offPage)) - 1)).toBeLessThanOrEqual(TOLERANCE);
      }
  });

  test("what patches receive is the reference's by cells", async () => {
    const { grid, tower } = await model.preparePage(page);
    for (const { stage, layer, heads } of patches[0].layers) {
      const { shape, data } = reference[`${stage}.${layer}.received`];
      const [tiles, , n] = shape;
      for (let head = 0; head < heads; head++) {
        const map = patches[0].received({ stage, layer, head });
        const expected = new Float64Array(map.data.length);
        if (stage === "language")
          for (const [j, at] of grid.index.entries()) expected[j] = data[head * n + at];
        else
          for (const [i, cell] of tower!.cells.entries())
            if (cell >= 0) expected[cell] += data[(Math.floor(i / n) * heads + head) * n + (i % n)] / tiles;
        expect(largest(map.data, expected)).toBeLessThanOrEqual(TOLERANCE);
        expect(Math.abs(sum(map.data) + sum(Object.values(map.offPage)) - 1)).toBeLessThanOrEqual(TOLERANCE);
      }
    }
  });

  test("attention between the tokens of a query is the reference's, in all layers and heads", async () => {
    const query = await model.queryAttention(readGolden(family).queries[0].text);
    expect(query.layers.length).toBe(layersOf(reference, "language"));
    for (const { layer, heads } of query.layers) {
      const { shape, data } = reference[`query.${layer}`];
      const { length } = query.query.tokens;
      expect(shape).toEqual([heads, length, length]);
      for (let head = 0; head < heads; head++) {
        const map = query.map({ layer, head });
        const theirs = data.subarray(head * length ** 2, (head + 1) * length ** 2);
        expect(largest(map.data, theirs)).toBeLessThanOrEqual(TOLERANCE);
        expect(map.at(0, 1)).toBe(map.data[1]);
        for (let from = 0; from < length; from++)
          expect(
            Math.abs(sum(map.data.subarray(from * length, (from + 1) * length)) - 1),
          ).toBeLessThanOrEqual(TOLERANCE);
      }
    }
  });

  test("every patch of the tower is in the cell that it shows", async () => {
    const { grid, tower, feeds } = await model.preparePage(mapPage(700, 500));
    const { tiles, cells } = tower!;
    const { image_mean, image_std } = imageConfig(folder);
    const colours = patchColours(feeds.pixel_values, cells.length / tiles);
    // From the processor's units back to where the page has these colours.
    const shown = colours.map(([red, green]) => {
      const column = Math.floor((red * image_std[0] + image_mean[0]) * grid.columns);
      return Math.floor((green * image_std[1] + image_mean[1]) * grid.rows) * grid.columns + column;
    });
    expect(shown.length).toBe(cells.length);
    expect(Array.from(cells).filter((cell, i) => cell >= 0 && cell !== shown[i])).toEqual([]);
    // All cells have as many patches; the view of the whole page, which has none of them, is one tile.
    const outside = tiles > 1 ? cells.length / tiles : 0;
    const counts = new Int32Array(grid.rows * grid.columns);
    for (const cell of cells) if (cell >= 0) counts[cell]++;
    expect(new Set(counts)).toEqual(new Set([(cells.length - outside) / counts.length]));
  });
});

const layersOf = (reference: Record<string, Tensor>, stage: AttentionStage): number =>
  Object.keys(reference).filter((name) => name.startsWith(`${stage}.`) && name.endsWith("maps")).length;

function imageConfig(folder: string): { image_mean: number[]; image_std: number[] } {
  return JSON.parse(readFileSync(join(folder, "processor_config.json"), "utf8")).image_processor;
}

/** Mean red and green of each patch that the tower is given, in the processor's units. */
function patchColours({ data, shape }: Feed, patches: number): [number, number][] {
  const values = data as Float32Array;
  const colours: [number, number][] = [];
  if (shape.length === 3) {
    // Patches as rows: [channel][frame][row][column].
    const [, count, length] = shape;
    const channel = length / 3;
    const mean = (from: number) => sum(values.subarray(from, from + channel)) / channel;
    for (let i = 0; i < count; i++) colours.push([mean(i * length), mean(i * length + channel)]);
    return colours;
  }
  // Pictures, cut into patches row by row.
  const side = shape.at(-1)!;
  const across = Math.sqrt(patches);
  const size = side / across;
  const mean = (plane: number, top: number, left: number) => {
    let all = 0;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) all += values[(plane * side + top + y) * side + left + x];
    return all / size ** 2;
  };
  for (let tile = 0; tile < values.length / (3 * side * side); tile++)
    for (let p = 0; p < patches; p++) {
      const [top, left] = [Math.floor(p / across) * size, (p % across) * size];
      colours.push([mean(tile * 3, top, left), mean(tile * 3 + 1, top, left)]);
    }
  return colours;
}
