/** Builds the prebuilt JupyterLab extension into `labextension/` (no Python needed). */
import { spawnSync } from "node:child_process";
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
process.exit(status ?? 1);
