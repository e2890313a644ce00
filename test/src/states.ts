import {
  type AttentionReading,
  defineQuantity,
  explanationOf,
  type Layer,
  type LensData,
  type LensExplanation,
  layersWith,
  type PageWord,
  PatchMap,
  type QueryToken,
  SCORE_DROP,
  unpackLens,
} from "../../core/index";
import { baseline, explanation, lensData, lensPage, pageWords } from "../core/example";
import report from "../fixtures/lens/report.json";

/** A white page with a black frame and a corner block, so that orientation shows in the picture. */
async function pagePicture(width: number, height: number): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#000";
  context.fillRect(0, 0, width / 12, height / 24);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * Tokens on a grid where each token has one hot cell, that of its index in raster order, and every other cell a
 * cosine that encodes its place.
 */
function positions(rows: number, columns: number, words: string[]): LensExplanation {
  const base = explanation();
  const tokens = words.map(
    (text, index): QueryToken => ({ index, id: index + 10, text, kind: "word", word: index }),
  );
  const cells = rows * columns;
  const data = Float32Array.from({ length: tokens.length * cells }, (_, i) => {
    const [t, cell] = [Math.floor(i / cells), i % cells];
    return cell === t % cells ? 0.9 : 0.1 + (0.2 * cell) / cells;
  });
  const bests = tokens.map((_, t) => ({
    best: Math.fround(0.9),
    bestIndex: t % cells,
    patchBest: Math.fround(0.9),
    row: Math.floor((t % cells) / columns),
    column: (t % cells) % columns,
    offImage: false,
  }));
  const score = bests.length * Math.fround(0.9);
  return {
    ...base,
    query: {
      kind: "query",
      text: words.join(" "),
      tokens,
      words: words.map((text, index) => ({ index, text, tokens: [index] })),
      dropped: [],
    },
    grid: { rows, columns },
    maps: { kind: "maps", data, tokens: tokens.length, rows, columns },
    maxsim: { kind: "maxsim", score, patchScore: score, residue: 0, tokens: bests },
    domain: [0.2, 0.8],
  };
}

/** Longest side of a large page's picture, as pages have it. */
const PICTURE_SIDE = 1600;

async function grid(rows: number, columns: number, count: number): Promise<LensData> {
  const words = Array.from({ length: count }, (_, i) => `word${i}`);
  const data = lensData(positions(rows, columns, words));
  Object.assign(data.pages.p0, { width: columns * 100, height: rows * 100 });
  data.pages.p0.picture = {
    mime: "image/png",
    data: await pagePicture(Math.min(PICTURE_SIDE, columns * 100), Math.min(PICTURE_SIDE, rows * 100)),
  };
  return data;
}

/** The small example with its sub-tokens, prefix and an off-image augmentation token. */
async function example(): Promise<LensData> {
  const data = lensData();
  data.pages.p0.picture = { mime: "image/png", data: await pagePicture(300, 200) };
  return data;
}

/** Three pages of different shape asked the same two queries. */
async function pages(): Promise<LensData> {
  const shapes = [
    { rows: 4, columns: 3 },
    { rows: 3, columns: 5 },
    { rows: 4, columns: 3 },
  ];
  const pictures = await Promise.all(shapes.map((s) => pagePicture(s.columns * 100, s.rows * 100)));
  const explanations = [
    ["solar", "share"],
    ["winter", "load"],
  ].flatMap((words) =>
    shapes.map(({ rows, columns }, i): LensExplanation => {
      const one = positions(rows, columns, words);
      const less = 0.1 * ((i + 1) % 3);
      one.maps.data = one.maps.data.map((v) => v - less);
      for (const t of one.maxsim.tokens) [t.best, t.patchBest] = [t.best - less, t.patchBest - less];
      const score = one.maxsim.score - less * words.length;
      Object.assign(one.maxsim, { score, patchScore: score });
      return { ...one, page: `p${i}` };
    }),
  );
  const data = lensData(...explanations);
  for (const [i, { rows, columns }] of shapes.entries())
    data.pages[`p${i}`] = lensPage({
      sha256: `${i}`.repeat(64),
      number: i + 1,
      width: columns * 100,
      height: rows * 100,
      picture: { mime: "image/png", data: pictures[i] },
    });
  return data;
}

/** Results as they are, with keys that say their places: `r0`, `r1`, … */
function placed(data: LensData): LensData {
  const results = data.order.map((key, i) => [`r${i}`, data.results[key]]);
  return { ...data, results: Object.fromEntries(results), order: data.order.map((_, i) => `r${i}`) };
}

/** A lens whose words, query, document and model are the given texts. */
export async function wordy(words: string[]): Promise<LensData> {
  const data = lensData(positions(2, 3, words));
  const all = words.join(" ");
  data.queries.q0.text = all;
  data.pages.p0.name = all.slice(0, 9_000);
  Object.assign(data.models.m0.provenance, {
    id: all.slice(0, 900),
    profile: all.slice(900, 1_800),
    revision: all.slice(-900),
  });
  return data;
}

