/** What the npm package holds, asked of npm itself. Needs a build. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { root } from "../../tools/report.mjs";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
let packed;
let files;

before(() => {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const options = { cwd: root, shell: process.platform === "win32" };
  const output = execFileSync(npm, ["pack", "--dry-run", "--json", "--ignore-scripts"], options);
  packed = JSON.parse(output)[0] ?? Object.values(JSON.parse(output))[0];
  files = packed.files.map(({ path }) => path);
});

test("the package holds all that its manifest points at", () => {
  const entries = [manifest.main, manifest.types, manifest.style, ...Object.values(manifest.bin)];
  for (const target of Object.values(manifest.exports)) {
    entries.push(...(typeof target === "string" ? [target] : Object.values(target)));
  }
  entries.push(`${manifest.jupyterlab.extension}.js`);
  const missing = entries
    .map((entry) => entry.replace(/^\.\//, ""))
    .filter((entry) => !files.includes(entry));
  assert.deepEqual(missing, []);
});

test("the package holds extension, AMD bundle, model and the installer's data", () => {
  for (const file of ["labextension/package.json", "dist/index.js", "install.json", "LICENSE", "README.md"]) {
    assert.ok(files.includes(file), `${file} is not packed`);
  }
  assert.ok(files.some((file) => /^labextension\/static\/remoteEntry\.\w+\.js$/.test(file)));
  for (const file of [
    "config.json",
    "tokenizer.json",
    "preprocessor_config.json",
    "vision.onnx",
    "text.onnx",
    "context.onnx",
    "context.json",
  ]) {
    assert.ok(files.includes(`models/mini/${file}`), `models/mini/${file} is not packed`);
  }
});

test("the package holds nothing else, and is small", () => {
  const others = files.filter(
    (file) =>
      !/^(lib|dist|labextension|style|models\/mini)\/|^(package\.json|install\.json|[A-Z]+(\.md)?)$/.test(
        file,
      ),
  );
  assert.deepEqual(others, []);
  assert.deepEqual(
    files.filter((file) => /(^|\/)\.|\.tsbuildinfo$|\.test\./.test(file)),
    [],
  );
  assert.ok(packed.size < 16 * 2 ** 20, `the package has ${packed.size} bytes`);
});

test("compiled files have their sources beside them in the repository", () => {
  const stale = files
    .filter((file) => /^lib\/.*\.js$/.test(file))
    .map((file) => file.replace(/^lib\//, "").replace(/\.js$/, ".ts"))
    .filter((file) => {
      try {
        return !readFileSync(join(root, file));
      } catch {
        return true;
      }
    });
  assert.deepEqual(stale, [], "lib/ holds files of an earlier build: delete it and build again");
});
