/**
 * What `import { … } from "colpali-lens"` gives in a notebook cell and in Node: what a person writes. Jupyter's widgets are in
 * `colpali-lens/widgets`, and the functions that maps, scenes and figures are made with in `colpali-lens/core`.
 */

// Load a model, open documents.

export type { Page } from "../core/index.js";
export { type LoadOptions, loadModel, type OpenPagesOptions, openPages } from "./api/open.js";
export type { Model } from "./hub/load-model.js";
export { type PageInput, streamPages } from "./pages/index.js";

// Explain a query on pages, as a lens or as numbers only.

export {
  attention,
  attentionReceived,
  compareProfiles,
  explainPage,
  type ProfileComparison,
  score,
} from "../engine/explain/index.js";
export { type ExplainOptions, explain } from "./api/explain.js";
export type { Lens, RankedPage, RankedPatch } from "./api/lens.js";

// What a lens answers.

export type {
  Aggregate,
  AttentionMap,
  Chance,
  Explanation,
  LensState,
  LensView,
  MaxSim,
  PatchMap,
  QueryToken,
  QueryWord,
  Rect,
  ViewChange,
} from "../core/index.js";

// Judge a model on documents or boxes.

export type { Evaluation } from "./evaluation/evaluation.js";
export {
  type EvaluateOptions,
  type EvaluationSource,
  evaluate,
} from "./evaluation/run-evaluation.js";

// Keep it, and write about it.

export { latexSnippet, markdownSnippet } from "../core/index.js";
export type { SaveOptions } from "./api/save.js";

// Show something below a cell.

export { clearOutput, display } from "./widgets/display.js";

// Tell what went wrong.

export { ModelError } from "./hub/load-model.js";
export { PageError } from "./pages/index.js";
