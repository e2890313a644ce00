import { ATTENTION_STAGES, AttentionMap, type AttentionStage } from "./attention-map.js";
import { show } from "./check.js";
import { LENS_LIMITS } from "./lens-limits.js";
import { printable } from "./printable.js";
import {
  checked,
  flag,
  floats,
  integer,
  list,
  object,
  once,
  oneOf,
  orNull,
  type Schema,
  textAs,
  type Wrong,
} from "./schema.js";

/** A layer of a stage, as it was read for one patch. */
export interface ReadLayer {
  /** Number of heads; 0 where its attention cannot be had. */
  heads: number;
  /** Why it cannot be had; null where it can. */
  missing: string | null;
  /** Whether no position attends to what comes after it. */
  isCausal: boolean;
  /**
   * Cells that receive at least {@link SINK} times an even share of the attention of all positions (mean over heads), and as many
   * times what uniform causal attention would give them where it is causal.
   */
  sinks: number[];
}

/** How many times an even share a sink receives at least. */
export const SINK = 10;

/** Where one patch of a page attends to in one stage of a model: all layers and heads, from which any map of it is made. */
export interface AttentionReading {
  stage: AttentionStage;
  /** The stages that the model has. */
  stages: AttentionStage[];
  row: number;
  column: number;
  /** From the input on. */
  layers: ReadLayer[];
  /** Whether it can be followed through all layers. */
  isRolledOut: boolean;
  /**
   * Shares `[map][cell, prompt, special, view]`: of each layer its heads, then, where it is rolled out, those through all layers.
   * Each adds up to 1.
   */
  shares: Float32Array;
  /** `[row, rollout][cell]`: what causal attention that spreads evenly would give; null where no layer is causal. */
  uniform: Float32Array | null;
}

/** How many places there are beside the cells: prompt, special tokens, view of the whole page. */
export const OFF_PAGE = 3;

/** Which map of a reading. */
export interface ReadingChoice {
  /** From 0; the last one that can be had when left out. */
  layer?: number | null;
  /** From 0; the mean over the heads when left out. */
  head?: number | null;
  /** Through all layers. */
  rollout?: boolean;
  overUniform?: boolean;
}

/** The layer that a choice is of: the last one that can be had where it names none. */
export function layerIndex({ layers }: Pick<AttentionReading, "layers">, { layer }: ReadingChoice): number {
  return layer ?? layers.findLastIndex(({ missing }) => missing === null);
}

/** Whether what spreads evenly can be divided out: only causal attention that does is known. */
export function canDivide(
  reading: Pick<AttentionReading, "layers" | "uniform">,
  choice: ReadingChoice,
): boolean {
  const chosen = choice.rollout ? reading.layers : [reading.layers[layerIndex(reading, choice)]];
  return reading.uniform !== null && chosen.every((layer) => layer?.isCausal);
}

/**
 * One map of a reading. The choice must be one that there is.
 * @param grid of the page's patches
 */
export function readingMap(
  reading: AttentionReading,
  grid: { rows: number; columns: number },
  choice: ReadingChoice = {},
): AttentionMap {
  const { stage, row, column, layers, shares, uniform } = reading;
  const { head = null, rollout = false, overUniform = false } = choice;
  const cells = grid.rows * grid.columns;
  const size = cells + OFF_PAGE;
  const layer = rollout ? null : layerIndex(reading, choice);
  const first = layers.slice(0, layer ?? layers.length).reduce((sum, { heads }) => sum + heads, 0);
  const maps = shares.subarray(first * size, (first + (layer === null ? 1 : layers[layer].heads)) * size);
  const of = head === null ? meanOf(maps, size) : maps.subarray(head * size, (head + 1) * size);
  const data = Float32Array.from(of.subarray(0, cells), (v) => Math.min(1, v));
  if (overUniform && uniform) {
    const expected = uniform.subarray(rollout ? cells : 0, rollout ? 2 * cells : cells);
    for (let j = 0; j < cells; j++) data[j] = expected[j] > 0 ? data[j] / expected[j] : 0;
  }
  const [prompt, special, view] = of.subarray(cells);
  const source = { stage, layer, head, patch: { row, column }, isOverUniform: overUniform };
  return new AttentionMap(data, grid, source, { prompt, special, view });
}

