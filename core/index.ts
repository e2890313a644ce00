export * from "./lens-data.js";
export * from "./lens-state.js";
export * from "./lens-view.js";
export * from "./maxsim.js";
export * from "./palettes.js";
export * from "./types.js";
