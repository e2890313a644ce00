/** The browser side: what the prebuilt extension and the AMD bundle export. */
export * from "./version.js";
export * from "./widget.js";
