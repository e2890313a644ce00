/**
 * Builds the prebuilt JupyterLab extension into `labextension/` (no Python needed). The examples go along, without their
 * outputs, for the launcher to open copies of.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const builder = join(
  dirname(require.resolve("@jupyter/builder/package.json")),
  "lib",
  "build-labextension.js",
);
const core = join(dirname(require.resolve("@jupyterlab/core-meta/package.json")), "core.package.json");
const { status } = spawnSync(
  process.execPath,
  [builder, "--core-package-file", core, ...process.argv.slice(2), root],
  { cwd: root, stdio: "inherit" },
);
if (status !== 0) process.exit(status ?? 1);

const [from, to] = [join(root, "examples"), join(root, "labextension", "examples")];
mkdirSync(to, { recursive: true });
for (const file of readdirSync(from)) {
  if (file.endsWith(".pdf")) copyFileSync(join(from, file), join(to, file));
  if (file.endsWith(".ipynb")) writeFileSync(join(to, file), fresh(readFileSync(join(from, file), "utf8")));
}

/** A notebook that nobody has run. */
function fresh(text) {
  const notebook = JSON.parse(text);
  for (const cell of notebook.cells)
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  delete notebook.metadata.widgets;
  return `${JSON.stringify(notebook, null, 1)}\n`;
}
