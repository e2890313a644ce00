import { type AttentionStage, OFF_PAGE, type Query } from "../../core/index.js";
import type { AttentionLayer } from "../graphs/attention-layers.js";
import { runTapped, type TappedGraph, type TappedStage } from "../graphs/tapped-graph.js";
import type { TappedGraphs, TappedPart } from "../graphs/tapped-graphs.js";
import { ModelError } from "../model-error.js";
import type { PreparedPage } from "../processing/page-processor.js";
import type { Feed, FloatTensor } from "../runtime.js";
import { untilStopped } from "../stop-signal.js";
import { type AttentionOfLayer, type AttentionOfStage, PatchAttention, sumByPlace } from "./attention.js";
import { QueryAttention } from "./query-attention.js";

/** A patch of a page; both count from 0, from the top left. */
export interface Patch {
  row: number;
  column: number;
}

/** Patches of one run: their rows of all layers and heads are in memory at once. */
const MOST = 64;

/** What the reader has to know of a model. */
export interface ReadModel {
  id: string;
  taps: TappedGraphs;
  imageToken: number | null;
  isSpecial: (id: number) => boolean;
  /** `layer_types` of the language model's configuration: hybrids say there which layers are linear. */
  layerTypes: readonly string[];
  /** Heads a layer by the configuration; null where it does not say. */
  heads: Record<AttentionStage, number | null>;
}

/** Attention of patches of one page, all from one run. */
export async function readPatches(
  model: ReadModel,
  page: PreparedPage,
  patches: readonly Patch[],
  signal?: AbortSignal,
): Promise<PatchAttention[]> {
  const { grid, tower, ids } = page;
  const chosen = patches.map(({ row, column }) => row * grid.columns + column);
  const cells = grid.rows * grid.columns;
  const tapped = await open(model, "page", signal);
  if (patches.length > MOST) throw tooMany(model, tapped, page, patches.length);
  // The first patch tells whether attention is causal: then it sees nothing of those after it.
  const rows = {
    language: [...chosen, 0].map((cell) => ({ tile: 0, positions: [grid.index[cell]] })),
    tower: chosen.map((cell) => towerRow(tower?.cells ?? new Int32Array(1), tower?.tiles ?? 1, cell)),
  };
  const feeds = ids ? { ...page.feeds, ...idFeeds(ids) } : page.feeds;
  const stages = await untilStopped(runTapped(tapped, feeds, rows, signal), signal);
  const places: Record<AttentionStage, Int32Array> = {
    language: languagePlaces(model, page),
    tower: (tower?.cells ?? new Int32Array()).map((cell) => (cell < 0 ? cells + OFF_PAGE - 1 : cell)),
  };
  const count = { language: 1, tower: tower?.tiles ?? 1 };
  return patches.map((patch, i) => {
    const of = stages.map((stage) =>
      stageOf(stage, {
        model,
        found: tapped.layers,
        places: places[stage.stage],
        tiles: count[stage.stage],
        row: i,
        tile: rows[stage.stage][i].tile,
        position: rows[stage.stage][i].positions[0],
        cells,
        probe: stage.stage === "language" ? { row: patches.length, position: grid.index[0] } : null,
      }),
    );
    return new PatchAttention(patch, grid, of);
  });
}

/** Attention of every token of a query to every token. */
export async function readQuery(
  model: ReadModel,
  query: Query,
  empty: Record<string, Feed>,
  signal?: AbortSignal,
): Promise<QueryAttention> {
  const tapped = await open(model, "query", signal);
  const rows = {
    language: query.tokens.map(({ index }) => ({ tile: 0, positions: [index] })),
    tower: [{ tile: 0, positions: [0] }],
  };
  const feeds = { ...empty, ...idFeeds(query.tokens.map(({ id }) => id)) };
  const stages = await untilStopped(runTapped(tapped, feeds, rows, signal), signal);
  const stage = stages.find((s) => s.stage === "language");
  if (!stage) throw new ModelError(nothing(model, tapped, "its query graph"));
  const layers = numbered(model, tapped.layers, "language", (i) => byHead(stage.layers.get(i)!.rows));
  return new QueryAttention(query, layers);
}

/** `[rows, heads, keys]` as `[heads][rows][keys]`. */
function byHead({ data, shape: [rows, heads, keys] }: FloatTensor): Float32Array[] {
  return Array.from({ length: heads }, (_, h) => {
    const out = new Float32Array(rows * keys);
    for (let r = 0; r < rows; r++)
      out.set(data.subarray((r * heads + h) * keys, (r * heads + h + 1) * keys), r * keys);
    return out;
  });
}

async function open(model: ReadModel, part: TappedPart, signal?: AbortSignal): Promise<TappedGraph> {
  const tapped = await model.taps.get(part, signal);
  if (tapped.layers.every(({ weights }) => weights === null))
    throw new ModelError(nothing(model, tapped, part === "page" ? "its page graph" : "its query graph"));
  return tapped;
}

/** Why a model has no attention to show, and what to do. */
function nothing({ id }: ReadModel, { layers }: TappedGraph, where: string): string {
  const reasons = [...new Set(layers.flatMap(({ missing }) => missing ?? []))];
  const why =
    reasons.length > 0
      ? `${where} attends by ${reasons.join(" and by ")}; export it without fused operators`
      : `${where} does not attend (mini's page graph is of convolutions); use a model of the ColPali family`;
  return `no attention to be had of ${id}: ${why}, or ask what a page's parts do to the score: await lens.occlusion()`;
}

