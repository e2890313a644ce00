export * from "./lens-state.js";
export * from "./maxsim.js";
export * from "./types.js";
