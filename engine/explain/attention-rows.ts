import { type AttentionStage, OFF_PAGE } from "../../core/index.js";
import type { AttentionLayer } from "../graphs/attention-layers.js";
import type { ChosenRow, TappedStage } from "../graphs/tapped-graph.js";
import { ModelError } from "../model-error.js";
import type { PreparedPage } from "../processing/page-processor.js";
import type { FloatTensor } from "../runtime.js";
import { type AttentionOfLayer, type AttentionOfStage, PatchAttention, sumByPlace } from "./attention.js";

/** A patch of a page; both count from 0, from the top left. */
export interface Patch {
  row: number;
  column: number;
}

/** What has to be known of a model to tell what its rows of attention are of. */
export interface RowsModel {
  id: string;
  imageToken: number | null;
  isSpecial: (id: number) => boolean;
  /** `layer_types` of the language model's configuration: hybrids say there which layers are linear. */
  layerTypes: readonly string[];
}

/** Rows of attention, wherever the model runs. */
export interface Rows {
  /** All layers in the order in which they are computed; where there is attention, none is missing. */
  layers: readonly Pick<AttentionLayer, "stage" | "missing">[];
  stages: readonly TappedStage[];
}

/** The rows that are wanted of each stage: one a patch, in the order of the patches. */
export type ChosenRows = Record<AttentionStage, readonly ChosenRow[]>;

/**
 * Attention of patches of one page, by its cells.
 * @param run gives rows of all layers, from one run of the model
 */
export async function patchesByRows(
  model: RowsModel,
  page: Omit<PreparedPage, "feeds">,
  patches: readonly Patch[],
  run: (rows: ChosenRows) => Promise<Rows>,
): Promise<PatchAttention[]> {
  const { grid, tower } = page;
  const chosen = patches.map(({ row, column }) => row * grid.columns + column);
  const cells = grid.rows * grid.columns;
  // The first patch tells whether attention is causal: then it sees nothing of those after it.
  const rows = {
    language: [...chosen, 0].map((cell) => ({ tile: 0, positions: [grid.index[cell]] })),
    tower: chosen.map((cell) => towerRow(tower?.cells ?? new Int32Array(1), tower?.tiles ?? 1, cell)),
  };
  const { layers, stages } = await run(rows);
  const places: Record<AttentionStage, Int32Array> = {
    language: languagePlaces(model, page),
    tower: (tower?.cells ?? new Int32Array()).map((cell) => (cell < 0 ? cells + OFF_PAGE - 1 : cell)),
  };
  const count = { language: 1, tower: tower?.tiles ?? 1 };
  return patches.map((patch, i) => {
    const of = stages.map((stage) =>
      stageOf(stage, {
        model,
        found: layers,
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

/** The patches that a cell is merged from. */
function towerRow(cells: Int32Array, tiles: number, cell: number): { tile: number; positions: number[] } {
  const size = cells.length / tiles;
  const all = [...cells.keys()].filter((i) => cells[i] === cell);
  return { tile: Math.floor(all[0] / size), positions: all.map((i) => i % size) };
}

/** For each position of the page's sequence its cell, or what it is off the page. */
function languagePlaces(
  { imageToken, isSpecial }: RowsModel,
  { ids, grid }: Omit<PreparedPage, "feeds">,
): Int32Array {
  const cells = grid.rows * grid.columns;
  const [prompt, special, view] = [cells, cells + 1, cells + 2];
  const places = Int32Array.from(ids ?? grid.index, (id) =>
    id === imageToken ? view : isSpecial(id) ? special : prompt,
  );
  for (const [cell, position] of grid.index.entries()) places[position] = cell;
  return places;
}

interface StageContext {
  model: RowsModel;
  found: Rows["layers"];
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
export function numbered<T>(
  { layerTypes }: RowsModel,
  found: Rows["layers"],
  stage: AttentionStage,
  read: (i: number) => T,
): (T | { missing: string })[] {
  const own = found.flatMap((layer, i) =>
    layer.stage !== stage ? [] : [layer.missing === null ? read(i) : { missing: layer.missing }],
  );
  const isLinear = layerTypes.map((type) => type.includes("linear"));
  if (stage !== "language" || isLinear.filter((linear) => !linear).length !== own.length) return own;
  const missing = "linear attention, which has no matrix of weights";
  return isLinear.map((linear) => (linear ? { missing } : own.shift()!));
}
