import {
  AttentionMap,
  type AttentionSource,
  type AttentionStage,
  type OffPageAttention,
  STAGE_NAMES,
} from "../../core/index.js";
import { ModelError } from "../model-error.js";
import { uniformReceived, uniformRollout, uniformRow } from "./uniform-attention.js";

/** Which attention of a patch, or of a page. */
export interface AttentionChoice {
  /** `tower`, over the patches, or `language`, over the whole sequence; the language model's where there is one. */
  stage?: AttentionStage;
  /** From 0, from the input on; the last one when left out. */
  layer?: number;
  /** From 0; the mean over the heads when left out. */
  head?: number;
  /** Through all layers of the stage, down to its first one. */
  rollout?: boolean;
  /** Divides by what causal attention that spreads evenly over all that comes before would give. */
  overUniform?: boolean;
}

/** A layer of a stage, and why its attention cannot be had where it cannot. */
export interface AttentionLayerInfo {
  stage: AttentionStage;
  /** From 0. */
  layer: number;
  /** Number of heads; 0 where the attention cannot be had. */
  heads: number;
  missing: string | null;
}

/** Shares on cells and, behind them, off the page: prompt, special tokens, view of the whole page. */
export interface Shares {
  /** `[head][cell, prompt, special, view]` */
  data: Float32Array;
  heads: number;
}

/** One layer as the graph gave it, by cells. */
export interface AttentionOfLayer {
  row: Shares;
  received: Shares;
  /** Whether no position attends to what comes after it. */
  isCausal: boolean;
}

/** One stage as the graph gave it, by cells. */
export interface AttentionOfStage {
  stage: AttentionStage;
  layers: (AttentionOfLayer | { missing: string })[];
  rollout: Shares;
  /** Number of positions, and the patch's own; of cells, prompt, special tokens and view, which one each position is. */
  length: number;
  position: number;
  places: Int32Array;
}

/** Attention of one patch of a page, and what all patches of it receive, in all layers and heads. */
export class PatchAttention {
  readonly kind = "attention";
  readonly row: number;
  readonly column: number;
  readonly #grid: { rows: number; columns: number };
  readonly #stages: readonly AttentionOfStage[];

  constructor(
    patch: { row: number; column: number },
    grid: { rows: number; columns: number },
    stages: readonly AttentionOfStage[],
  ) {
    this.row = patch.row;
    this.column = patch.column;
    this.#grid = grid;
    this.#stages = stages;
  }

