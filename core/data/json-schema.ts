import type { Schema } from "./schema.js";

/** A JSON Schema, as far as it is used here. */
export type JsonSchema = { [key: string]: unknown };

/** What of a valibot schema or action is read. */
interface Node {
  kind: "schema" | "validation" | "transformation";
  type: string;
  pipe?: Node[];
  requirement?: unknown;
  literal?: unknown;
  options?: unknown;
  wrapped?: Node;
  item?: Node;
  value?: Node;
  entries?: Record<string, Node>;
  getter?: (input: unknown) => Node;
}

const BOUNDS: Record<string, [text: string, list: string]> = {
  min_value: ["minimum", "minimum"],
  max_value: ["maximum", "maximum"],
  min_length: ["minLength", "minItems"],
  max_length: ["maxLength", "maxItems"],
};

/**
 * What a schema says of shapes and bounds, for readers in other languages (JSON Schema, draft 2020-12). Rules that no single
 * field states are not in it. Binary leaves are as an exported page has them; of cosines they are little-endian float32.
 */
export function jsonSchema(schema: Schema<unknown>): JsonSchema {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...convert(schema as unknown as Node) };
}

function convert(node: Node): JsonSchema {
  if (!node.pipe) return plain(node);
  // The last schema says what comes out; what stands before only leads to it.
  const last = node.pipe.findLast(({ kind, type }) => kind === "schema" && type !== "custom") ?? node.pipe[0];
  const out = convert(last);
  for (const { type, requirement } of node.pipe) {
    if (type === "integer") out.type = "integer";
    if (BOUNDS[type]) out[BOUNDS[type][out.type === "array" ? 1 : 0]] = requirement;
  }
  return out;
}

function plain({ type, literal, options, wrapped, item, value, entries = {}, getter }: Node): JsonSchema {
  switch (type) {
    case "literal":
      return { const: literal };
    case "picklist":
      return { enum: options };
    case "nullable":
      return { anyOf: [convert(wrapped as Node), { type: "null" }] };
    case "optional":
      return convert(wrapped as Node);
    case "lazy":
      return convert((getter as (input: unknown) => Node)(undefined));
    case "array":
      return { type: "array", items: convert(item as Node) };
    case "record":
      return { type: "object", additionalProperties: convert(value as Node) };
    case "object": {
      const all = Object.entries(entries);
      const required = all.filter(([, of]) => of.type !== "optional").map(([key]) => key);
      return {
        type: "object",
        properties: Object.fromEntries(all.map(([key, of]) => [key, convert(of)])),
        required,
      };
    }
    case "custom":
      return { type: "object", properties: { base64: { type: "string" } }, required: ["base64"] };
    default:
      return { type };
  }
}
