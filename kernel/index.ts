/** What `import { … } from "colpali-lens"` gives in a notebook cell and in Node. */
export * from "../core/index.js";
export { compareProfiles, explainPage, type ProfileComparison, score } from "../engine/explain/index.js";
export { type ExplainOptions, explain } from "./api/explain.js";
export { Lens, type RankedPage, type RankedPatch } from "./api/lens.js";
export type { LensWidget } from "./api/lens-widget.js";
export { loadModel, openPages } from "./api/open.js";
export type { SaveOptions } from "./api/save.js";
export { type FigureSize, renderPng, staticHtml } from "./figures/index.js";
export {
  type LoadOptions,
  type Model,
  ModelError,
  type ModelInfo,
  type PageEmbedding,
  type QueryEmbedding,
} from "./hub/load-model.js";
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
export {
  type OpenPagesOptions,
  PageError,
  type PageInput,
  streamPages,
  type Transparency,
} from "./pages/index.js";
export { clearOutput, display } from "./widgets/display.js";
export * from "./widgets/index.js";
export { Layout } from "./widgets/index.js";
