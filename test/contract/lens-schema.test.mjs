/** The JSON Schemas of a lens's data and of what it saves, as a reader in another language uses them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { changeView, lensJson, unpackLens } from "../../lib/core/index.js";
import { schemas } from "../../tools/lens-schema.mjs";
import { root } from "../../tools/report.mjs";
import { python } from "../../tools/setup.mjs";

const written = (name) => JSON.parse(readFileSync(join(root, "docs", name), "utf8"));
const report = () => readFileSync(join(root, "test", "fixtures", "lens", "report.json"), "utf8");
const saved = () => JSON.parse(report()).data;
/** The first error of each, in the words of Python's jsonschema; empty where there is none. */
const errors = (all, schema) => {
  const program =
    "import json, sys, jsonschema\n" +
    "given = json.load(sys.stdin)\n" +
    "validator = jsonschema.Draft202012Validator(given['schema'])\n" +
    "first = lambda data: next((e.json_path + ' ' + e.message[:300] for e in validator.iter_errors(data)), '')\n" +
    "print(json.dumps([first(data) for data in given['all']]))";
  const { status, stdout, stderr } = spawnSync(python, ["-c", program], {
    input: JSON.stringify({ all, schema }),
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
};
/** Whether each of the ways to spoil a value leads to an error where it was spoilt. */
const refusesAll = (wrongs, make, schema) => {
  const spoilt = Object.values(wrongs).map(([spoil]) => {
    const value = make();
    spoil(value);
    return value;
  });
  const found = errors(spoilt, schema);
  for (const [i, [name, [, where]]] of Object.entries(wrongs).entries()) assert.match(found[i], where, name);
};

test("a saved lens is valid by it", () => {
  assert.deepEqual(errors([saved()], written("lens.schema.json")), [""]);
});

test("what the code refuses of a single field, it refuses, too", () => {
  const wrongs = {
    "a page of no width": [
      (data) => {
        Object.values(data.pages)[0].width = 0;
      },
      /^\$\.pages\.\w+\.width /,
    ],
    "a token without a kind": [
      (data) => {
        delete Object.values(data.queries)[0].tokens[0].kind;
      },
      /^\$\.queries\.\w+\.tokens\[0\] 'kind'/,
    ],
    "maps that are no bytes": [
      (data) => {
        Object.values(data.results)[0].maps.data = [0.5];
      },
      /^\$\.results\.\w+\.maps\.data /,
    ],
    "no order": [
      (data) => {
        delete data.order;
      },
      /^\$ 'order'/,
    ],
  };
  refusesAll(wrongs, saved, written("lens.schema.json"));
});

/** Explanations as files: of all words, of one, of a region, of each word, beside another result and less it. */
function explanations() {
  const state = unpackLens(report());
  const [, b] = state.data.order;
  const views = [
    {},
    { word: 0 },
    { layout: "multiples" },
    { word: 0, region: { row: 1, column: 1, rows: 2, columns: 3 } },
    { compare: b },
    { compare: b, difference: true },
  ];
  const files = views.map((change) =>
    lensJson({ ...state, view: changeView(state.data, state.view, change) }),
  );
  return [...files, lensJson(state, { arrays: true })];
}

/** The same schema, which allows nothing that it does not name. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return schema.type === "object" && schema.properties ? { ...inside, additionalProperties: false } : inside;
}

test("the schema of explanations is that of their type (tools/lens-schema.mjs writes it)", () => {
  assert.deepEqual(
    written("explanation.schema.json"),
    JSON.parse(JSON.stringify(schemas["explanation.schema.json"]())),
  );
});

test("explanations of all kinds are valid by their schema, and have nothing that it does not name", () => {
  const schema = closed(written("explanation.schema.json"));
  const files = explanations();
  assert.deepEqual(
    errors(files, schema),
    files.map(() => ""),
  );
});

test("what is no explanation is refused by their schema", () => {
  const wrongs = {
    "another format": [
      (file) => {
        file.schema = "colpali-lens/explanation@1";
      },
      /^\$\.schema /,
    ],
    "a score in words": [
      (file) => {
        file.maxsim.score = "high";
      },
      /^\$\.maxsim\.score /,
    ],
    "a hit without its place": [
      (file) => {
        delete file.hits[0].part;
      },
      /^\$\.hits\[0\] 'part'/,
    ],
    "no view": [
      (file) => {
        delete file.view;
      },
      /^\$ 'view'/,
    ],
    "an unknown side": [
      (file) => {
        file.shown[0].side = "c";
      },
      /^\$\.shown\[0\]\.side /,
    ],
    "a range of one end": [
      (file) => {
        file.shown[0].range.pop();
      },
      /^\$\.shown\[0\]\.range /,
    ],
  };
  refusesAll(wrongs, () => explanations()[0], written("explanation.schema.json"));
});
