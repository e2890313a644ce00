import { squashProcessor } from "../processing/squash.js";
import type { Family } from "./family.js";

/** The embedded word-spotting model: two graphs, no page prompt, no special tokens, a word is what its tokenizer splits off. */
export const mini: Family = {
  name: "mini",
  title: "mini (word spotting)",
  matches: ({ model }) => model.model_type === "colpali-lens-mini",
  profiles: () => [
    {
      name: "mini",
      about: "the bare query; no prefix, no augmentation, no page prompt",
      query: { prefix: "", augmentation: "", augmentations: 0, suffix: "" },
      page: null,
      template: false,
    },
  ],
  imageToken: null,
  processor({ model, image }, backend) {
    const { rows = 64, columns = 64 } = (model.grid ?? {}) as { rows?: number; columns?: number };
    return squashProcessor(image, { rows, columns }, "", backend, null);
  },
  domain: [0.25, 0.6],
};