/** The mean of maps that lie behind each other. */
export function meanOf(maps: Float32Array, size: number): Float32Array {
  const count = maps.length / size;
  return Float32Array.from({ length: size }, (_, j) => {
    let sum = 0;
    for (let h = 0; h < count; h++) sum += maps[h * size + j];
    return sum / count;
  });
}

/** `mini` encodes pages by convolutions, and vectors and maps came without their model. */
const WITHOUT_ATTENTION = ["mini", "vectors", "similarity maps"];

/** Whether a model can have attention to show. */
export function attends({ family }: { family: string }): boolean {
  return !WITHOUT_ATTENTION.includes(family);
}

const { side } = LENS_LIMITS;
const patches = side * side;

/** The same object comes out for the same one, so that what was checked once is not again. */
export const readingSchema: Schema<AttentionReading> = once(
  object<AttentionReading>({
    stage: oneOf(ATTENTION_STAGES),
    stages: list(oneOf(ATTENTION_STAGES), 1, ATTENTION_STAGES.length),
    row: integer(0, side - 1),
    column: integer(0, side - 1),
    layers: list(
      checked(
        object<ReadLayer>({
          heads: integer(0, 1_000),
          missing: orNull(textAs((words) => printable(words, 300), 300)),
          isCausal: flag(),
          sinks: list(integer(0, patches - 1), 0, patches),
        }),
        ({ heads, missing }) =>
          (heads === 0) === (missing !== null)
            ? null
            : { at: ["heads"], is: show(heads), expected: "0 where something is missing, else at least 1" },
      ),
      1,
      1_000,
    ),
    isRolledOut: flag(),
    shares: checked(floats(), (data) => {
      // Written so that NaN fails, too; sums in float32 overshoot a little.
      const stray = data.findIndex((v) => !(v >= 0 && v <= 1.001));
      return stray < 0
        ? null
        : { at: [stray], is: show(data[stray]), expected: "a share of attention, 0 to 1" };
    }),
    uniform: orNull(floats()),
  }),
);

/** What a reading says against the grid of its page. */
export function readingTrouble(
  { layers, isRolledOut, shares, uniform, row, column, stage, stages }: AttentionReading,
  { rows, columns }: { rows: number; columns: number },
): Wrong | null {
  const cells = rows * columns;
  if (row >= rows) return { at: ["row"], is: show(row), expected: `an integer from 0 to ${rows - 1}` };
  if (column >= columns)
    return { at: ["column"], is: show(column), expected: `an integer from 0 to ${columns - 1}` };
  if (!stages.includes(stage)) return { at: ["stage"], is: show(stage), expected: `one of ${stages}` };
  if (layers.every(({ heads }) => heads === 0))
    return { at: ["layers"], is: "no heads", expected: "a layer whose attention can be had" };
  const stray = layers.findIndex(({ sinks }) => sinks.some((cell) => cell >= cells));
  if (stray >= 0)
    return {
      at: ["layers", stray, "sinks"],
      is: show(layers[stray].sinks),
      expected: `cells below ${cells}`,
    };
  const maps = layers.reduce((sum, { heads }) => sum + heads, isRolledOut ? 1 : 0);
  if (shares.length !== maps * (cells + OFF_PAGE))
    return {
      at: ["shares"],
      is: `${shares.length} shares`,
      expected: `${maps * (cells + OFF_PAGE)}: ${maps} maps of ${cells} patches and ${OFF_PAGE} places off the page`,
    };
  if (uniform && uniform.length !== 2 * cells)
    return { at: ["uniform"], is: `${uniform.length} shares`, expected: `${2 * cells}` };
  return null;
}
