/** The JSON Schema of a lens's data as a reader in another language uses it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/report.mjs";
import { python } from "../../tools/setup.mjs";

const FILE = join(root, "docs", "lens.schema.json");

const saved = () =>
  JSON.parse(readFileSync(join(root, "test", "fixtures", "lens", "report.json"), "utf8")).data;
const validate = (data) => {
  const program =
    "import json, sys, jsonschema\n" +
    `jsonschema.Draft202012Validator(json.load(open(${JSON.stringify(FILE)}))).validate(json.load(sys.stdin))`;
  const { status, stderr } = spawnSync(python, ["-c", program], {
    input: JSON.stringify(data),
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  return status === 0 ? "" : stderr;
};

test("a saved lens is valid by it", () => {
  assert.equal(validate(saved()), "");
});

test("what the code refuses of a single field, it refuses, too", () => {
  const wrongs = {
    "a page of no width": (data) => {
      Object.values(data.pages)[0].width = 0;
    },
    "a token without a kind": (data) => {
      delete Object.values(data.queries)[0].tokens[0].kind;
    },
    "maps that are no bytes": (data) => {
      Object.values(data.results)[0].maps.data = [0.5];
    },
    "no order": (data) => {
      delete data.order;
    },
  };
  for (const [name, spoil] of Object.entries(wrongs)) {
    const data = saved();
    spoil(data);
    assert.match(validate(data), /ValidationError/, name);
  }
});
