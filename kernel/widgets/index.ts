/** The core widgets of Jupyter, usable from TypeScript. Names of properties are those of ipywidgets. */
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
