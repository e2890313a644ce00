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
 * @throws ProviderError as `Graph.run`; what `signal` is aborted with
 */
export async function runTapped(
  { layers, graph }: TappedGraph,
  feeds: Record<string, Feed>,
  rows: Record<AttentionStage, readonly ChosenRow[]>,
  signal?: AbortSignal,
): Promise<TappedStage[]> {
  const stages = stagesOf(layers);
  const chosen = Object.assign({}, ...stages.map((stage) => placesOf(stage, rows[stage])));
  const last = (stage: AttentionStage) =>
    layers.findLastIndex((layer) => layer.stage === stage && layer.weights !== null);
  const names = layers.flatMap(({ stage, weights }, i) => [
    ...(weights === null ? [] : [`rows.${i}`, `received.${i}`]),
    ...(i === last(stage) ? [`rollout.${i}`] : []),
  ]);
  const outputs = await graph.run({ ...feeds, ...chosen }, names, signal);
  return stages.map((stage) => ({
    stage,
    layers: new Map(
      layers.flatMap((layer, i) =>
        layer.stage === stage && layer.weights !== null
          ? [[i, { rows: outputs[`rows.${i}`], received: outputs[`received.${i}`] }] as const]
          : [],
      ),
    ),
    rollout: outputs[`rollout.${last(stage)}`],
  }));
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
