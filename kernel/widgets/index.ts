/**
 * What `import { … } from "colpali-lens/widgets"` gives: the core widgets of Jupyter, usable from TypeScript, and the class to
 * write one's own with. Names of properties are those of ipywidgets.
 */
export { closeAllWidgets } from "../jupyter/widget-protocol/widget-registry.js";
export {
  type AnyWidget,
  type Change,
  type PropertyRules,
  Widget,
  type WidgetClass,
  type WidgetOptions,
  type WidgetState,
} from "../jupyter/widget-protocol/widgets.js";
export * from "./boxes.js";
export * from "./buttons.js";
export type { Control, ControlClass, OptionsOf, StateOf } from "./control.js";
export { type Abbreviation, Interactive, interactive, type Values } from "./interactive.js";
export * from "./layout.js";
export * from "./links.js";
export * from "./media.js";
export * from "./numbers.js";
export { Output, type StoredOutput } from "./output.js";
export * from "./selection.js";
export * from "./text.js";
