/** Writes docs/lens.schema.json, what the data of a lens are, for readers in other languages: `npm run build:lib && node tools/lens-schema.mjs`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchema } from "../lib/core/data/json-schema.js";
import { lensDataSchema } from "../lib/core/data/lens-data.js";
import { root } from "./report.mjs";

writeFileSync(
  join(root, "docs/lens.schema.json"),
  `${JSON.stringify(jsonSchema(lensDataSchema), null, 1)}\n`,
);
