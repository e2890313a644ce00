import { tileProcessor } from "../processing/tiles.js";
import type { Family, PromptProfile } from "./family.js";

const END = "<end_of_utterance>";
const query = (prefix: string, suffix: string) => ({ prefix, augmentation: END, augmentations: 10, suffix });

const IDEFICS_PAGE = `<|im_start|>User:{image}Describe the image.${END}\nAssistant:`;

/** ColSmol and ColIdefics3. */
export const idefics3: Family = {
  name: "colidefics3",
  title: "ColIdefics3, ColSmol",
  matches: ({ model, image, processor }) =>
    model.model_type === "idefics3" ||
    processor.processor_class === "ColIdefics3Processor" ||
    (model.model_type === undefined && image.image_processor_type?.startsWith("Idefics3") === true),
  profiles: (): PromptProfile[] => [
    {
      name: "engine-0.3.13",
      about: "colpali-engine 0.3.13 and later: bare query, 10 <end_of_utterance>",
      query: query("", ""),
      page: IDEFICS_PAGE,
      template: true,
    },
    {
      name: "engine-0.3.11",
      about: 'colpali-engine 0.3.11 and 0.3.12: "Query: ", 10 <end_of_utterance>',
      query: query("Query: ", ""),
      page: IDEFICS_PAGE,
      template: true,
    },
    {
      name: "engine-0.3.9",
      about:
        'colpali-engine 0.3.9 and 0.3.10: "Query: ", 10 <end_of_utterance>, newline; lower-case page prompt without "Assistant:"',
      query: query("Query: ", "\n"),
      page: `<|im_start|>user\n{image}Describe the image.${END}`,
      template: true,
    },
    {
      name: "engine-0.3.4",
      about:
        'colpali-engine 0.3.5 to 0.3.8: "Query: ", 10 <end_of_utterance>, newline; page prompt with the text before the image',
      query: query("Query: ", "\n"),
      page: `<|im_start|>User: Describe the image.{image}${END}`,
      template: true,
    },
  ],
  imageToken: "<image>",
  processor: (configs, backend, imageToken) => tileProcessor(configs, imageToken, backend),
};

const VBERT_PAGE = `<|begin_of_text|>User:{image}Describe the image.${END}\nAssistant:`;

/** ColModernVBERT: the tiles of Idefics3, a bidirectional encoder, `[CLS]` … `[SEP]` around everything. */
export const modernvbert: Family = {
  name: "colmodernvbert",
  title: "ColModernVBERT",
  matches: ({ model, processor }) =>
    model.model_type === "modernvbert" ||
    model.model_type === "colmodernvbert" ||
    processor.processor_class === "ColModernVBertProcessor",
  profiles({ model, processor }) {
    const engine: PromptProfile = {
      name: "engine-0.3.13",
      about: "colpali-engine 0.3.13 and later: bare query, 10 <end_of_utterance>",
      query: query("", ""),
      page: VBERT_PAGE,
      template: true,
    };
    const own: PromptProfile = {
      name: "transformers",
      about: "transformers' ColModernVBertProcessor: prefix of the checkpoint, 10 <end_of_utterance>",
      query: query(processor.query_prefix ?? "", ""),
      page: processor.visual_prompt_prefix?.replace("<image>", "{image}") ?? VBERT_PAGE,
      template: true,
    };
    return model.model_type === "colmodernvbert" ? [own, engine] : [engine, own];
  },
  imageToken: "<image>",
  processor: (configs, backend, imageToken) => tileProcessor(configs, imageToken, backend),
};
