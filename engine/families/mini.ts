import type { ModelConfigs } from "../model-configs.js";
import { ModelError } from "../model-error.js";
import { cellsOfPatches, type TowerLayout } from "../processing/page-processor.js";
import { squashProcessor } from "../processing/squash.js";
import type { Family, PromptProfile } from "./family.js";

const PROFILE: PromptProfile = {
  name: "mini",
  about: "the bare query; no prefix, no augmentation, no page prompt",
  query: { prefix: "", augmentation: "", augmentations: 0, suffix: "" },
  page: null,
  template: false,
};

/** The embedded word-spotting model: two graphs, no page prompt, no special tokens, a word is what its tokenizer splits off. */
export const mini: Family = {
  name: "mini",
  title: "mini (word spotting)",
  matches: ({ model }) => model.model_type === "colpali-lens-mini",
  profiles: () => [PROFILE],
  imageToken: null,
  processor: ({ model, image }, backend) => squashProcessor(image, gridOf(model), "", backend, null),
  domain: [0.25, 0.6],
};

/** The same with a layer of attention on top, after which a value knows the headers of its row and its column. */
export const miniContext: Family = {
  ...mini,
  name: "mini-context",
  title: "mini-context (word spotting with context)",
  matches: ({ model }) => model.model_type === "colpali-lens-mini-context",
  processor(configs, backend) {
    const { attention } = configs.model as { attention?: { keys?: Partial<Extent> } };
    const tower = () => pooledTower(gridOf(configs.model), attention?.keys ?? {});
    return { ...mini.processor(configs, backend, ""), tower };
  },
  // Words that are on a page and words that are not are .06 to .08 above where they are for mini.
  domain: [0.3, 0.65],
};

function gridOf(model: ModelConfigs["model"]): Extent {
  const { rows = 64, columns = 64 } = (model.grid ?? {}) as Partial<Extent>;
  return { rows, columns };
}

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
