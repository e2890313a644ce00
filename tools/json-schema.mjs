/**
 * `node tools/json-schema.mjs`: writes docs/lens-data.schema.json, what other languages check a lens's data by, from the
 * schemas in core/data. Rules between fields, such as that the score is the sum over its tokens, are not in it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { lensDataSchema } from "../lib/core/data/lens-data.js";
import { root } from "./report.mjs";

export const FILE = join(root, "docs", "lens-data.schema.json");

/** In a file, bytes are base64; in a widget's state, a buffer. */
const BYTES = {
  type: "object",
  properties: { base64: { type: "string", contentEncoding: "base64" } },
  required: ["base64"],
};
const TYPES = { string: "string", number: "number", boolean: "boolean" };
const LIMITS = {
  min_value: "minimum",
  max_value: "maximum",
  max_length: { string: "maxLength", array: "maxItems" },
  min_length: { string: "minLength", array: "minItems" },
};

export function lensJsonSchema() {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Data of a colpali-lens lens",
    ...jsonOf(lensDataSchema),
  };
}

/** What a schema of valibot says, as JSON Schema. */
function jsonOf(schema) {
  if (!schema.pipe) return plain(schema);
  const parts = schema.pipe.map((part) =>
    part.kind === "schema" ? jsonOf(part) : limit(part, schema.pipe[0].type),
  );
  return Object.assign({}, ...parts);
}

function plain({ type, entries, item, value, wrapped, literal, options, message }) {
  if (type in TYPES) return { type: TYPES[type] };
  if (type === "literal") return { const: literal };
  if (type === "picklist") return { enum: options };
  if (type === "nullable") return { anyOf: [jsonOf(wrapped), { type: "null" }] };
  if (type === "optional") return jsonOf(wrapped);
  if (type === "array") return { type: "array", ...(item.type !== "unknown" && { items: jsonOf(item) }) };
  if (type === "record") return { type: "object", additionalProperties: jsonOf(value) };
  if (type === "custom") return message === "binary data" ? BYTES : {};
  if (type !== "object") throw new Error(`no JSON Schema for ${type}`);
  const fields = Object.entries(entries);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, of]) => [name, jsonOf(of)])),
    required: fields.filter(([, of]) => of.type !== "optional").map(([name]) => name),
  };
}

function limit({ type, requirement }, of) {
  if (type === "integer") return { type: "integer" };
  const name = LIMITS[type];
  return name ? { [name[of] ?? name]: requirement } : {};
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(FILE, `${JSON.stringify(lensJsonSchema(), null, 1)}\n`);
