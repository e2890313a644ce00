import { toBase64 } from "../data/base64.js";
import type { MapCells } from "../data/patch-map.js";
import type { SimilarityMaps } from "../data/vocabulary.js";

/** How maps are written: base64 of little-endian float32, or as nested arrays. */
export interface MapOptions {
  arrays?: boolean;
}

/** `[row][column]` */
export function writtenMap(
  { data, rows, columns }: MapCells,
  { arrays }: MapOptions = {},
): string | number[][] {
  return arrays ? nested(data, rows, columns) : toBase64(littleEndian(data));
}

/** `[token][row][column]` */
export function writtenMaps(
  { data, tokens, rows, columns }: SimilarityMaps,
  { arrays }: MapOptions = {},
): string | number[][][] {
  if (!arrays) return toBase64(littleEndian(data));
  const cells = rows * columns;
  return Array.from({ length: tokens }, (_, t) =>
    nested(data.subarray(t * cells, (t + 1) * cells), rows, columns),
  );
}

function nested(data: Float32Array, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, r) => Array.from(data.subarray(r * columns, (r + 1) * columns)));
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((v, i) => {
    view.setFloat32(i * 4, v, true);
  });
  return bytes;
}
