/** What `import { … } from "colpali-lens"` gives in a notebook cell and in Node. */
export * from "../core/index.js";
export { loadModel, openPages } from "./api.js";
export * from "./controls/index.js";
export { Layout } from "./controls/index.js";
export { clearOutput, display } from "./display.js";
export { type ExplainOptions, explain } from "./explain.js";
export { type FigureSize, renderPng, staticHtml } from "./figures/index.js";
export { compareProfiles, explainPage, type ProfileComparison, score } from "./inference/index.js";
export { closeAllWidgets } from "./jupyter/widget-registry.js";
export {
  type AnyWidget,
  type Change,
  type PropertyRules,
  Widget,
  type WidgetClass,
  type WidgetOptions,
  type WidgetState,
} from "./jupyter/widgets.js";
export { Lens, type RankedPage, type RankedPatch } from "./lens.js";
export type { LensWidget } from "./lens-widget.js";
export {
  type LoadOptions,
  type Model,
  ModelError,
  type ModelInfo,
  type PageEmbedding,
  type QueryEmbedding,
} from "./models/index.js";
export {
  type OpenPagesOptions,
  PageError,
  type PageInput,
  streamPages,
  type Transparency,
} from "./pages/index.js";
export type { SaveOptions } from "./save.js";
