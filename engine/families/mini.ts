import { ModelError } from "../model-error.js";
import { cellsOfPatches, type TowerLayout } from "../processing/page-processor.js";
import { squashProcessor } from "../processing/squash.js";
import type { Family } from "./family.js";

/** The embedded word-spotting model: two graphs, no page prompt, no special tokens, a word is what its tokenizer splits off. */
export const mini: Family = {
  name: "mini",
  title: "mini (word spotting)",
  matches: ({ model }) => model.model_type === "colpali-lens-mini",
  profiles: () => [
    {
      name: "mini",
      about: "the bare query; no prefix, no augmentation, no page prompt",
      query: { prefix: "", augmentation: "", augmentations: 0, suffix: "" },
      page: null,
      template: false,
    },
  ],
  imageToken: null,
  processor({ model, image }, backend) {
    const { rows = 64, columns = 64 } = (model.grid ?? {}) as Partial<Extent>;
    const processor = squashProcessor(image, { rows, columns }, "", backend, null);
    const keys = (model.attention as { keys?: Partial<Extent> } | undefined)?.keys;
    return keys ? { ...processor, tower: () => pooledTower({ rows, columns }, keys) } : processor;
  },
  domain: [0.25, 0.6],
};

interface Extent {
  rows: number;
  columns: number;
}

/** A layer in which every cell attends to the means of neighbouring cells. */
function pooledTower(
  grid: Extent,
  { rows = grid.rows, columns = grid.columns }: Partial<Extent>,
): TowerLayout {
  for (const [name, keys, cells] of [
    ["rows", rows, grid.rows],
    ["columns", columns, grid.columns],
  ] as const)
    if (!(Number.isInteger(keys) && keys > 0 && cells % keys === 0))
      throw new ModelError(
        `invalid attention.keys.${name} in config.json: ${keys}, expected a divisor of the grid's ${cells} ${name}`,
      );
  const cells = Int32Array.from({ length: grid.rows * grid.columns }, (_, i) => i);
  return { tiles: 1, cells, keys: cellsOfPatches(grid, { rows, columns }) };
}
