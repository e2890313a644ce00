/** What `import { … } from "colpali-lens"` gives in a notebook cell and in Node. */
export * from "../core/index.js";
export { loadModel, openPages } from "./api.js";
export { type FigureSize, renderPng, staticHtml } from "./figures/index.js";
export { explainPage, score } from "./inference/index.js";
export { type ExplainOptions, explain, Lens, type RankedPage, type RankedPatch } from "./lens.js";
export {
  type LoadOptions,
  type Model,
  ModelError,
  type ModelInfo,
  type PageEmbedding,
  type QueryEmbedding,
} from "./models/index.js";
export { type OpenPagesOptions, PageError, type PageInput, streamPages } from "./pages/index.js";
export type { SaveOptions } from "./save.js";
