/** What `import { … } from "colpali-lens"` gives in a notebook cell and in Node. */
export * from "../core/index.js";
