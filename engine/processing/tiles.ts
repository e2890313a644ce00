import type { ModelConfigs } from "../model-configs.js";
import type { Feed } from "../runtime.js";
import { cellsOfPatches, type PageLayout, type PageProcessor } from "./page-processor.js";
import { filterOf, normalisation, planes } from "./pixels.js";
import { type Backend, resample } from "./resample.js";

/** Absolute maximum of a side, `MAX_IMAGE_SIZE` of transformers' Idefics3. */
const LARGEST = 4096;

/** Pages cut into square tiles, row by row, and a view of the whole page at the end, which is no part of the grid. */
export function tileProcessor(
  { image, processor, model }: ModelConfigs,
  imageToken: string,
  backend: Backend,
): PageProcessor {
  const tile = image.max_image_size?.longest_edge ?? 512;
  const longest = image.size?.longest_edge ?? 2048;
  const inner = model.vlm_config ?? model;
  const patch = (inner.vision_config?.patch_size as number | undefined) ?? 16;
  const shuffle = (inner.scale_factor ?? inner.pixel_shuffle_factor ?? 4) as number;
  const tokens = processor.image_seq_len ?? (tile / patch / shuffle) ** 2;
  const side = Math.round(Math.sqrt(tokens));
  const filter = filterOf(image);
  const tables = normalisation(image, backend);
  const plane = tile * tile;

  function inputs(data: Float32Array): Record<string, Feed> {
    const count = data.length / (3 * plane);
    return {
      pixel_values: { type: "float32", data, shape: [1, count, 3, tile, tile] },
      // Made only for graphs that read it: a page's mask is as large as its pixels, and all ones.
      get pixel_attention_mask(): Feed {
        const mask = new BigInt64Array(count * plane).fill(1n);
        return { type: "int64", data: mask, shape: [1, count, tile, tile] };
      },
    };
  }

  function tiles(width: number, height: number) {
    const first = firstSize(width, height, longest);
    const second = wholeTiles(first.width, first.height, tile);
    const split = second.width > tile || second.height > tile;
    return {
      first,
      second,
      columns: split ? second.width / tile : 0,
      rows: split ? second.height / tile : 0,
    };
  }

  return {
    resample: filter,
    backend,
    layout(width, height): PageLayout {
      const { second, rows, columns } = tiles(width, height);
      const across = Math.max(columns, 1);
      const gridRows = Math.max(rows, 1) * side;
      const gridColumns = across * side;
      return {
        rows: gridRows,
        columns: gridColumns,
        order: Int32Array.from({ length: gridRows * gridColumns }, (_, i) => {
          const row = Math.floor(i / gridColumns);
          const column = i % gridColumns;
          const which = Math.floor(row / side) * across + Math.floor(column / side);
          return which * tokens + (row % side) * side + (column % side);
        }),
        imageTokens: (rows * columns + 1) * tokens,
        imageText: imageText(rows, columns, imageToken.repeat(tokens)),
        ...second,
      };
    },
    tower(layout) {
      const patches = Math.floor(tile / patch);
      const inTile = cellsOfPatches({ rows: patches, columns: patches }, { rows: side, columns: side });
      const count = layout.imageTokens / tokens;
      if (count === 1) return { tiles: 1, cells: inTile };
      const across = layout.columns / side;
      const cells = new Int32Array(count * inTile.length).fill(-1);
      for (let t = 0; t < count - 1; t++)
        for (const [i, cell] of inTile.entries()) {
          const row = Math.floor(t / across) * side + Math.floor(cell / side);
          cells[t * inTile.length + i] = row * layout.columns + (t % across) * side + (cell % side);
        }
      return { tiles: count, cells };
    },
    feeds(page) {
      const { first, second, rows, columns } = tiles(page.width, page.height);
      let rgb = resample(page.pixels, page.width, page.height, first.width, first.height, filter, backend);
      rgb = resample(rgb, first.width, first.height, second.width, second.height, filter, backend);
      const data = new Float32Array((rows * columns + 1) * 3 * plane);
      for (let t = 0; t < rows * columns; t++) {
        const part = {
          left: (t % columns) * tile,
          top: Math.floor(t / columns) * tile,
          width: tile,
          height: tile,
        };
        planes(rgb, second.width, part, tables, data, t * 3 * plane);
      }
      const whole =
        rows === 0 ? rgb : resample(rgb, second.width, second.height, tile, tile, filter, backend);
      const all = { left: 0, top: 0, width: tile, height: tile };
      planes(whole, tile, all, tables, data, rows * columns * 3 * plane);
      return inputs(data);
    },
    emptyFeeds: () => inputs(new Float32Array(3 * plane)),
  };
}

/** The longest side becomes `longest`, whatever it was; the other keeps the shape and is even. */
function firstSize(width: number, height: number, longest: number): { width: number; height: number } {
  const shape = width / height;
  const even = (n: number) => Math.max(1, Math.trunc(n) + (Math.trunc(n) % 2));
  let size =
    width >= height
      ? { width: longest, height: even(longest / shape) }
      : { width: even(longest * shape), height: longest };
  const ratio = size.width / size.height;
  if (size.width >= size.height && size.width > LARGEST)
    size = { width: LARGEST, height: Math.max(1, Math.trunc(LARGEST / ratio)) };
  else if (size.height > size.width && size.height > LARGEST)
    size = { width: Math.max(1, Math.trunc(LARGEST * ratio)), height: LARGEST };
  return size;
}

function wholeTiles(width: number, height: number, tile: number): { width: number; height: number } {
  const shape = width / height;
  const up = (n: number) => Math.max(1, Math.ceil(n / tile)) * tile;
  if (width >= height) return { width: up(width), height: up(Math.trunc(up(width) / shape)) };
  return { width: up(Math.trunc(up(height) * shape)), height: up(height) };
}

function imageText(rows: number, columns: number, images: string): string {
  const fake = "<fake_token_around_image>";
  let text = "";
  for (let r = 1; r <= rows; r++) {
    for (let c = 1; c <= columns; c++) text += `${fake}<row_${r}_col_${c}>${images}`;
    text += "\n";
  }
  return `${text}${rows > 0 ? "\n" : ""}${fake}<global-img>${images}${fake}`;
}
