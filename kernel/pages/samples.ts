import sharp, { type Metadata, type Sharp, type SharpOptions } from "sharp";
import { PageError } from "./error.js";
import { PHOTOMETRIC, tiffTags } from "./tiff-tags.js";

export interface Scaled {
  /** The picture in bytes, turned as EXIF asks for. */
  image: Sharp;
  note: string;
  warnings: string[];
}

/** White of samples that fill only part of 16 bits: of masks, of 8, 10 and 12 bits. */
const PARTS = [1, 255, 1023, 4095];
const MIN_IS_WHITE = 0;

/**
 * Brings samples that are not 0 to 255 or 0 to 65535 to bytes: real numbers, signed and 32-bit integers, and 16-bit samples
 * of which only the low bits are used. @returns null where the decoder scales by itself
 * @throws PageError that names the range where it does not say what is white
 */
export async function scaledSamples(
  name: string,
  bytes: Uint8Array,
  input: SharpOptions & { page: number },
  meta: Metadata,
): Promise<Scaled | null> {
  if (meta.depth === "uchar" || meta.space === "cmyk") return null;
  const { data, info } = await sharp(bytes, { ...input, ignoreIcc: true })
    .rotate()
    .pipelineColourspace(meta.space)
    .toColourspace(meta.space)
    .raw({ depth: "float" })
    .toBuffer({ resolveWithObject: true });
  const samples = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const { channels } = info;
  const isInverted = tiffTags(bytes, input.page)?.get(PHOTOMETRIC) === MIN_IS_WHITE;
  // The decoder has inverted these, and only these.
  if (isInverted && meta.depth === "ushort")
    for (const [i, value] of samples.entries()) samples[i] = 65535 - value;
  const [low, high] = range(samples, channels, channels - (meta.hasAlpha ? 1 : 0));
  const white = whiteOf(meta.depth, low, high);
  if (white === null)
    throw new PageError(
      `invalid image ${name}: its samples (${meta.depth}) run from ${low} to ${high}, expected 0 to 1, 0 to 255 or 0 to 65535; scale them first`,
    );
  if (meta.depth === "ushort" && white === 65535) return null;
  const scaled = Uint8Array.from(samples, (value) => {
    const level = Math.min(255, Math.round((value / white) * 255));
    return isInverted ? 255 - level : level;
  });
  const raw = { width: info.width, height: info.height, channels };
  return {
    image: sharp(scaled, { raw }),
    note: `samples of 0 to ${white} scaled to 0 to 255`,
    warnings:
      meta.depth === "ushort"
        ? [`its 16-bit samples run from ${low} to ${high} only, so ${white} was taken for white`]
        : [],
  };
}

/** Least and greatest sample, alpha left out; NaN where one is no number. */
function range(samples: Float32Array, channels: number, colours: number): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < samples.length; i++) {
    if (i % channels >= colours) continue;
    const value = samples[i];
    if (Number.isNaN(value)) return [Number.NaN, Number.NaN];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** The sample that is white, or null where the range does not tell. */
function whiteOf(depth: Metadata["depth"], low: number, high: number): number | null {
  if (!(low >= 0)) return null;
  const real = depth === "float" || depth === "double";
  const steps = {
    ushort: high > 0 ? [...PARTS, 65535] : [65535],
    char: [1, 127],
    short: [...PARTS, 32767],
    int: [...PARTS, 65535],
    uint: [...PARTS, 65535],
  };
  const candidates = real ? [1, 255, 65535] : (steps[depth as keyof typeof steps] ?? []);
  return candidates.find((white) => high <= white) ?? null;
}
