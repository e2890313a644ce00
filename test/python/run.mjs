// Runs the tests of the Python package with COLPALI_LENS_PYTHON, else .venv/bin/python. Arguments choose among the scripts:
// `node test/python/run.mjs vectors lens`. The last line is the sum, "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const python = process.env.COLPALI_LENS_PYTHON ?? join(root, ".venv/bin/python");
if (!existsSync(python)) {
  console.error(
    `invalid COLPALI_LENS_PYTHON: ${python}, expected a Python with ipywidgets, numpy and Pillow`,
  );
  process.exit(1);
}
const { status } = spawnSync(python, ["-B", join(here, "run.py"), here, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PYTHONPATH: join(root, "python") },
});
process.exit(status ?? 1);
