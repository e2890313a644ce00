// Runs the public jupyter_kernel_test suite, then this project's own wire tests, against the kernel that is installed
// as `colpali-lens`. Python comes from COLPALI_LENS_PYTHON, else .venv/bin/python.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.COLPALI_LENS_PYTHON ?? join(here, "../../.venv/bin/python");
if (!existsSync(python)) {
  console.error(
    `invalid COLPALI_LENS_PYTHON: ${python}, expected a Python with jupyter_kernel_test and the colpali-lens kernel installed`,
  );
  process.exit(1);
}

let failed = 0;
for (const script of [
  "kernel_test.py",
  "cells_test.py",
  "protocol_test.py",
  "widgets_test.py",
  "interrupt_test.py",
  "load_test.py",
]) {
  const { status } = spawnSync(python, ["-B", join(here, script)], { stdio: "inherit" });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