function altitudes(of: LensExplanation): Layer[] {
  const quantity = defineQuantity({ name: "altitude", unit: "m", range: [0, 900] });
  const map = (...heights: number[]) => new PatchMap(Float32Array.from(heights), 2, 3, quantity);
  const layers = layersWith(of, map(0, 120, 340, 560, 780, 900), {});
  return layersWith({ ...of, layers }, map(300, 310, 320, 650, 640, 630), { word: 0 });
}

/** How many heads each layer of a stage has in {@link readingsOf}. */
export const HEADS = { language: [2, 3, 2], tower: [1, 1] };

/**
 * Of a patch in a stage: head `h` of layer `l` has half of its attention on the cell `(first + 2 l + h) % cells`, and a twentieth on every
 * other one that is read; the rest goes to prompt and special tokens.
 */
export function readingOf(
  { rows, columns }: { rows: number; columns: number },
  stage: "language" | "tower",
  patch: { row: number; column: number },
  first: number,
): AttentionReading {
  const cells = rows * columns;
  const layers = HEADS[stage].map((heads, layer) => ({
    heads,
    missing: null,
    isCausal: stage === "language",
    sinks: layer === 1 ? [cells - 2] : [],
  }));
  const rest = 0.25 / (cells - 1);
  const maps = layers.flatMap(({ heads }, layer) =>
    Array.from({ length: heads }, (_, head) => {
      const own = new Array(cells).fill(rest);
      own[(first + 2 * layer + head) % cells] = 0.5;
      return [...own, 0.15, 0.1, 0];
    }),
  );
  const rollout = [...new Array(cells).fill(0.75 / cells), 0.15, 0.1, 0];
  return {
    stage,
    stages: ["tower", "language"],
    ...patch,
    layers,
    isRolledOut: true,
    shares: Float32Array.from([...maps, rollout].flat()),
    uniform: stage === "language" ? new Float32Array(2 * cells).fill(0.1) : null,
  };
}

/** "peak" is best on the first patch, "loads" on the second; nothing was read of their attention. */
async function unread(): Promise<LensData> {
  const data = lensData(positions(2, 3, ["peak", "loads"]));
  data.models.m0.provenance.family = "colqwen2";
  data.pages.p0.picture = { mime: "image/png", data: await pagePicture(300, 200) };
  return data;
}

/** The same with what both words' best patches, and one more, attend to in the language model, and one in the tower. */
async function attentive(): Promise<LensData> {
  const data = await unread();
  const { grid } = explanationOf(data, "r0");
  data.results.r0.attention = [
    readingOf(grid, "language", { row: 1, column: 0 }, 4),
    readingOf(grid, "tower", { row: 0, column: 0 }, 3),
    readingOf(grid, "language", { row: 0, column: 0 }, 0),
    readingOf(grid, "language", { row: 0, column: 1 }, 1),
  ];
  return data;
}

/** A tall page: "word0" is best on its first patch, and what was read is the attention of one far below. */
async function attentiveBelow(): Promise<LensData> {
  const data = await grid(24, 6, 2);
  data.models.m0.provenance.family = "colqwen2";
  data.results.r0.attention = [readingOf({ rows: 24, columns: 6 }, "language", { row: 22, column: 1 }, 0)];
  return data;
}

/** A word in each of three columns, on white paper, on dark paper and over a photograph. */
async function papers(): Promise<LensData> {
  const [width, height] = [900, 600];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  const fill = (colour: string, x: number, y: number, w: number, h: number) => {
    context.fillStyle = colour;
    context.fillRect(x, y, w, h);
  };
  fill("#fff", 0, 0, 300, height);
  fill("#111", 300, 0, 300, height);
  // As restless as a photograph, and neither light nor dark.
  for (let x = 600; x < width; x += 6)
    for (let y = 0; y < height; y += 6) fill((x + y) % 12 ? "#6f8f5f" : "#9f8f8f", x, y, 6, 6);
  // What stands for letters: in black, in #333, in the blue of links; white on dark.
  for (const [i, ink] of INKS.entries()) fill(ink, 60, 60 + 60 * i, 180, 30);
  fill("#fff", 360, 60, 180, 30);
  const data = lensData(positions(2, 3, ["light", "dark", "photo"]));
  for (const [t, maximum] of [0.9, 0.9, 0.9].entries())
    data.results.r0.maps.data.set(
      [0, 1, 2].map((c) => (c === t ? maximum : 0.1)),
      6 * t,
    );
  const paper = Uint8Array.from(
    { length: 64 * 64 },
    (_, i) => [255, 17, 130][Math.floor(((i % 64) * 3) / 64)],
  );
  const word = (text: string, x: number, line: number): PageWord => ({
    text,
    rect: { x, y: 60, width: 180, height: 150 },
    line,
    block: line,
    source: "pdf",
  });
  Object.assign(data.pages.p0, {
    width,
    height,
    words: [word("Light", 60, 0), word("Dark", 360, 1), word("Photo", 660, 2)],
    picture: {
      mime: "image/png",
      data: new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer()),
      paper,
    },
  });
  return data;
}

