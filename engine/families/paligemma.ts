import type { ModelConfigs } from "../model-configs.js";
import { squashProcessor } from "../processing/squash.js";
import type { Family, PromptProfile } from "./family.js";

const PAGE = "{image}<bos>Describe the image.\n";
/** transformers from 4.47 on puts a `<bos>` behind the image although colpali-engine has written one there. */
const PAGE_TWO_BOS = "{image}<bos><bos>Describe the image.\n";

const query = (prefix: string, suffix: string, augmentation = "<pad>", augmentations = 10) => ({
  prefix: `<bos>${prefix}`,
  augmentation,
  augmentations,
  suffix,
});

const ENGINE: PromptProfile[] = [
  {
    name: "engine-0.3.13",
    about: "colpali-engine 0.3.13 and later: bare query, 10 <pad>; page prompt with two <bos>",
    query: query("", ""),
    page: PAGE_TWO_BOS,
    template: false,
  },
  {
    name: "engine-0.3.11",
    about: 'colpali-engine 0.3.11 and 0.3.12: "Query: ", 10 <pad>, no newline; page prompt with two <bos>',
    query: query("Query: ", ""),
    page: PAGE_TWO_BOS,
    template: false,
  },
  {
    name: "engine-0.3.4",
    about: 'colpali-engine 0.3.4 to 0.3.10 (with transformers 4.46): "Query: ", 10 <pad>, newline',
    query: query("Query: ", "\n"),
    page: PAGE,
    template: false,
  },
  {
    name: "engine-0.3.2",
    about: 'colpali-engine 0.3.2 and 0.3.3: "Question: ", 10 <pad>, newline',
    query: query("Question: ", "\n"),
    page: PAGE,
    template: false,
  },
  {
    name: "engine-0.2",
    about: 'colpali-engine 0.2.1 to 0.3.1: "Question: ", 10 <pad>, newline, by way of a mock image',
    query: query("Question: ", "\n"),
    page: PAGE,
    template: false,
  },
  {
    name: "engine-0.1",
    about: 'colpali-engine up to 0.2.0, as in the paper: "Question: ", 5 <unused0>, newline',
    query: query("Question: ", "\n", "<unused0>", 5),
    page: PAGE,
    template: false,
  },
];

function transformers({ processor }: ModelConfigs): PromptProfile {
  return {
    name: "transformers",
    about: "transformers' ColPaliProcessor: prefix of the checkpoint, 10 <pad>, newline",
    query: query(processor.query_prefix ?? "Question: ", "\n"),
    page: `{image}<bos>${processor.visual_prompt_prefix ?? "Describe the image."}\n`,
    template: false,
  };
}

/** ColPali: 448 x 448 squashed, 32 x 32 patches of 14 pixels. */
export const paligemma: Family = {
  name: "colpali",
  title: "ColPali (PaliGemma)",
  matches: ({ model, processor }) =>
    model.model_type === "paligemma" ||
    model.model_type === "colpali" ||
    processor.processor_class === "ColPaliProcessor",
  profiles(configs) {
    const own = transformers(configs);
    return configs.model.model_type === "colpali" ? [own, ...ENGINE] : [...ENGINE, own];
  },
  imageToken: "<image>",
  processor(configs, backend, imageToken) {
    const vision = (configs.model.vlm_config ?? configs.model).vision_config;
    const patch = (vision?.patch_size as number | undefined) ?? 14;
    const { height = 448, width = 448 } = configs.image.size ?? {};
    const grid = { rows: Math.floor(height / patch), columns: Math.floor(width / patch) };
    return squashProcessor(configs.image, grid, imageToken, backend, patch);
  },
};
