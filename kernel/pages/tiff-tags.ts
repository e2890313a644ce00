/** Tags of one image file directory: numbers, by tag. Only the first value of each is read. */
export type Tags = Map<number, number>;

export const [COMPRESSION, PHOTOMETRIC, X_RESOLUTION, Y_RESOLUTION] = [259, 262, 282, 283];

/** Codings that the TIFF decoder here may lack. */
const CODINGS: Record<number, string> = {
  6: "old JPEG",
  32766: "NeXT",
  32809: "ThunderScan",
  34676: "SGI Log",
  34677: "SGI Log",
  34712: "JPEG 2000",
  34887: "LERC",
  34892: "lossy JPEG of a DNG",
  34925: "LZMA",
  50000: "ZSTD",
  50001: "WebP",
  50002: "JPEG XL",
};

/** Name of a TIFF's compression where it is one of the rare ones. */
export function compressionName(bytes: Uint8Array): string | null {
  return CODINGS[tiffTags(bytes, 0)?.get(COMPRESSION) ?? 0] ?? null;
}

/**
 * Tags of a TIFF, or of the TIFF inside of an EXIF block.
 * @param index of the directory, from 0
 * @returns null where there is none
 */
export function tiffTags(bytes: Uint8Array, index: number): Tags | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return read(view, index);
  } catch (error) {
    // An address beyond the end: the decoder will say so.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function read(view: DataView, index: number): Tags | null {
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const big = view.getUint16(2, little) === 43;
  const word = (at: number) => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const [wide, entry, value] = big ? [8, 20, 12] : [4, 12, 8];
  let at = word(big ? 8 : 4);
  const count = () => (big ? word(at) : view.getUint16(at, little));
  const head = big ? 8 : 2;
  for (let i = 0; i < index && at !== 0; i++) at = word(at + head + count() * entry);
  if (at === 0) return null;
  const tags: Tags = new Map();
  for (let i = 0; i < count(); i++) {
    const start = at + head + i * entry;
    const type = view.getUint16(start + 2, little);
    const where = start + value;
    if (type === 3) tags.set(view.getUint16(start, little), view.getUint16(where, little));
    if (type === 4) tags.set(view.getUint16(start, little), view.getUint32(where, little));
    if (type === 5) {
      const fraction = wide === 8 ? where : word(where);
      const bottom = view.getUint32(fraction + 4, little);
      tags.set(view.getUint16(start, little), bottom && view.getUint32(fraction, little) / bottom);
    }
  }
  return tags;
}
