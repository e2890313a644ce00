import type { Backend } from "../processing/resample.js";
import type { Feed } from "../runtime.js";

/** A model's `config.json`: only what a family looks at is typed. */
export interface ModelConfig {
  model_type?: string;
  architectures?: string[];
  embedding_dim?: number;
  image_token_id?: number;
  image_token_index?: number;
  vlm_config?: ModelConfig;
  vision_config?: Record<string, unknown>;
  text_config?: Record<string, unknown>;
  /** Written by tools/export: range of this checkpoint's cosines on drawn pages. */
  cosine_range?: [number, number];
  [key: string]: unknown;
}

/** The image part of `preprocessor_config.json` or of transformers 5's nested `processor_config.json`. */
export interface ImageConfig {
  image_processor_type?: string;
  size?: { height?: number; width?: number; longest_edge?: number; shortest_edge?: number };
  max_image_size?: { longest_edge?: number };
  min_pixels?: number;
  max_pixels?: number;
  patch_size?: number;
  merge_size?: number;
  temporal_patch_size?: number;
  /** PIL's number: 1 Lanczos, 2 bilinear, 3 bicubic. */
  resample?: number;
  rescale_factor?: number;
  image_mean?: number[];
  image_std?: number[];
  [key: string]: unknown;
}

/** The rest of `processor_config.json`. */
export interface ProcessorConfig {
  processor_class?: string;
  image_seq_len?: number;
  image_seq_length?: number;
  query_prefix?: string;
  visual_prompt_prefix?: string;
  [key: string]: unknown;
}

export interface ModelConfigs {
  model: ModelConfig;
  image: ImageConfig;
  processor: ProcessorConfig;
}

/**
 * How text is wrapped before it is tokenised. Each is what one generation of the reference did: different wrapping gives
 * different ids, and every map changes with them.
 */
export interface PromptProfile {
  name: string;
  /** Where it comes from, in words. */
  about: string;
  query: {
    prefix: string;
    /** Token that is written `augmentations` times behind the query; its vectors count in the score. */
    augmentation: string;
    augmentations: number;
    suffix: string;
    /** Whether white space behind the query is dropped, as chat templates do. */
    trimmed?: boolean;
  };
  /** Pixels that a page is resized to at least and at most, where the code says so and not the checkpoint. */
  pixels?: { least: number; most: number };
  /** Page prompt with `{image}` where the image tokens go, or null for a model without a page prompt. */
  page: string | null;
  /** Whether the tokenizer's own template (for example `[CLS] … [SEP]`) is put around both. */
  template: boolean;
}

/** How a page of one size lies in the model's sequence. */
export interface PageLayout {
  rows: number;
  columns: number;
  /** For each cell, row-major, which of the image tokens it is (0 for the first). */
  order: Int32Array;
  /** Number of image tokens, those that are no cell (a global view) included. */
  imageTokens: number;
  /** Text that stands for the image in the prompt. */
  imageText: string;
  /** Pixels that the model sees. */
  width: number;
  height: number;
}

/** Turns pages into the image inputs of a graph. */
export interface PageProcessor {
  resample: string;
  backend: Backend;
  layout(width: number, height: number): PageLayout;
  /** Image inputs of one page by their usual names; batch size 1. */
  feeds(
    page: { pixels: Uint8Array; width: number; height: number },
    layout: PageLayout,
  ): Record<string, Feed>;
  /** The smallest legal zero image, for graphs that want image inputs also with text. */
  emptyFeeds(): Record<string, Feed>;
}

export interface Family {
  name: string;
  /** For people, for example "ColPali (PaliGemma)". */
  title: string;
  matches(configs: ModelConfigs): boolean;
  /** The first is the default. */
  profiles(configs: ModelConfigs): PromptProfile[];
  /** The image token's usual string, for checkpoints whose configuration does not give its id; null without one. */
  imageToken: string | null;
  processor(configs: ModelConfigs, backend: Backend, imageToken: string): PageProcessor;
  /** Cosine range that a display spans by default, where it was measured for all models of the family. */
  domain?: [number, number];
}
