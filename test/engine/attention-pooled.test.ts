/**
 * A single layer whose keys are the means of two cells of a row, as mini-context has it, against the same by hand.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { type ReadModel, readPatches } from "../../engine/explain/attention-reader.js";
import { miniContext } from "../../engine/families/mini.js";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { buildOnnx } from "../../engine/graphs/onnx-build.js";
import { joinOnnx, splitOnnx } from "../../engine/graphs/onnx-parts.js";
import { TappedGraphs } from "../../engine/graphs/tapped-graphs.js";
import { nodeRuntime } from "../../kernel/runtime/node-runtime.js";

const [ROWS, COLUMNS, HEADS] = [3, 4, 3];
const CELLS = ROWS * COLUMNS;
const KEYS = CELLS / 2;

/** The three channels of a page are its heads: a cell's query is its pixel, a key the mean of two. */
const GRAPH = buildOnnx({
  nodes: [
    { op: "Reshape", inputs: ["pixel_values", "queries"], outputs: ["q"] },
    { op: "Reshape", inputs: ["pixel_values", "pairs"], outputs: ["two"] },
    { op: "ReduceMean", inputs: ["two", "last"], outputs: ["k"], attributes: { keepdims: 1 } },
    { op: "Reshape", inputs: ["k", "turned"], outputs: ["kt"] },
    { op: "MatMul", inputs: ["q", "kt"], outputs: ["products"] },
    // Biases by distance are added to the rows and the columns.
    { op: "Reshape", inputs: ["products", "apart"], outputs: ["placed"] },
    { op: "Reshape", inputs: ["placed", "together"], outputs: ["scores"] },
    { op: "Softmax", inputs: ["scores"], outputs: ["weights"], attributes: { axis: -1 } },
    { op: "MatMul", inputs: ["weights", "k"], outputs: ["image_embeddings"] },
  ],
  constants: {
    queries: [1, HEADS, CELLS, 1],
    pairs: [1, HEADS, KEYS, 2],
    last: [3],
    turned: [1, HEADS, 1, KEYS],
    apart: [1, HEADS, ROWS, COLUMNS, ROWS, COLUMNS / 2],
    together: [1, HEADS, CELLS, KEYS],
  },
  inputs: [{ name: "pixel_values", type: "float32", shape: [1, 3, ROWS, COLUMNS] }],
  outputs: [{ name: "image_embeddings", type: "float32", shape: [1, HEADS, CELLS, 1] }],
});

const pixels = Float32Array.from({ length: HEADS * CELLS }, (_, i) => 2 * Math.sin(5 * i));

/** Shares of a cell by hand: `[head][cell]`. */
function byHand(cell: number): number[][] {
  return Array.from({ length: HEADS }, (_, h) => {
    const of = pixels.subarray(h * CELLS, (h + 1) * CELLS);
    const weights = Array.from({ length: KEYS }, (_, k) =>
      Math.exp((of[cell] * (of[2 * k] + of[2 * k + 1])) / 2),
    );
    const total = weights.reduce((a, b) => a + b);
    return Array.from({ length: CELLS }, (_, j) => weights[j >> 1] / total / 2);
  });
}

async function read(patches: { row: number; column: number }[], keys: object = { rows: ROWS, columns: 2 }) {
  const model = { grid: { rows: ROWS, columns: COLUMNS }, attention: { keys } };
  const image = { size: { height: ROWS, width: COLUMNS } };
  const configs = { model, image } as unknown as Parameters<typeof miniContext.processor>[0];
  const processor = miniContext.processor(configs, "torch", "");
  const layout = processor.layout(CELLS, CELLS);
  const taps = new TappedGraphs(async () => {
    const parts = splitOnnx(GRAPH);
    const layers = tapAttention(parts.model);
    return { layers, graph: await nodeRuntime.openGraph(joinOnnx(parts), "cpu", 1) };
  });
  const reader: ReadModel = {
    id: "pooled",
    taps,
    imageToken: null,
    isSpecial: () => false,
    layerTypes: [],
    heads: { tower: HEADS, language: null },
  };
  const page = {
    ids: null,
    grid: { rows: ROWS, columns: COLUMNS, index: layout.order, valid: new Uint8Array(CELLS).fill(1) },
    tower: processor.tower(layout),
    feeds: {
      pixel_values: { type: "float32" as const, data: pixels, shape: [1, 3, ROWS, COLUMNS] },
    },
  };
  try {
    return await readPatches(reader, page as Parameters<typeof readPatches>[1], patches);
  } finally {
    await taps.close();
  }
}

test("a key's share goes to its two cells in halves, for each head, in rows and columns", async () => {
  const [attention] = await read([{ row: 1, column: 2 }]);
  expect(attention.layers).toEqual([{ stage: "tower", layer: 0, heads: HEADS, missing: null }]);
  const expected = byHand(1 * COLUMNS + 2);
  for (let head = 0; head < HEADS; head++) {
    const map = attention.map({ head });
    expect([map.rows, map.columns]).toEqual([ROWS, COLUMNS]);
    expect(map.data.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    for (const [j, share] of expected[head].entries()) expect(map.data[j]).toBeCloseTo(share, 5);
  }
  const mean = attention.map();
  for (let j = 0; j < CELLS; j++)
    expect(mean.data[j]).toBeCloseTo((expected[0][j] + expected[1][j] + expected[2][j]) / HEADS, 5);
});

test("what cells receive is the mean over all cells", async () => {
  const [attention] = await read([{ row: 0, column: 0 }]);
  for (let head = 0; head < HEADS; head++) {
    const map = attention.received({ head });
    for (let j = 0; j < CELLS; j++) {
      let mean = 0;
      for (let cell = 0; cell < CELLS; cell++) mean += byHand(cell)[head][j] / CELLS;
      expect(map.data[j]).toBeCloseTo(mean, 5);
    }
  }
});

test("through a single layer a rollout is half the mean over heads and half the cell itself", async () => {
  const patches = [
    { row: 2, column: 3 },
    { row: 0, column: 1 },
  ];
  for (const [i, attention] of (await read(patches)).entries()) {
    const cell = patches[i].row * COLUMNS + patches[i].column;
    const shares = byHand(cell);
    const map = attention.map({ rollout: true });
    for (let j = 0; j < CELLS; j++) {
      const mean = (shares[0][j] + shares[1][j] + shares[2][j]) / HEADS;
      expect(map.data[j]).toBeCloseTo(mean / 2 + (j === cell ? 0.5 : 0), 5);
    }
  }
});

test("keys that the grid cannot be pooled to are refused, and so are those that the graph does not have", async () => {
  await expect(read([{ row: 0, column: 0 }], { rows: ROWS, columns: 3 })).rejects.toThrow(
    "invalid attention.keys.columns in config.json: 3, expected a divisor of the grid's 4 columns",
  );
  await expect(read([{ row: 0, column: 0 }], { rows: 1, columns: 2 })).rejects.toThrow(
    "invalid attention of pooled: 1 x 6 positions in the tower stage, expected 1 x 12 for 12 patches",
  );
});
