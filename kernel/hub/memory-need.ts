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
function heldBytes({ weightBytes, insideBytes }: OnnxFile, keepsFloat16: boolean): number {
  const all = Object.values(weightBytes).reduce((a, b) => a + b, 0);
  return all + (keepsFloat16 ? 0 : (weightBytes.float16 ?? 0)) + 0.6 * insideBytes;
}

interface Tower {
  heads: number;
  patch: number;
  /** Numbers a patch, and within the two layers that follow attention. */
  width: number;
  inner: number;
  /** Attention matrices that a page took, where they are written out. */
  factor: number;
}

const SO400M = { heads: 16, patch: 14, width: 1152, inner: 4304, factor: 5 };
const BASE = { heads: 12, patch: 16, width: 768, inner: 3072 };

/** Image towers where config.json does not say. */
const TOWERS: Record<string, Tower> = {
  colpali: SO400M,
  colgemma3: SO400M,
  colidefics3: { ...BASE, factor: 4.6 },
  colmodernvbert: { ...BASE, factor: 2.4 },
  colqwen2: { heads: 16, patch: 14, width: 1280, inner: 5120, factor: 5 },
  colqwen2_5: { heads: 16, patch: 14, width: 1280, inner: 3420, factor: 5 },
  colqwen3: { heads: 16, patch: 16, width: 1024, inner: 4096, factor: 5 },
};

/** Patches of all images of a page, and in one of them, with the tower that they go through; null for another family. */
function towerOf(family: string, { model, image }: ModelConfigs, layout: PageLayout) {
  const known = TOWERS[family];
  if (!known) return null;
  const vision = (model.vlm_config ?? model).vision_config ?? {};
  const patch = Number(vision.patch_size ?? image.patch_size ?? known.patch);
  const tile = image.max_image_size?.longest_edge;
  const tiles = tile === undefined ? 1 : Math.round((layout.width / tile) * (layout.height / tile)) + 1;
  const [width, height] = tile === undefined ? [layout.width, layout.height] : [tile, tile];
  const inOne = Math.floor(width / patch) * Math.floor(height / patch);
  return {
    inOne,
    patches: tiles * inOne,
    heads: Number(vision.num_attention_heads ?? vision.num_heads ?? known.heads),
    width: Number(vision.embed_dim ?? vision.hidden_size ?? known.width),
    inner: Number(vision.intermediate_size ?? known.inner),
    factor: known.factor,
  };
}

/** Bytes of one layer's attention matrix over all images of a page, where it is written out; null for another family. */
export function attentionBytes(family: string, configs: ModelConfigs, layout: PageLayout): number | null {
  const tower = towerOf(family, configs, layout);
  return tower && 4 * tower.patches * tower.heads * tower.inOne;
}

/** Bytes that a page takes in its image tower, which is where most are: 0 for another family. */
function pageBytes(family: string, configs: ModelConfigs, layout: PageLayout, writesAttention: boolean) {
  const tower = towerOf(family, configs, layout);
  if (!tower) return 0;
  const { patches, width, inner, factor } = tower;
  return writesAttention
    ? attentionBytes(family, configs, layout)! * factor
    : 4 * patches * (2 * inner + 4 * width);
}

export function memoryNeed(
  family: string,
  configs: ModelConfigs,
  layout: PageLayout,
  files: readonly OnnxFile[],
  keepsFloat16 = false,
): MemoryNeed {
  return {
    weights: files.reduce((sum, file) => sum + heldBytes(file, keepsFloat16), 0),
    page: pageBytes(family, configs, layout, files[0]?.writesAttention ?? true),
  };
}

export interface MemoryPlan {
  need: MemoryNeed;
  /** Weights of float16 stay what they are. */
  keepsFloat16: boolean;
  /** What to say before the model is opened, or null. */
  warning: string | null;
}

/** What widening may take on top: of ColPali it takes 5.4 GiB and half a minute of loading, and saves 7 % of a page's work. */
const WIDENED = 2 * 2 ** 30;

/**
 * Weights of float16 stay what they are where widened they would take much more, or would not fit.
 * @param needOf what a model takes, with weights of float16 widened or kept
 */
export function memoryPlan(
  model: string,
  needOf: (keepsFloat16: boolean) => MemoryNeed,
  variants: readonly string[],
  free: FreeMemory = freeMemory(),
): MemoryPlan {
  const [widened, kept] = [needOf(false), needOf(true)];
  const more = widened.weights - kept.weights;
  const isShort = more > 0 && widened.weights + widened.page > free.bytes;
  const keepsFloat16 = isShort || more > WIDENED;
  const need = keepsFloat16 ? kept : widened;
  const short = `memory is short: ${model} keeps its weights in float16, ${gibibytes(kept.weights)} instead of ${gibibytes(widened.weights)}, and takes more time for that`;
  const warning = memoryWarning(model, need, variants, free) ?? (isShort && more <= WIDENED ? short : null);
  return { need, keepsFloat16, warning };
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
