import type { AttentionMap } from "../data/attention-map.js";
import { isAttention, isRollout } from "../data/attention-quantities.js";
import { type AttentionReading, layerIndex, readingMap } from "../data/attention-reading.js";
import type { LensView } from "../data/lens-state.js";
import type { Explanation } from "../data/vocabulary.js";
import { readingFor } from "./attention-shown.js";

/** Where one head of one layer attends to, for a patch. */
export interface HeadMap {
  layer: number;
  head: number;
  map: AttentionMap;
  /** Its largest share, where its own scale ends. */
  most: number;
  /** The share that goes to no patch. */
  offPage: number;
}

const known = new WeakMap<AttentionReading, HeadMap[]>();

/** A map of every head of every layer whose attention can be had, layer by layer from the input on. */
export function headMaps(reading: AttentionReading, grid: { rows: number; columns: number }): HeadMap[] {
  const before = known.get(reading);
  if (before) return before;
  const all = reading.layers.flatMap(({ heads }, layer) =>
    Array.from({ length: heads }, (_, head): HeadMap => {
      const map = readingMap(reading, grid, { layer, head });
      const { prompt, special, view } = map.offPage;
      const most = map.data.reduce((a, b) => Math.max(a, b), 0);
      return { layer, head, map, most, offPage: prompt + special + view };
    }),
  );
  known.set(reading, all);
  return all;
}

/** More small maps are no figure any more. */
export const MOST_MAPS = 60;

/**
 * The heads that stand beside each other where a view shows several maps: those of all layers, the last layer first as in the grid
 * beside the page, or of the chosen layer where all are too many. Null where the view shows no attention of a layer.
 */
export function headsInView(explanation: Explanation, view: LensView): HeadMap[] | null {
  if (!isAttention(view.quantity) || isRollout(view.quantity)) return null;
  const reading = readingFor(explanation, view);
  if (!reading) return null;
  const all = headMaps(reading, explanation.grid);
  const layers = all.length <= MOST_MAPS ? [...reading.layers.keys()].reverse() : [layerIndex(reading, view)];
  return layers.flatMap((layer) => all.filter((one) => one.layer === layer));
}

/** `layer 3, head 2` */
export function headName({ layer, head }: Pick<HeadMap, "layer" | "head">): string {
  return `layer ${layer}, head ${head}`;
}
