import type { AttentionMap } from "../data/attention-map.js";
import { type AttentionReading, readingMap } from "../data/attention-reading.js";

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
