import type { ImageConfig } from "../model-configs.js";
import { ModelError } from "../model-error.js";
import { cellsOfPatches, type PageLayout, type PageProcessor } from "./page-processor.js";
import { filterOf, normalisation, planes } from "./pixels.js";
import { type Backend, resample } from "./resample.js";

/**
 * Pages squashed to one fixed size whatever their shape, one image token a cell, row-major: PaliGemma, Gemma 3 and `mini`.
 * @param patch side in pixels of what the vision tower attends over, or null where it does not attend
 */
export function squashProcessor(
  config: ImageConfig,
  grid: { rows: number; columns: number },
  imageToken: string,
  backend: Backend,
  patch: number | null,
): PageProcessor {
  const height = config.size?.height ?? 448;
  const width = config.size?.width ?? 448;
  const filter = filterOf(config);
  const tables = normalisation(config, backend);
  const cells = grid.rows * grid.columns;
  const stated = config.image_seq_length;
  if (typeof stated === "number" && stated !== cells)
    throw new ModelError(
      `patch count does not fit: ${grid.rows} x ${grid.columns} patches make ${cells}, image_seq_length says ${stated}; copy config.json and the image settings from the same checkpoint`,
    );
  const layout: PageLayout = {
    ...grid,
    order: Int32Array.from({ length: cells }, (_, i) => i),
    imageTokens: cells,
    imageText: imageToken.repeat(cells),
    width,
    height,
  };
  const pixelValues = (data: Float32Array) => ({
    pixel_values: { type: "float32" as const, data, shape: [1, 3, height, width] },
  });
  return {
    resample: filter,
    backend,
    layout: () => layout,
    tower: () => {
      if (patch === null) return null;
      const patches = { rows: Math.floor(height / patch), columns: Math.floor(width / patch) };
      return { tiles: 1, cells: cellsOfPatches(patches, grid) };
    },
    feeds(page) {
      const data = new Float32Array(3 * height * width);
      const rgb = resample(page.pixels, page.width, page.height, width, height, filter, backend);
      planes(rgb, width, { left: 0, top: 0, width, height }, tables, data);
      return pixelValues(data);
    },
    emptyFeeds: () => pixelValues(new Float32Array(3 * height * width)),
  };
}
