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
