import type { ImageConfig } from "../model-configs.js";
import { ModelError } from "../model-error.js";
import type { Feed } from "../runtime.js";
import type { PageProcessor } from "./page-processor.js";
import { filterOf, normalisation } from "./pixels.js";
import { type Backend, resample } from "./resample.js";

/**
 * Pages keep their shape, resized to whole blocks of `merge x merge` patches within a pixel budget. Patches come block by
 * block, so the merged tokens are row-major.
 */
export function patchProcessor(config: ImageConfig, imageToken: string, backend: Backend): PageProcessor {
  const patch = config.patch_size ?? 14;
  const merge = config.merge_size ?? 2;
  const frames = config.temporal_patch_size ?? 2;
  const factor = patch * merge;
  const smallest = config.size?.shortest_edge ?? config.min_pixels ?? 56 * 56;
  const largest = config.size?.longest_edge ?? config.max_pixels ?? 28 * 28 * 1280;
  const filter = filterOf(config);
  const tables = normalisation(config, backend);
  const length = 3 * frames * patch * patch;

  function inputs(data: Float32Array, rows: number, columns: number): Record<string, Feed> {
    return {
      pixel_values: { type: "float32", data, shape: [1, data.length / length, length] },
      image_grid_thw: {
        type: "int64",
        data: BigInt64Array.of(1n, BigInt(rows * merge), BigInt(columns * merge)),
        shape: [1, 3],
      },
    };
  }

  return {
    resample: filter,
    backend,
    layout(pageWidth, pageHeight) {
      const { width, height } = smartResize(pageWidth, pageHeight, factor, smallest, largest);
      const rows = height / factor;
      const columns = width / factor;
      return {
        rows,
        columns,
        order: Int32Array.from({ length: rows * columns }, (_, i) => i),
        imageTokens: rows * columns,
        imageText: imageToken.repeat(rows * columns),
        width,
        height,
      };
    },
    tower({ rows, columns }) {
      const together = merge * merge;
      const length = rows * columns * together;
      return { tiles: 1, cells: Int32Array.from({ length }, (_, i) => Math.floor(i / together)) };
    },
    feeds(page, { rows, columns, width, height }) {
      const rgb = resample(page.pixels, page.width, page.height, width, height, filter, backend);
      return inputs(patches(rgb, width, rows, columns, tables, { patch, merge, frames }), rows, columns);
    },
    emptyFeeds: () => inputs(new Float32Array(merge * merge * length), 1, 1),
  };
}

/** `smart_resize` of transformers' Qwen2-VL; Python rounds halves to even. */
export function smartResize(
  width: number,
  height: number,
  factor: number,
  smallest: number,
  largest: number,
): { width: number; height: number } {
  if (Math.max(width, height) / Math.min(width, height) > 200)
    throw new ModelError(
      `invalid page: ${width} x ${height} pixels, expected sides that differ at most 200 times for this model; cut it into parts`,
    );
  let h = roundHalfEven(height / factor) * factor;
  let w = roundHalfEven(width / factor) * factor;
  if (h * w > largest) {
    const shrink = Math.sqrt((height * width) / largest);
    h = Math.max(factor, Math.floor(height / shrink / factor) * factor);
    w = Math.max(factor, Math.floor(width / shrink / factor) * factor);
  } else if (h * w < smallest) {
    const grow = Math.sqrt(smallest / (height * width));
    h = Math.ceil((height * grow) / factor) * factor;
    w = Math.ceil((width * grow) / factor) * factor;
  }
  return { width: w, height: h };
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/** [block row][block column][row in block][column in block] x [channel][frame][row][column]. */
function patches(
  rgb: Uint8Array,
  width: number,
  rows: number,
  columns: number,
  tables: Float32Array[],
  { patch, merge, frames }: { patch: number; merge: number; frames: number },
): Float32Array {
  const size = patch * patch;
  const channel = frames * size;
  const out = new Float32Array(rows * columns * merge * merge * 3 * channel);
  const [red, green, blue] = tables;
  let o = 0;
  for (let block = 0; block < rows * columns; block++)
    for (let inner = 0; inner < merge * merge; inner++, o += 3 * channel) {
      const top = (Math.floor(block / columns) * merge + Math.floor(inner / merge)) * patch;
      const left = ((block % columns) * merge + (inner % merge)) * patch;
      for (let y = 0, i = o; y < patch; y++)
        for (let x = 0, p = ((top + y) * width + left) * 3; x < patch; x++, i++, p += 3) {
          out[i] = red[rgb[p]];
          out[i + channel] = green[rgb[p + 1]];
          out[i + 2 * channel] = blue[rgb[p + 2]];
        }
      for (let c = o; c < o + 3 * channel; c += channel)
        for (let frame = 1; frame < frames; frame++) out.copyWithin(c + frame * size, c, c + size);
    }
  return out;
}
