import type { ModelConfigs } from "../model-configs.js";
import type { PageProcessor } from "../processing/page-processor.js";
import type { Backend } from "../processing/resample.js";

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
