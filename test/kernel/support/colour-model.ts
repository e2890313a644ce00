import type { Page, PageWord, Rect } from "../../../core/index.js";
import { GraphModel } from "../../../engine/explain/model.js";
import { startEngine } from "../../../engine/graphs/loaded-graphs.js";
import { openMaxSim } from "../../../engine/graphs/maxsim-graph.js";
import { buildOnnx, type GraphSpec } from "../../../engine/graphs/onnx-build.js";
import type { PageProcessor } from "../../../engine/processing/page-processor.js";
import type { EmbeddingCache } from "../../../engine/runtime.js";
import type { ModelTokenizer } from "../../../engine/text/tokenizer.js";
import { nodeRuntime } from "../../../kernel/runtime/node-runtime.js";
import { pixelPage } from "./pixel-page.js";

/**
 * A model whose every answer is known in closed form: a patch's vector is its mean colour, of length 1, and the words are
 * "red", "green" and "blue". 3 rows and 2 columns of patches.
 */
export const ROWS = 3;
export const COLUMNS = 2;
/** Pixels of a patch on a page of {@link colourPage}. */
export const PATCH = { width: 6, height: 4 };

const WORDS = ["red", "green", "blue"];

const PAGE: GraphSpec = {
  nodes: [
    { op: "LpNormalization", inputs: ["pixel_values"], outputs: ["vectors"], attributes: { axis: -1, p: 2 } },
  ],
  inputs: [{ name: "pixel_values", type: "float32", shape: ["batch", ROWS * COLUMNS, 3] }],
  outputs: [{ name: "vectors", type: "float32", shape: ["batch", ROWS * COLUMNS, 3] }],
};
const QUERY: GraphSpec = {
  nodes: [
    { op: "OneHot", inputs: ["input_ids", "depth", "values"], outputs: ["hot"] },
    { op: "Cast", inputs: ["hot"], outputs: ["vectors"], attributes: { to: 1 } },
  ],
  constants: { depth: [3], values: [0, 1] },
  inputs: [{ name: "input_ids", type: "int64", shape: ["batch", "tokens"] }],
  outputs: [{ name: "vectors", type: "float32", shape: ["batch", "tokens", 3] }],
};

const tokenizer: ModelTokenizer = {
  size: WORDS.length,
  encode(text) {
    const tokens = text.split(" ").filter((word) => WORDS.includes(word));
    return { ids: tokens.map((word) => WORDS.indexOf(word)), tokens };
  },
  idOf: (token) => (WORDS.includes(token) ? WORDS.indexOf(token) : undefined),
  textOf: (id) => WORDS[id],
  isSpecial: () => false,
  surface: (id) => ({ bytes: new TextEncoder().encode(WORDS[id]), continues: false }),
  normalise: (text) => text,
};

const processor: PageProcessor = {
  resample: "mean",
  backend: "torch",
  layout: () => ({
    rows: ROWS,
    columns: COLUMNS,
    order: Int32Array.from({ length: ROWS * COLUMNS }, (_, i) => i),
    imageTokens: ROWS * COLUMNS,
    imageText: "",
    width: COLUMNS,
    height: ROWS,
  }),
  feeds({ pixels, width, height }) {
    const data = new Float32Array(ROWS * COLUMNS * 3);
    const [wide, high] = [width / COLUMNS, height / ROWS];
    for (let i = 0; i < pixels.length; i++) {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      const cell = Math.floor(y / high) * COLUMNS + Math.floor(x / wide);
      data[3 * cell + (i % 3)] += pixels[i] / (wide * high);
    }
    return { pixel_values: { type: "float32", data, shape: [1, ROWS * COLUMNS, 3] } };
  },
  emptyFeeds: () => ({
    pixel_values: {
      type: "float32",
      data: new Float32Array(ROWS * COLUMNS * 3),
      shape: [1, ROWS * COLUMNS, 3],
    },
  }),
};

export async function colourModel(id = "colours") {
  /** Keys that the cache of pages was asked for. */
  const asked: string[] = [];
  const kept = new Map<string, Awaited<ReturnType<EmbeddingCache["get"]>>>();
  const cache: EmbeddingCache = {
    async get(key, make) {
      asked.push(key);
      const vectors = kept.get(key) ?? (await make(new AbortController().signal));
      kept.set(key, vectors);
      return vectors;
    },
  };
  const engine = await startEngine(
    ["cpu"],
    async (provider) => ({
      provider,
      page: await nodeRuntime.openGraph(buildOnnx(PAGE), provider, 1),
      query: await nodeRuntime.openGraph(buildOnnx(QUERY), provider, 1),
      maxsim: await openMaxSim(nodeRuntime, provider),
      batch: 1,
    }),
    () => {},
  );
  const profile = {
    name: "plain",
    about: "the bare query",
    query: { prefix: "", augmentation: "", augmentations: 0, suffix: "" },
    page: null,
    template: false,
  };
  const model = new GraphModel({
    family: {
      name: "colours",
      title: "colours",
      matches: () => true,
      profiles: () => [profile],
      imageToken: null,
      processor: () => processor,
    },
    info: {
      id,
      path: "",
      revision: null,
      family: "colours",
      title: "colours",
      dim: 3,
      dtype: "float32",
      domain: [0, 1],
      domainFrom: "measured",
      profile,
      profiles: [profile],
      processor: { width: COLUMNS, height: ROWS, resample: "mean", backend: "torch" },
      imageToken: null,
      tokenizerSize: WORDS.length,
      graphs: [],
      weights: { colours: "0" },
      warnings: [],
    },
    profile,
    profiles: [profile],
    tokenizer,
    processor,
    processorOf: () => processor,
    runtime: nodeRuntime,
    engine,
    // It has no attention.
    taps: {
      page: () => Promise.reject(new Error("no attention")),
      query: () => Promise.reject(new Error("no attention")),
      release: async () => {},
      close: async () => {},
    } as unknown as ConstructorParameters<typeof GraphModel>[0]["taps"],
    layerTypes: [],
    heads: { tower: null, language: null } as unknown as ConstructorParameters<typeof GraphModel>[0]["heads"],
    cache,
    warn: () => {},
    warned: new Set(),
  });
  return { model, asked };
}

const COLOURS = {
  white: [255, 255, 255],
  black: [0, 0, 0],
  red: [255, 0, 0],
  green: [0, 255, 0],
  yellow: [255, 255, 0],
};
export type Colour = keyof typeof COLOURS;

/** A page of six coloured patches, row by row, with words that are printed on some of them. */
export function colourPage(cells: readonly Colour[], words: Record<number, string> = {}): Page {
  const [width, height] = [COLUMNS * PATCH.width, ROWS * PATCH.height];
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y / PATCH.height) * COLUMNS + Math.floor(x / PATCH.width);
      pixels.set(COLOURS[cells[cell]], 3 * (y * width + x));
    }
  const printed: PageWord[] = Object.entries(words).map(([cell, text]) => ({
    text,
    rect: cellRect(Number(cell)),
    line: Math.floor(Number(cell) / COLUMNS),
    block: 0,
    source: "pdf",
  }));
  return { ...pixelPage(pixels, width, height, "colours.png"), words: async () => printed };
}

export function cellRect(cell: number): Rect {
  const { width, height } = PATCH;
  return { x: (cell % COLUMNS) * width, y: Math.floor(cell / COLUMNS) * height, width, height };
}
