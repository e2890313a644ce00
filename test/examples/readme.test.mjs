import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { root } from "../../tools/report.mjs";
import { environment, python } from "../../tools/setup.mjs";
import { blocksOf, codeBlocks } from "./code-blocks.mjs";

/** Commands that set a clone up or run every test: the suites themselves start with them. */
const SET_UP = /^(git clone|npm run lab|npm test)\b/;

/** Runs in the kernel after the blocks of a file, and what it must say: that what they set up works. */
const AFTERWARDS = {
  "README.md": { code: "token.value = 1;\nlens.view.token", says: "1" },
  "docs/explanation.md": {
    code: "[file.schema, file.hits[0].text, file.regions.left.word, label, range[1] > range[0]]",
    says: "[\n  'colpali-lens/explanation@2',\n  'the battery beside the harbour',\n  0,\n  '“battery”',\n  true\n]",
  },
  "docs/hits.md": {
    code: "[hit.text, cut.length, cut[0].length / 3, lens.regions('line')[0].text.includes(hit.text)]",
    says: "[ 'the battery beside the harbour', 29, 298, true ]",
  },
  "docs/numbers.md": { code: "agree", says: "[ true, true, true ]" },
};

const folders = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder as a reader has it: the example document, and the package as npm installs it. */
function notebookFolder() {
  const folder = mkdtempSync(join(tmpdir(), "colpali-lens-readme-"));
  folders.push(folder);
  copyFileSync(join(root, "examples", "energy-report.pdf"), join(folder, "energy-report.pdf"));
  mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules", "colpali-lens"), "junction");
  const bin = join("..", "colpali-lens", "lib", "kernel", "cli", "bin.js");
  symlinkSync(bin, join(folder, "node_modules", ".bin", "colpali-lens"));
  return folder;
}

function runCells(cells, folder) {
  const script = join(import.meta.dirname, "run-cells.py");
  const options = { input: JSON.stringify(cells), encoding: "utf8", maxBuffer: 2 ** 28 };
  return JSON.parse(execFileSync(python, [script, folder], options));
}

for (const { file, blocks } of codeBlocks()) {
  const cells = blocks.filter(({ language }) => language === "ts");
  if (cells.length > 0)
    describe(`${file} in a notebook`, { timeout: 300_000 }, () => {
      const ending = AFTERWARDS[file];
      let outputs;
      before(() => {
        const sources = [...cells.map(({ code }) => code), ...(ending ? [ending.code] : [])];
        outputs = runCells(sources, notebookFolder());
      });
      for (const [i, { line }] of cells.entries())
        test(`${file}:${line} runs`, () => {
          const wrong = outputs[i].flatMap(({ error, stderr }) => error ?? stderr ?? []);
          assert.deepEqual(wrong, [], `${file}:${line}`);
        });
      if (ending)
        test(`${file}: what the blocks set up works`, () => {
          assert.deepEqual(
            outputs.at(-1).map(({ shown, stderr }) => shown ?? stderr),
            [ending.says],
          );
        });
    });

  for (const { line, code } of blocks.filter(({ language }) => language === "sh"))
    for (const [i, command] of code
      .trim()
      .split(/(?<!\\)\n/)
      .entries())
      if (!SET_UP.test(command.trim()))
        test(`${file}:${line + i} ${command}`, { timeout: 300_000 }, async () => {
          // What the package brings runs where the reader's documents are, what the repository brings in the clone.
          const cwd = command.startsWith("npx ") ? notebookFolder() : root;
          const env = { ...process.env, ...environment() };
          await promisify(execFile)("sh", ["-ec", command], { cwd, env, maxBuffer: 2 ** 26 });
        });
}

test("a block is found by its file and line, whatever surrounds it", () => {
  const text =
    "# a\n\n```ts\nlet a;\n\nlet b;\n```\n1. b\n   ```sh title\n   npm x\n   ```\n```json\n{}\n```\n```\nplain\n```\n";
  assert.deepEqual(
    blocksOf("a.md", text).map(({ line, language, code }) => [line, language, code]),
    [
      [4, "ts", "let a;\n\nlet b;\n"],
      [10, "sh", "   npm x\n"],
    ],
  );
});