function idFeeds(ids: readonly number[]): Record<string, Feed> {
  const shape = [1, ids.length];
  return {
    input_ids: { type: "int64", data: BigInt64Array.from(ids, BigInt), shape },
    attention_mask: { type: "int64", data: new BigInt64Array(ids.length).fill(1n), shape },
  };
}

/** The patches that a cell is merged from. */
function towerRow(cells: Int32Array, tiles: number, cell: number): { tile: number; positions: number[] } {
  const size = cells.length / tiles;
  const all = [...cells.keys()].filter((i) => cells[i] === cell);
  return { tile: Math.floor(all[0] / size), positions: all.map((i) => i % size) };
}

/** For each position of the page's sequence its cell, or what it is off the page. */
function languagePlaces({ imageToken, isSpecial }: ReadModel, { ids, grid }: PreparedPage): Int32Array {
  const cells = grid.rows * grid.columns;
  const [prompt, special, view] = [cells, cells + 1, cells + 2];
  const places = Int32Array.from(ids ?? grid.index, (id) =>
    id === imageToken ? view : isSpecial(id) ? special : prompt,
  );
  for (const [cell, position] of grid.index.entries()) places[position] = cell;
  return places;
}

interface StageContext {
  model: ReadModel;
  found: readonly AttentionLayer[];
  places: Int32Array;
  tiles: number;
  /** Which of the rows that came out is the patch's, and where it is in the sequence. */
  row: number;
  tile: number;
  position: number;
  cells: number;
  probe: { row: number; position: number } | null;
}

function stageOf({ stage, layers, rollout }: TappedStage, context: StageContext): AttentionOfStage {
  const { model, found, places, tiles, row, tile, position, cells, probe } = context;
  const length = places.length / tiles;
  const ofTile = (t: number) => places.subarray(t * length, (t + 1) * length);
  const read = (i: number): AttentionOfLayer => {
    const { rows, received } = layers.get(i)!;
    const [, heads, keys] = rows.shape;
    if (keys !== length || received.shape[0] !== tiles)
      throw new ModelError(
        `invalid attention of ${model.id}: ${received.shape[0]} x ${keys} positions in the ${stage} stage, expected ${tiles} x ${length} for ${cells} patches; its graph orders them in a way that is not known`,
      );
    const row0 = (r: number, h: number) =>
      rows.data.subarray((r * heads + h) * keys, (r * heads + h + 1) * keys);
    const isCausal = probe !== null && !later(rows, probe.row, probe.position);
    const all = new Float32Array(heads * (cells + OFF_PAGE));
    const own = new Float32Array(all.length);
    for (let h = 0; h < heads; h++) {
      own.set(sumByPlace(row0(row, h), ofTile(tile), cells), h * (cells + OFF_PAGE));
      const sum = new Float64Array(cells + OFF_PAGE);
      for (let t = 0; t < tiles; t++) {
        const from = (t * heads + h) * keys;
        const part = sumByPlace(received.data.subarray(from, from + keys), ofTile(t), cells);
        for (const [j, v] of part.entries()) sum[j] += v / tiles;
      }
      all.set(sum, h * (cells + OFF_PAGE));
    }
    return { row: { data: own, heads }, received: { data: all, heads }, isCausal };
  };
  const rolled = rollout.data.subarray(row * length, (row + 1) * length);
  return {
    stage,
    layers: numbered(model, found, stage, read),
    rollout: { data: sumByPlace(rolled, ofTile(tile), cells), heads: 1 },
    length,
    position,
    places: ofTile(tile),
  };
}

/** Whether a row attends to anything after a position. */
function later({ data, shape: [, heads, keys] }: FloatTensor, row: number, position: number): boolean {
  for (let h = 0; h < heads; h++) {
    const from = (row * heads + h) * keys;
    for (let k = position + 1; k < keys; k++) if (data[from + k] > 0) return true;
  }
  return false;
}

/** Layers of a stage by their numbers in it: also those that have no matrix, and do not show in a graph. */
function numbered<T>(
  { layerTypes }: ReadModel,
  found: readonly AttentionLayer[],
  stage: AttentionStage,
  read: (i: number) => T,
): (T | { missing: string })[] {
  const own = found.flatMap((layer, i) =>
    layer.stage !== stage ? [] : [layer.weights === null ? { missing: layer.missing! } : read(i)],
  );
  const isLinear = layerTypes.map((type) => type.includes("linear"));
  if (stage !== "language" || isLinear.filter((linear) => !linear).length !== own.length) return own;
  const missing = "linear attention, which has no matrix of weights";
  return isLinear.map((linear) => (linear ? { missing } : own.shift()!));
}

function tooMany(
  { heads }: ReadModel,
  { layers }: TappedGraph,
  page: PreparedPage,
  asked: number,
): RangeError {
  const { ids, grid, tower } = page;
  let bytes = 0;
  for (const { stage, weights } of layers) {
    if (weights === null) continue;
    const tiles = stage === "tower" ? (tower?.tiles ?? 1) : 1;
    const length = stage === "tower" ? (tower?.cells.length ?? 0) / tiles : (ids ?? grid.index).length;
    bytes += 4 * tiles * length ** 2 * (heads[stage] ?? 1);
  }
  const least = heads.tower === null || heads.language === null ? "at least " : "";
  return new RangeError(
    `invalid patches: ${asked}, expected at most ${MOST} at once: the matrices of all layers and heads would be ${least}${bytes.toLocaleString("en")} bytes`,
  );
}