/** Colours of print that readers meet. */
export const INKS = ["#000", "#333", "#0645ad"];

/** So many pages of so many, each a little worse than the one before it, asked one word. */
async function manyPages(count: number, of = count): Promise<LensData> {
  const shape = { rows: 4, columns: 3 };
  const picture = await pagePicture(300, 400);
  const explanations = Array.from({ length: count }, (_, i): LensExplanation => {
    const one = positions(shape.rows, shape.columns, ["solar"]);
    const less = (0.5 * i) / count;
    one.maps.data = one.maps.data.map((v) => v - less);
    for (const t of one.maxsim.tokens) [t.best, t.patchBest] = [t.best - less, t.patchBest - less];
    const score = one.maxsim.score - less;
    Object.assign(one.maxsim, { score, patchScore: score });
    return { ...one, page: `p${i}` };
  });
  const data = lensData(...explanations);
  for (let i = 0; i < count; i++)
    data.pages[`p${i}`] = lensPage({
      sha256: i.toString(16).padStart(64, "0"),
      // The best pages are the last of the document.
      number: count - i,
      of,
      width: 300,
      height: 400,
      picture: { mime: "image/png", data: picture },
    });
  return data;
}

/** Two pages, the better one second, with no word above what control words reach. */
async function nothing(): Promise<LensData> {
  const data = await manyPages(2);
  const high = new Float32Array(39).fill(0.95);
  for (const result of Object.values(data.results))
    result.baseline = baseline({ maxima: { words: high, word: high }, mean: {} });
  return data;
}

const HOSTILE = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202e&amp;';

async function hostile(): Promise<LensData> {
  const data = await example();
  const { q0: query } = data.queries;
  query.text = HOSTILE;
  for (const word of query.words) word.text = HOSTILE;
  for (const token of query.tokens) token.text = HOSTILE;
  data.pages.p0.name = HOSTILE;
  data.pages.p0.words = pageWords().map((word) => ({ ...word, text: HOSTILE }));
  Object.assign(data.models.m0.provenance, { id: HOSTILE, profile: HOSTILE, provider: HOSTILE });
  return data;
}

export const states: Record<string, () => Promise<LensData | null>> = {
  empty: async () => null,
  example,
  "grid 2 x 3": () => grid(2, 3, 6),
  "grid 7 x 5": () => grid(7, 5, 12),
  "grid 64 x 64": () => grid(64, 64, 40),
  hostile,
  /** The example with a yardstick for chance: "peak" and "loads" are above it. */
  measured: async () => {
    const data = await example();
    data.results.r0.baseline = baseline();
    return data;
  },
  /** The same with the height of the ground under the patches, and under its word "peak". */
  altitude: async () => {
    const data = await example();
    data.results.r0.baseline = baseline();
    data.results.r0.layers = altitudes(explanation());
    return data;
  },
  "altitude of the query": async () => {
    const data = await example();
    const [layer] = altitudes(explanation());
    data.results.r0.layers = [{ ...layer, maps: layer.maps.slice(0, 1) }];
    return data;
  },
  /** Two pages with what covering their patches takes: the same at one place, and more on the second page at another. */
  "cause of two": async () => {
    const data = placed(await pages());
    const falls = {
      r0: [0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0],
      r2: [0, 0, 0, 0, 0.5, 0, 0.3, 0, 0, 0, 0, 0],
    };
    for (const [key, numbers] of Object.entries(falls)) {
      const map = new PatchMap(Float32Array.from(numbers), 4, 3, SCORE_DROP);
      data.results[key].layers = layersWith(explanationOf(data, key), map, {});
    }
    return data;
  },
  /** The example with what covering its patches takes: one falls, one rises, the others do nothing. */
  cause: async () => {
    const data = await example();
    const drops = new PatchMap(Float32Array.of(0, 0, -0.2, 0, 0.5, 0), 2, 3, SCORE_DROP);
    data.results.r0.layers = layersWith(explanation(), drops, {});
    return data;
  },
  attention: attentive,
  "attention unread": unread,
  "attention far below": attentiveBelow,
  pages,
  papers,
  nothing,
  "1 page": () => manyPages(1),
  "12 of 200 pages": () => manyPages(12, 200),
  "200 pages": () => manyPages(200),
  /** Two of the three pages. */
  "other pages": async () => {
    const data = await pages();
    const { p2: _, ...two } = data.pages;
    const order = data.order.filter((key) => data.results[key].page in two);
    const results = Object.fromEntries(order.map((key) => [key, data.results[key]]));
    return { ...data, pages: two, results, order };
  },
  /** What `mini` really says: two pages of the example report, and an earlier query. */
  report: async () => placed(unpackLens(JSON.stringify(report)).data),
};
