/**
 * A kernel's start (to kernel_info_reply), its first result (start and first cell), a hundred chained cells and memory, ours
 * beside tslab, Deno and ipykernel: `node bench/kernel.mjs [rounds]`. Kernels take turns; the ratios to tslab of the same round are what to compare.
 * Python comes from COLPALI_LENS_PYTHON, else .venv; ours is the kernel that is registered in that environment, and tslab runs
 * on the same Node. Deno is measured when it is installed beside that Python.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startKernel } from "./kernel-client.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const python = process.env.COLPALI_LENS_PYTHON ?? join(root, ".venv", "bin", "python");
const deno = process.env.DENO ?? join(dirname(python), "deno");
const rounds = Number(process.argv[2] ?? 5);

const typescript = (i) =>
  i === 0
    ? "const v0 = { n: 0, s: '' }; function f0(x: number) { return x }\nv0.n"
    : `const v${i} = { n: f${i - 1}(v${i - 1}.n) + 1, s: "x".repeat(${i}) }; function f${i}(x: number) { return x + v${i}.s.length - ${i} }\nv${i}.n`;
const pythonCell = (i) =>
  i === 0
    ? "v0 = { 'n': 0, 's': '' }\ndef f0(x): return x\nv0['n']"
    : `v${i} = { 'n': f${i - 1}(v${i - 1}['n']) + 1, 's': 'x' * ${i} }\ndef f${i}(x): return x + len(v${i}['s']) - ${i}\nv${i}['n']`;

const spec = join(dirname(dirname(python)), "share/jupyter/kernels/colpali-lens/kernel.json");
if (!existsSync(spec)) {
  console.error(`The kernel is not registered (${spec} is missing): \`npm test -- lint\` sets the clone up.`);
  process.exit(1);
}
const { argv } = JSON.parse(readFileSync(spec, "utf8"));
const [node] = argv;
const kernels = {
  "colpali-lens": { argv, cell: typescript },
  tslab: {
    argv: [node, join(root, "node_modules/tslab/bin/tslab"), "kernel", "--config-path", "{connection_file}"],
    cell: typescript,
  },
  Deno: { argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"], cell: typescript },
  ipykernel: { argv: [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"], cell: pythonCell },
};
for (const [name, { argv }] of Object.entries(kernels)) if (!existsSync(argv[0])) delete kernels[name];

const folder = mkdtempSync(join(tmpdir(), "kernel-bench-"));
// tslab finds Node's types only in the notebook's folder when it is a dependency itself.
mkdirSync(join(folder, "node_modules"));
symlinkSync(join(root, "node_modules", "@types"), join(folder, "node_modules", "@types"));

const measures = ["start", "first", "cells", "fresh", "memory"];
const results = Object.fromEntries(
  Object.keys(kernels).map((name) => [name, Object.fromEntries(measures.map((measure) => [measure, []]))]),
);
try {
  for (let round = 0; round < rounds; round++) for (const name of Object.keys(kernels)) await measure(name);
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(name) {
  const { argv, cell } = kernels[name];
  const kernel = await startKernel({ argv, cwd: folder });
  const into = results[name];
  try {
    into.start.push(kernel.start);
    into.first.push(kernel.start + (await kernel.cell("1 + 1")));
    into.fresh.push(kernel.memory());
    const times = [];
    for (let i = 0; i < 100; i++) times.push(await kernel.cell(cell(i)));
    into.cells.push(median(times));
    into.memory.push(kernel.memory());
  } finally {
    await kernel.stop();
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const headings = ["start ms", "first result ms", "chained cell ms", "MB fresh", "MB after 100"];
console.log(`medians of ${rounds} rounds; in brackets the median ratio to tslab of the same round\n`);
console.log(["".padEnd(14), ...headings.map((heading) => heading.padStart(18))].join(""));
for (const [name, of] of Object.entries(results)) {
  const cells = measures.map((measure) => {
    const ratio = median(of[measure].map((value, round) => value / results.tslab[measure][round]));
    const value = median(of[measure]);
    return `${value.toFixed(measure === "cells" ? 1 : 0)} (${ratio.toFixed(2)})`.padStart(18);
  });
  console.log([name.padEnd(14), ...cells].join(""));
}
