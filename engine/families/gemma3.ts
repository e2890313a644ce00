import { squashProcessor } from "../processing/squash.js";
import type { Family } from "./family.js";

const PAGE =
  "<bos><start_of_turn>user\n\n\n<start_of_image>{image}<end_of_image>\n\nDescribe this image<end_of_turn>\n";

/** ColGemma3: 896 x 896 squashed, pooled to 16 x 16 tokens; prompts are chat turns without augmentation. */
export const gemma3: Family = {
  name: "colgemma3",
  title: "ColGemma3",
  matches: ({ model, processor }) =>
    model.model_type === "gemma3" || processor.processor_class === "ColGemmaProcessor3",
  profiles: () => [
    {
      name: "engine-0.3.13",
      about: 'colpali-engine 0.3.14 and later: chat turn with "Query: ", no augmentation',
      query: {
        prefix: "<bos><start_of_turn>user\nQuery: ",
        augmentation: "",
        augmentations: 0,
        suffix: "<end_of_turn>\n",
        trimmed: true,
      },
      page: PAGE,
      template: true,
    },
  ],
  imageToken: "<image_soft_token>",
  processor({ model, image, processor }, backend, imageToken) {
    const tokens = (model.mm_tokens_per_image as number | undefined) ?? processor.image_seq_length ?? 256;
    const side = Math.round(Math.sqrt(tokens));
    const patch = (model.vision_config?.patch_size as number | undefined) ?? 14;
    return squashProcessor(image, { rows: side, columns: side }, imageToken, backend, patch);
  },
};
