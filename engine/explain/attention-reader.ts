import type { AttentionStage, Query } from "../../core/index.js";
import { runTapped, type TappedGraph } from "../graphs/tapped-graph.js";
import type { TappedGraphs, TappedPart } from "../graphs/tapped-graphs.js";
import type { ModelConfigs } from "../model-configs.js";
import { ModelError } from "../model-error.js";
import type { PreparedPage } from "../processing/page-processor.js";
import type { Feed, FloatTensor } from "../runtime.js";
import { untilStopped } from "../stop-signal.js";
import type { PatchAttention } from "./attention.js";
import { numbered, type Patch, patchesByRows, type RowsModel } from "./attention-rows.js";
import { QueryAttention } from "./query-attention.js";

/** Patches of one run: their rows of all layers and heads are in memory at once. */
const MOST = 64;

/** What the reader has to know of a model. */
export interface ReadModel extends RowsModel {
  taps: TappedGraphs;
  /** Heads a layer by the configuration; null where it does not say. */
  heads: Record<AttentionStage, number | null>;
}

/** What the configuration says of the attention in a model. */
export function attentionConfig({ model }: ModelConfigs): Pick<ReadModel, "layerTypes" | "heads"> {
  const { text_config: text = {}, vision_config: vision = {} } = model.vlm_config ?? model;
  const heads = (from: unknown) => (typeof from === "number" ? from : null);
  return {
    layerTypes: Array.isArray(text.layer_types) ? text.layer_types.map(String) : [],
    heads: {
      tower: heads(vision.num_attention_heads ?? vision.num_heads),
      language: heads(text.num_attention_heads),
    },
  };
}

/** Attention of patches of one page, all from one run. */
export async function readPatches(
  model: ReadModel,
  page: PreparedPage,
  patches: readonly Patch[],
  signal?: AbortSignal,
): Promise<PatchAttention[]> {
  const tapped = await open(model, "page", signal);
  if (patches.length > MOST) throw tooMany(model, tapped, page, patches.length);
  const { ids, feeds } = page;
  const all = ids ? { ...feeds, ...idFeeds(ids) } : feeds;
  return patchesByRows(model, page, patches, async (rows) => ({
    layers: tapped.layers,
    stages: await untilStopped(runTapped(tapped, all, rows, { tower: page.tower?.keys }, signal), signal),
  }));
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
  const stages = await untilStopped(runTapped(tapped, feeds, rows, {}, signal), signal);
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
