import type { ImageConfig } from "../model-configs.js";
import type { Backend, Filter } from "./resample.js";

const FILTERS: Record<number, Filter> = { 1: "lanczos", 2: "bilinear", 3: "bicubic" };

/** PIL's number of a filter in its own words. */
export function filterOf(config: ImageConfig): Filter {
  const filter = FILTERS[config.resample ?? 3];
  if (!filter)
    throw new RangeError(
      `invalid resample: ${config.resample}, expected 1 (Lanczos), 2 (bilinear) or 3 (bicubic)`,
    );
  return filter;
}

/**
 * For each channel the 256 values that a byte becomes, in float32 arithmetic in the order of the backend: torchvision folds
 * rescaling into normalising, `(x - 255 mean) / (255 std)`; Pillow's rescales first, `(x / 255 - mean) / std`.
 */
export function normalisation(config: ImageConfig, backend: Backend): Float32Array[] {
  const factor = config.rescale_factor ?? 1 / 255;
  const levels = Math.fround(1 / factor);
  return [0, 1, 2].map((channel) => {
    const mean = Math.fround(config.image_mean?.[channel] ?? 0.5);
    const std = Math.fround(config.image_std?.[channel] ?? 0.5);
    if (backend !== "torch")
      return Float32Array.from({ length: 256 }, (_, x) => Math.fround(Math.fround(x * factor) - mean) / std);
    const [m, s] = [Math.fround(mean * levels), Math.fround(std * levels)];
    return Float32Array.from({ length: 256 }, (_, x) => Math.fround(x - m) / s);
  });
}

/** A part of RGB bytes, row-major, to normalised planes [3][height][width] at `offset` of `out`. */
export function planes(
  rgb: Uint8Array,
  rgbWidth: number,
  part: { left: number; top: number; width: number; height: number },
  tables: Float32Array[],
  out: Float32Array,
  offset = 0,
): void {
  const size = part.width * part.height;
  const [red, green, blue] = tables;
  for (let y = 0, i = offset; y < part.height; y++)
    for (let x = 0, p = ((part.top + y) * rgbWidth + part.left) * 3; x < part.width; x++, i++, p += 3) {
      out[i] = red[rgb[p]];
      out[i + size] = green[rgb[p + 1]];
      out[i + 2 * size] = blue[rgb[p + 2]];
    }
}