  /** All layers, those that cannot be had with the reason. */
  get layers(): AttentionLayerInfo[] {
    return this.#stages.flatMap(({ stage, layers }) =>
      layers.map((layer, i) =>
        "missing" in layer
          ? { stage, layer: i, heads: 0, missing: layer.missing }
          : { stage, layer: i, heads: layer.row.heads, missing: null },
      ),
    );
  }

  /**
   * Where the patch attends to.
   * @throws RangeError naming the stages, layers and heads there are; ModelError for a layer that cannot be had
   */
  map(choice: AttentionChoice = {}): AttentionMap {
    const stage = this.#stage(choice);
    const { length, position } = stage;
    const patch = { row: this.row, column: this.column };
    if (choice.rollout) {
      for (const name of ["layer", "head"] as const)
        if (choice[name] !== undefined)
          throw new RangeError(
            `invalid ${name}: ${choice[name]}, expected none: a rollout is through all of them`,
          );
      const depth = stage.layers.length;
      const gap = stage.layers.findIndex((layer) => "missing" in layer);
      if (gap >= 0)
        throw new ModelError(
          `no rollout to be had of the ${STAGE_NAMES[stage.stage]}: there is no attention of its layer ${gap}; ask for one of the others`,
        );
      return this.#map(stage, choice, null, stage.rollout, patch, () =>
        uniformRollout(length, position, depth),
      );
    }
    const { layer, index } = layerOf(stage, choice);
    return this.#map(stage, choice, index, layer.row, patch, () => uniformRow(length, position));
  }

  /**
   * What each patch receives of the attention of all positions: the mean over them.
   * @throws as {@link map}
   */
  received(choice: Omit<AttentionChoice, "rollout"> = {}): AttentionMap {
    const stage = this.#stage(choice);
    const { layer, index } = layerOf(stage, choice);
    return this.#map(stage, choice, index, layer.received, null, () => uniformReceived(stage.length));
  }

  #stage({ stage }: AttentionChoice): AttentionOfStage {
    const found = stage === undefined ? this.#stages.at(-1) : this.#stages.find((s) => s.stage === stage);
    if (found) return found;
    const names = this.#stages.map((s) => s.stage).join(", ");
    throw new RangeError(`invalid stage: ${stage}, expected one of ${names}`);
  }

  #map(
    { stage, layers, places }: AttentionOfStage,
    { head, overUniform = false }: AttentionChoice,
    layer: number | null,
    shares: Shares,
    patch: AttentionSource["patch"],
    uniform: () => Float64Array,
  ): AttentionMap {
    if (head !== undefined && !(Number.isInteger(head) && head >= 0 && head < shares.heads))
      throw new RangeError(
        `invalid head: ${head}, expected an integer from 0 to ${shares.heads - 1} in the ${STAGE_NAMES[stage]}`,
      );
    if (overUniform) {
      const chosen = layer === null ? layers : [layers[layer]];
      if (chosen.some((one) => "missing" in one || !one.isCausal))
        throw new RangeError(
          `invalid overUniform: true, expected false: attention in the ${STAGE_NAMES[stage]} is not causal, so every position can see all of it`,
        );
    }
    const cells = this.#grid.rows * this.#grid.columns;
    const of = head === undefined ? meanOverHeads(shares) : headOf(shares, head);
    const data = Float32Array.from(of.subarray(0, cells), (v) => Math.min(1, v));
    if (overUniform) {
      const expected = sumByPlace(uniform(), places, cells);
      for (let j = 0; j < cells; j++) data[j] = expected[j] > 0 ? data[j] / expected[j] : 0;
    }
    const [prompt, special, view] = of.subarray(cells);
    const offPage: OffPageAttention = { prompt, special, view };
    const source = { stage, layer, head: head ?? null, patch, isOverUniform: overUniform };
    return new AttentionMap(data, this.#grid, source, offPage);
  }
}

/** How many places there are beside the cells: prompt, special tokens, view of the whole page. */
export const OFF_PAGE = 3;

/** Sums over the positions of each place. */
export function sumByPlace(values: ArrayLike<number>, places: Int32Array, cells: number): Float32Array {
  const out = new Float64Array(cells + OFF_PAGE);
  for (let i = 0; i < places.length; i++) out[places[i]] += values[i];
  return Float32Array.from(out);
}

function layerOf(
  { stage, layers }: AttentionOfStage,
  { layer }: AttentionChoice,
): { layer: AttentionOfLayer; index: number } {
  const index = layer ?? layers.findLastIndex((one) => !("missing" in one));
  const found = Number.isInteger(index) ? layers[index] : undefined;
  if (!found)
    throw new RangeError(
      `invalid layer: ${layer}, expected an integer from 0 to ${layers.length - 1} in the ${STAGE_NAMES[stage]}`,
    );
  if ("missing" in found)
    throw new ModelError(
      `no attention to be had of layer ${index} of the ${STAGE_NAMES[stage]}: ${found.missing}; choose another layer, or export the model without fused operators`,
    );
  return { layer: found, index };
}

function headOf({ data, heads }: Shares, head: number): Float32Array {
  const size = data.length / heads;
  return data.subarray(head * size, (head + 1) * size);
}

function meanOverHeads({ data, heads }: Shares): Float32Array {
  const size = data.length / heads;
  return Float32Array.from({ length: size }, (_, j) => {
    let sum = 0;
    for (let h = 0; h < heads; h++) sum += data[h * size + j];
    return sum / heads;
  });
}
