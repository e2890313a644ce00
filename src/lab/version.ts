import manifest from "../../package.json";

/** The npm package and its version: one manifest, so widget state and front end cannot disagree by hand. */
export const MODULE_NAME: string = manifest.name;
export const MODULE_VERSION: string = manifest.version;
