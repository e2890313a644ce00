import type { AttentionStage } from "../../core/index.js";
import type { Feed, FloatTensor, Graph } from "../runtime.js";
import type { AttentionLayer } from "./attention-layers.js";
import { stagesOf } from "./attention-taps.js";

/** Queries whose attention is wanted as one: their mean. */
export interface ChosenRow {
  /** Which tile they lie in; 0 where there is one. */
  tile: number;
  positions: readonly number[];
}

/** What a graph says of one layer. */
export interface TappedLayer {
  /** `[rows, heads, keys]` */
  rows: FloatTensor;
  /** `[tiles, heads, keys]`: the mean over all queries. */
  received: FloatTensor;
}

export interface TappedStage {
  stage: AttentionStage;
  /** By the layer's number in the graph. */
  layers: Map<number, TappedLayer>;
  /** `[rows, keys]`: the rows through all layers of the stage. */
  rollout: FloatTensor;
}

/** A graph that gives its attention. */
export interface TappedGraph {
  layers: readonly AttentionLayer[];
  graph: Graph;
}

/**
 * Attention of chosen queries, and what every position receives, of every layer.
 * @param rows of each stage at least one; those of a stage are of the same number of queries
 * @param pooled of a stage whose keys are means of neighbours, for each position the key that it is part of: what goes to a key
 *   goes to its positions in equal parts
 * @throws ProviderError as `Graph.run`; what `signal` is aborted with
 */
export async function runTapped(
  { layers, graph }: TappedGraph,
  feeds: Record<string, Feed>,
  rows: Record<AttentionStage, readonly ChosenRow[]>,
  pooled: Partial<Record<AttentionStage, Int32Array>> = {},
  signal?: AbortSignal,
): Promise<TappedStage[]> {
  const stages = stagesOf(layers);
  const chosen = Object.assign({}, ...stages.map((stage) => placesOf(stage, rows[stage])));
  const numbers = (stage: AttentionStage) =>
    layers.flatMap((layer, i) => (layer.stage === stage && layer.weights !== null ? [i] : []));
  const names = stages.flatMap((stage) => {
    const own = numbers(stage);
    const parts = own.flatMap((i) => [`rows.${i}`, `received.${i}`]);
    return own.length > 1 ? [...parts, `rollout.${own.at(-1)}`] : parts;
  });
  const outputs = await graph.run({ ...feeds, ...chosen }, names, signal);
  return stages.map((stage) => {
    const own = numbers(stage);
    const whole = (name: string) => spread(outputs[name], pooled[stage]);
    const found = own.map((i) => ({ rows: whole(`rows.${i}`), received: whole(`received.${i}`) }));
    return {
      stage,
      layers: new Map(own.map((i, at) => [i, found[at]])),
      rollout: own.length > 1 ? outputs[`rollout.${own.at(-1)}`] : throughOne(found[0].rows, rows[stage]),
    };
  });
}

/** `[…, keys]` as `[…, positions]`; as it is where its keys are not those of `keys`. */
function spread(tensor: FloatTensor, keys: Int32Array | undefined): FloatTensor {
  const count = tensor.shape.at(-1)!;
  if (!keys || count !== Math.max(...keys) + 1) return tensor;
  const sizes = new Int32Array(count);
  for (const key of keys) sizes[key]++;
  const data = new Float32Array((tensor.data.length / count) * keys.length);
  for (let from = 0, to = 0; from < tensor.data.length; from += count, to += keys.length)
    for (const [i, key] of keys.entries()) data[to + i] = tensor.data[from + key] / sizes[key];
  return { ...tensor, data, shape: [...tensor.shape.slice(0, -1), keys.length] };
}

/** The rollout through a single layer: half of the mean over heads `[rows, heads, keys]`, and half of the query itself. */
function throughOne({ data, shape }: FloatTensor, rows: readonly ChosenRow[]): FloatTensor {
  const [, heads, keys] = shape;
  const rolled = new Float32Array(rows.length * keys);
  for (const [r, { positions }] of rows.entries()) {
    for (let h = 0; h < heads; h++)
      for (let k = 0; k < keys; k++) rolled[r * keys + k] += data[(r * heads + h) * keys + k] / (2 * heads);
    for (const position of positions) rolled[r * keys + position] += 1 / (2 * positions.length);
  }
  return { data: rolled, shape: [rows.length, keys] };
}

/** The inputs that choose rows, as `tapAttention` names them. */
function placesOf(stage: AttentionStage, rows: readonly ChosenRow[]): Record<string, Feed> {
  const together = rows[0].positions.length;
  const tiles = [...new Set(rows.map(({ tile }) => tile))];
  const each = (of: (row: ChosenRow, position: number) => number) =>
    rows.flatMap((row) => row.positions.map((position) => of(row, position)));
  const shape = [rows.length, together, 1];
  return {
    [`tile.${stage}`]: integers(
      each(({ tile }) => tile),
      [...shape, 1],
    ),
    [`position.${stage}`]: integers(
      each((_, position) => position),
      [...shape, 1],
    ),
    [`slot.${stage}`]: integers(
      each(({ tile }) => tiles.indexOf(tile)),
      shape,
    ),
    [`tiles.${stage}`]: integers(tiles, [tiles.length]),
  };
}

function integers(values: readonly number[], shape: number[]): Feed {
  return { type: "int64", data: BigInt64Array.from(values, BigInt), shape };
}
