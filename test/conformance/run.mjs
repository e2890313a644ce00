// Runs the public jupyter_kernel_test suite, then this project's own tests on the wire, against the kernel that is
// installed as `colpali-lens`. Python comes from COLPALI_LENS_PYTHON, else .venv/bin/python. Arguments choose among the
// scripts: `node test/conformance/run.mjs cells load`. The last line is the sum, "N passed, N failed".
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const python = process.env.COLPALI_LENS_PYTHON ?? join(root, ".venv/bin/python");
if (!existsSync(python)) {
  console.error(
    `invalid COLPALI_LENS_PYTHON: ${python}, expected a Python with jupyter_kernel_test and the colpali-lens kernel installed`,
  );
  process.exit(1);
}
const all = readdirSync(here).flatMap((file) => /^(\w+)_test\.py$/.exec(file)?.[1] ?? []);
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !all.includes(name));
if (unknown) {
  console.error(`invalid script: ${unknown}, expected ${all.join(", ")}`);
  process.exit(1);
}

const peers = mkdtempSync(join(tmpdir(), "conformance-"));
registerPeers();
const sum = { passed: 0, failed: 0 };
try {
  for (const name of chosen.length > 0 ? chosen : all) {
    const { code, output } = await play(`${name}_test.py`);
    const [, passed, failed] = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [0, 0, 0];
    sum.passed += Number(passed);
    // A script that broke off has failed, whatever it counted.
    sum.failed += Math.max(Number(failed), code === 0 ? 0 : 1);
  }
} finally {
  rmSync(peers, { recursive: true });
}
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);

/** The other kernels of the comparison: tslab is a dependency, Deno may be installed beside Python. */
function registerPeers() {
  const tslab = join(root, "node_modules/tslab/bin/tslab");
  const deno = process.env.DENO ?? join(dirname(python), process.platform === "win32" ? "deno.exe" : "deno");
  const specs = {
    tslab: [process.execPath, tslab, "kernel", "--config-path", "{connection_file}"],
    ...(existsSync(deno) ? { deno: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"] } : {}),
  };
  for (const [name, argv] of Object.entries(specs)) {
    const folder = join(peers, "kernels", name);
    mkdirSync(folder, { recursive: true });
    const spec = { argv, display_name: name, language: "typescript" };
    writeFileSync(join(folder, "kernel.json"), JSON.stringify(spec));
  }
}

function play(script) {
  console.log(`\n-- ${script}`);
  const path = [process.env.JUPYTER_PATH, peers].filter(Boolean).join(delimiter);
  const child = spawn(python, ["-B", join(here, script)], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, JUPYTER_PATH: path },
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}
