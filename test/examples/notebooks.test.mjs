import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { root } from "../../tools/report.mjs";
import { python } from "../../tools/setup.mjs";

/** What a notebook says in words, a lens's among them, without pictures, progress, clock times and last decimals, which differ between machines. */
function said(notebook) {
  return notebook.cells.flatMap(({ id, outputs = [] }) =>
    outputs
      .filter((output) => output.output_type !== "display_data" || output.data["image/png"])
      .map((output) => [output.text ?? output.data?.["text/plain"] ?? output.evalue].flat().join(""))
      .map((text) => `${id}: ${text.replace(/\d+\.\d+/g, "#")}`),
  );
}

for (const name of ["teaching-maxsim", "write-up-figure", "compare-queries", "is-it-evidence", "attention"])
  test(`${name} runs from top to bottom and says what is stored in it`, { timeout: 900_000 }, async () => {
    const script = join(root, "tools", "example-notebook", "run.py");
    const { stdout } = await promisify(execFile)(python, [script, name, "--stdout"], { maxBuffer: 2 ** 26 });
    const stored = JSON.parse(readFileSync(join(root, "examples", `${name}.ipynb`), "utf8"));
    assert.ok(said(stored).length > 0);
    assert.deepEqual(said(JSON.parse(stdout)), said(stored));
    const pictures = stored.cells.flatMap((c) => c.outputs ?? []).filter((o) => o.data?.["image/png"]);
    assert.ok(pictures.length > 0, "a picture is stored");
  });
