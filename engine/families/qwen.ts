import type { ModelConfigs } from "../model-configs.js";
import { patchProcessor } from "../processing/patches.js";
import type { Family, PromptProfile } from "./family.js";

const PAGE =
  "<|im_start|>user\n<|vision_start|>{image}<|vision_end|>Describe the image.<|im_end|><|endoftext|>";
const PAD = "<|endoftext|>";

const query = (prefix: string, suffix: string, augmentation = PAD) => ({
  prefix,
  augmentation,
  augmentations: 10,
  suffix,
});

const TODAY: PromptProfile = {
  name: "engine-0.3.13",
  about: "colpali-engine 0.3.13 and later: bare query, 10 <|endoftext|>",
  query: query("", ""),
  page: PAGE,
  template: true,
};

/** What the engine resized pages to until 0.3.8, whatever the checkpoint's settings (its `num_image_tokens` of 768). */
const FORMER_PIXELS = { least: 4 * 28 * 28, most: 768 * 28 * 28 };

const OLDER: PromptProfile[] = [
  {
    name: "engine-0.3.9",
    about: 'colpali-engine 0.3.9 to 0.3.12: "Query: ", 10 <|endoftext|>',
    query: query("Query: ", ""),
    page: PAGE,
    template: true,
  },
  {
    name: "engine-0.3.4",
    about: 'colpali-engine 0.3.4 to 0.3.8: "Query: ", 10 <|endoftext|>, pages of 768 patches at most',
    query: query("Query: ", ""),
    pixels: FORMER_PIXELS,
    page: PAGE,
    template: true,
  },
  {
    name: "engine-0.3.2",
    about:
      'colpali-engine 0.3.1 to 0.3.3: "Query: ", 10 times the characters "<pad>", page prompt ending in a newline, pages of 768 patches at most',
    query: query("Query: ", "", "<pad>"),
    pixels: FORMER_PIXELS,
    page: "<|im_start|>user\n<|vision_start|>{image}<|vision_end|>Describe the image.<|im_end|>\n",
    template: true,
  },
];

function transformers({ processor }: ModelConfigs): PromptProfile {
  return {
    name: "transformers",
    about: "transformers' ColQwen2Processor: prefix of the checkpoint, 10 <|endoftext|>, newline",
    query: query(processor.query_prefix ?? "Query: ", "\n"),
    page: processor.visual_prompt_prefix?.replace("<|image_pad|>", "{image}") ?? PAGE,
    template: true,
  };
}

function qwenFamily(name: string, title: string, types: string[], profiles: Family["profiles"]): Family {
  return {
    name,
    title,
    matches: ({ model, processor }) =>
      types.includes(model.model_type ?? "") || types.includes(processor.processor_class as string),
    profiles,
    imageToken: "<|image_pad|>",
    processor: ({ image }, backend, imageToken) => patchProcessor(image, imageToken, backend),
  };
}

export const qwen2 = qwenFamily(
  "colqwen2",
  "ColQwen2",
  ["qwen2_vl", "colqwen2", "ColQwen2Processor"],
  (configs) =>
    configs.model.model_type === "colqwen2"
      ? [transformers(configs), TODAY, ...OLDER]
      : [TODAY, ...OLDER, transformers(configs)],
);
export const qwen2_5 = qwenFamily("colqwen2_5", "ColQwen2.5", ["qwen2_5_vl", "ColQwen2_5_Processor"], () => [
  TODAY,
  OLDER[0],
  OLDER[1],
]);
export const qwen3 = qwenFamily("colqwen3", "ColQwen3", ["qwen3_vl", "ColQwen3Processor"], () => [TODAY]);
export const qwen3_5 = qwenFamily("colqwen3_5", "ColQwen3.5", ["qwen3_5", "ColQwen3_5Processor"], () => [
  TODAY,
]);
