/**
 * Writes docs/lens.schema.json, what the data of a lens are, and docs/explanation.schema.json, what a lens saves as JSON, for
 * readers in other languages: `npm run build:lib && node tools/lens-schema.mjs`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { jsonSchema } from "../lib/core/data/json-schema.js";
import { lensDataSchema } from "../lib/core/data/lens-data.js";
import { root } from "./report.mjs";
import { typeSchema } from "./type-schema.mjs";

/** By the names of their files in docs. */
export const schemas = {
  "lens.schema.json": () => jsonSchema(lensDataSchema),
  "explanation.schema.json": () => typeSchema("core/figure/lens-json.ts", "LensJson"),
};

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const [name, schema] of Object.entries(schemas))
    writeFileSync(join(root, "docs", name), `${JSON.stringify(schema(), null, 1)}\n`);
