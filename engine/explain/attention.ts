import {
  AttentionMap,
  type AttentionReading,
  type AttentionStage,
  meanOf,
  OFF_PAGE,
  readingMap,
  SINK,
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
  readonly #readings = new Map<AttentionStage, AttentionReading>();

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
    const { head, rollout = false, overUniform = false } = choice;
    if (rollout) {
      for (const name of ["layer", "head"] as const)
        if (choice[name] !== undefined)
          throw new RangeError(
            `invalid ${name}: ${choice[name]}, expected none: a rollout is through all of them`,
          );
      const gap = stage.layers.findIndex((layer) => "missing" in layer);
      if (gap >= 0)
        throw new ModelError(
          `no rollout to be had of the ${STAGE_NAMES[stage.stage]}: there is no attention of its layer ${gap}; ask for one of the others`,
        );
      checkOverUniform(stage, stage.layers, overUniform);
      return readingMap(this.#reading(stage), this.#grid, { rollout, overUniform });
    }
    const { layer, index } = layerOf(stage, choice);
    checkHead(stage, layer.row.heads, head);
    checkOverUniform(stage, [layer], overUniform);
    return readingMap(this.#reading(stage), this.#grid, { layer: index, head, overUniform });
  }

  /** All layers and heads of each stage, as a lens has them. */
  get readings(): AttentionReading[] {
    return this.#stages.filter((stage) => stage.layers.some(isHad)).map((stage) => this.#reading(stage));
  }

  /**
   * What each patch receives of the attention of all positions: the mean over them.
   * @throws as {@link map}
   */
  received(choice: Omit<AttentionChoice, "rollout"> = {}): AttentionMap {
    const stage = this.#stage(choice);
    const { layer, index } = layerOf(stage, choice);
    const { head, overUniform = false } = choice;
    checkHead(stage, layer.received.heads, head);
    checkOverUniform(stage, [layer], overUniform);
    const cells = this.#grid.rows * this.#grid.columns;
    const size = cells + OFF_PAGE;
    const { data: maps } = layer.received;
    const of = head === undefined ? meanOf(maps, size) : maps.subarray(head * size, (head + 1) * size);
    const data = Float32Array.from(of.subarray(0, cells), (v) => Math.min(1, v));
    if (overUniform) {
      const expected = sumByPlace(uniformReceived(stage.length), stage.places, cells);
      for (let j = 0; j < cells; j++) data[j] = expected[j] > 0 ? data[j] / expected[j] : 0;
    }
    const [prompt, special, view] = of.subarray(cells);
    const source = {
      stage: stage.stage,
      layer: index,
      head: head ?? null,
      patch: null,
      isOverUniform: overUniform,
    };
    return new AttentionMap(data, this.#grid, source, { prompt, special, view });
  }

  #stage({ stage }: AttentionChoice): AttentionOfStage {
    const found = stage === undefined ? this.#stages.at(-1) : this.#stages.find((s) => s.stage === stage);
    if (found) return found;
    const names = this.#stages.map((s) => s.stage).join(", ");
    throw new RangeError(`invalid stage: ${stage}, expected one of ${names}`);
  }

  #reading(of: AttentionOfStage): AttentionReading {
    let reading = this.#readings.get(of.stage);
    if (!reading) {
      const stages = this.#stages.map(({ stage }) => stage);
      reading = readingOf(of, { row: this.row, column: this.column }, this.#grid, stages);
      this.#readings.set(of.stage, reading);
    }
    return reading;
  }
}

function checkHead({ stage }: AttentionOfStage, heads: number, head: number | undefined): void {
  if (head !== undefined && !(Number.isInteger(head) && head >= 0 && head < heads))
    throw new RangeError(
      `invalid head: ${head}, expected an integer from 0 to ${heads - 1} in the ${STAGE_NAMES[stage]}`,
    );
}

function checkOverUniform(
  { stage }: AttentionOfStage,
  layers: readonly (AttentionOfLayer | { missing: string })[],
  overUniform: boolean,
): void {
  if (overUniform && !layers.every((layer) => isHad(layer) && layer.isCausal))
    throw new RangeError(
      `invalid overUniform: true, expected false: attention in the ${STAGE_NAMES[stage]} is not causal, so every position can see all of it`,
    );
}

function readingOf(
  { stage, layers, rollout, length, position, places }: AttentionOfStage,
  patch: { row: number; column: number },
  grid: { rows: number; columns: number },
  stages: AttentionStage[],
): AttentionReading {
  const cells = grid.rows * grid.columns;
  const isRolledOut = layers.every(isHad);
  const parts = [
    ...layers.filter(isHad).map((layer) => layer.row.data),
    ...(isRolledOut ? [rollout.data] : []),
  ];
  const shares = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    shares.set(part, at);
    at += part.length;
  }
  let uniform: Float32Array | null = null;
  if (layers.some((layer) => isHad(layer) && layer.isCausal)) {
    uniform = new Float32Array(2 * cells);
    for (const [i, spread] of [
      uniformRow(length, position),
      uniformRollout(length, position, layers.length),
    ].entries())
      uniform.set(sumByPlace(spread, places, cells).subarray(0, cells), i * cells);
  }
  return {
    stage,
    stages,
    ...patch,
    layers: layers.map((layer) =>
      isHad(layer)
        ? {
            heads: layer.row.heads,
            missing: null,
            isCausal: layer.isCausal,
            sinks: sinksOf(layer, { length, places }, cells),
          }
        : { heads: 0, missing: layer.missing, isCausal: false, sinks: [] },
    ),
    isRolledOut,
    shares,
    uniform,
  };
}

/** Cells that receive many times an even share, and many times what uniform causal attention would give where it is causal. */
function sinksOf(
  { received, isCausal }: AttentionOfLayer,
  { length, places }: Pick<AttentionOfStage, "length" | "places">,
  cells: number,
): number[] {
  const mean = meanOf(received.data, cells + OFF_PAGE).subarray(0, cells);
  const causal = isCausal ? sumByPlace(uniformReceived(length), places, cells) : null;
  // Of all cells alike: what a cell holds of positions, a window or a tile has no say in it.
  const even = 1 / cells;
  return Array.from(mean.keys()).filter((j) => mean[j] >= SINK * Math.max(even, causal?.[j] ?? 0));
}

function isHad(layer: AttentionOfLayer | { missing: string }): layer is AttentionOfLayer {
  return !("missing" in layer);
}

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
