import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonSchema, jsonSchema } from "../../core/data/json-schema";
import { lensDataSchema } from "../../core/data/lens-data";
import * as s from "../../core/data/schema";
import { packLens } from "../../core/index";
import { lensState } from "./example";

test("shapes and bounds of a schema are those of the JSON Schema", () => {
  const schema = s.object<{ n: number; list: number[]; maybe?: string; either: "a" | "b" | null }>({
    n: s.integer(1, 9),
    list: s.list(s.finite(0, 0.5), 1, 3),
    maybe: s.optional(s.text(5)),
    either: s.orNull(s.oneOf(["a", "b"])),
  });
  expect(jsonSchema(schema)).toEqual({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      n: { type: "integer", minimum: 1, maximum: 9 },
      list: {
        type: "array",
        minItems: 1,
        maxItems: 3,
        items: { type: "number", minimum: 0, maximum: 0.5 },
      },
      maybe: { type: "string", maxLength: 5 },
      either: { anyOf: [{ enum: ["a", "b"] }, { type: "null" }] },
    },
    required: ["n", "list", "either"],
  });
});

test("docs/lens.schema.json is that of lens data (tools/lens-schema.mjs writes it)", () => {
  const file = readFileSync(join(__dirname, "../../docs/lens.schema.json"), "utf8");
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(jsonSchema(lensDataSchema))));
});

/** Paths of what a value has and the schema does not name, or the other way round. */
function strangers(schema: JsonSchema, value: unknown, path: string): string[] {
  const { properties, required = [], additionalProperties, items, anyOf } = schema as Record<string, never>;
  if (anyOf) return value === null ? [] : strangers(anyOf[0], value, path);
  if (Array.isArray(value)) return value.flatMap((v, i) => strangers(items, v, `${path}[${i}]`));
  if (typeof value !== "object" || value === null) return [];
  const missing = (required as string[]).filter((key) => !(key in value)).map((key) => `${path}.${key}`);
  return Object.entries(value).reduce((found, [key, v]) => {
    const of = properties?.[key] ?? additionalProperties;
    return of ? [...found, ...strangers(of, v, `${path}.${key}`)] : [...found, `${path}.${key}`];
  }, missing);
}

test("what an exported page has is what it says", () => {
  const { data } = JSON.parse(packLens(lensState()));
  expect(strangers(jsonSchema(lensDataSchema), data, "")).toEqual([]);
});
