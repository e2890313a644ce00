import type { ModelConfigs } from "../../engine/model-configs.js";
import type { PageLayout } from "../../engine/processing/page-processor.js";
import { type FreeMemory, freeMemory } from "../runtime/memory.js";
import type { OnnxFile } from "./onnx-file.js";

/** What a model takes on a processor, in bytes. Weights are known; the rest is a measure of models of its family. */
export interface MemoryNeed {
  /** When it is loaded. */
  weights: number;
  /** On top of that while a page is in the graph; 0 where nothing is known of the family. */
  page: number;
}

/** Weights as the runtime holds them: float16 is widened, and what lies in the graph's own file is read, then copied. */
function heldBytes({ weightBytes, insideBytes }: OnnxFile): number {
  const all = Object.values(weightBytes).reduce((a, b) => a + b, 0);
  return all + (weightBytes.float16 ?? 0) + 0.6 * insideBytes;
}

/** Heads and patch size of the image tower where config.json does not say, and what a page took in attention matrices. */
const TOWERS: Record<string, { heads: number; patch: number; factor: number }> = {
  colpali: { heads: 16, patch: 14, factor: 5 },
  colgemma3: { heads: 16, patch: 14, factor: 5 },
  colidefics3: { heads: 12, patch: 16, factor: 4.6 },
  colmodernvbert: { heads: 12, patch: 16, factor: 2.4 },
  colqwen2: { heads: 16, patch: 14, factor: 5 },
  colqwen2_5: { heads: 16, patch: 14, factor: 5 },
  colqwen3: { heads: 16, patch: 16, factor: 5 },
};

/** Bytes of one layer's attention matrix over all images of a page, which the runtime writes out; null for another family. */
export function attentionBytes(
  family: string,
  { model, image }: ModelConfigs,
  layout: PageLayout,
): number | null {
  const tower = TOWERS[family];
  if (!tower) return null;
  const vision = (model.vlm_config ?? model).vision_config ?? {};
  const heads = Number(vision.num_attention_heads ?? vision.num_heads ?? tower.heads);
  const patch = Number(vision.patch_size ?? image.patch_size ?? tower.patch);
  const tile = image.max_image_size?.longest_edge;
  const tiles = tile === undefined ? 1 : Math.round((layout.width / tile) * (layout.height / tile)) + 1;
  const [width, height] = tile === undefined ? [layout.width, layout.height] : [tile, tile];
  const patches = Math.floor(width / patch) * Math.floor(height / patch);
  return 4 * tiles * heads * patches ** 2;
}

export function memoryNeed(
  family: string,
  configs: ModelConfigs,
  layout: PageLayout,
  files: readonly OnnxFile[],
): MemoryNeed {
  const attention = attentionBytes(family, configs, layout);
  return {
    weights: files.reduce((sum, file) => sum + heldBytes(file), 0),
    page: attention === null ? 0 : attention * TOWERS[family].factor,
  };
}

/**
 * What to say before a model is opened that probably does not fit.
 * @returns null where it fits
 */
export function memoryWarning(
  model: string,
  { weights, page }: MemoryNeed,
  variants: readonly string[],
  free: FreeMemory = freeMemory(),
): string | null {
  if (weights + page <= free.bytes) return null;
  const lighter = variants.length > 0 ? ` (${variants.map((v) => `{ graph: "${v}" }`).join(", ")})` : "";
  return `memory may not suffice: ${model} needs about ${gibibytes(weights + page)} (weights ${gibibytes(weights)}, a page of A4 size ${gibibytes(page)}), and ${gibibytes(free.bytes)} are free within ${free.of}; close other programs, raise the limit, or take lighter weights${lighter}`;
}

/** `2.8 GiB` */
export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
