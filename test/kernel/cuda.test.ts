/** CUDA by pip: what is found in folders of Python packages, and what is said of each part that is missing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { manifest, packageRoot } from "../../kernel/package.js";
import { CUDA_PACKAGE, findCuda, sitePackages } from "../../kernel/runtime/cuda.js";

const version = manifest.dependencies["onnxruntime-node"];
const root = mkdtempSync(join(tmpdir(), "cuda-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
/** A folder of Python packages with these empty files. */
function packages(files: readonly string[]): string {
  const place = join(root, String(made++), "lib", "python3.12", "site-packages");
  mkdirSync(place, { recursive: true });
  for (const file of files) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, file), "");
  }
  return place;
}

const RUNTIME = [
  `onnxruntime/capi/libonnxruntime.so.${version}`,
  "onnxruntime/capi/libonnxruntime_providers_cuda.so",
  "onnxruntime/capi/libonnxruntime_providers_shared.so",
];
const CU13 = [
  "cudart.so.13",
  "nvrtc.so.13",
  "cublasLt.so.13",
  "cublas.so.13",
  "curand.so.10",
  "cufft.so.12",
].map((name) => `nvidia/cu13/lib/lib${name}`);
const CUDNN = "nvidia/cudnn/lib/libcudnn.so.9";
const ALL = [...RUNTIME, ...CU13, CUDNN];
const PIP = `pip install "${CUDA_PACKAGE}"`;

test("all three libraries of the runtime and those of NVIDIA, in the order in which they need each other", () => {
  const place = packages(ALL);
  expect(findCuda([packages([]), place])).toEqual({
    runtime: join(place, "onnxruntime", "capi"),
    libraries: [...CU13, CUDNN].map((file) => join(place, file)),
    missing: [],
  });
});

test("nothing there: one line with the command, for pip and for npm", () => {
  const place = packages([]);
  expect(findCuda([place]).missing).toEqual([`onnxruntime-gpu ${version} is missing (${place}): ${PIP}`]);
  const wheel = packages(["colpali_lens/__init__.py"]);
  expect(findCuda([wheel]).missing).toEqual([
    `onnxruntime-gpu ${version} is missing (${wheel}): pip install "colpali-lens[cuda]"`,
  ]);
  expect(findCuda([]).missing[0]).toContain(
    "no Python environment was found: activate one, or set COLPALI_LENS_PYTHON to its python",
  );
});

test("another version, and the package for processors", () => {
  const other = packages(["onnxruntime/capi/libonnxruntime.so.1.2.3", ...RUNTIME.slice(1)]);
  expect(findCuda([other]).missing).toEqual([
    `onnxruntime-gpu 1.2.3 is installed, ${version} is needed: ${PIP}`,
  ]);
  const plain = packages([RUNTIME[0], RUNTIME[2], ...CU13, CUDNN]);
  expect(findCuda([plain]).missing).toEqual([
    `libonnxruntime_providers_cuda.so is missing in ${join(plain, "onnxruntime", "capi")}, as in the package without "-gpu": ${PIP}`,
  ]);
});

test.each([...CU13, CUDNN])("without %s", (file) => {
  const place = packages(ALL.filter((name) => name !== file));
  const { missing, libraries } = findCuda([place]);
  expect(missing).toEqual([`${file.split("/").at(-1)} of NVIDIA is missing: ${PIP}`]);
  expect(libraries).toHaveLength(6);
});

test("Python environments: the wheel's own, the one that is named, the active ones", () => {
  const [own, named, active] = [packages([]), packages([]), packages([])];
  const prefix = (place: string) => join(place, "..", "..", "..");
  const env = { COLPALI_LENS_PYTHON: join(prefix(named), "bin", "python"), VIRTUAL_ENV: prefix(active) };
  expect(sitePackages(env, join(own, "colpali_lens", "js"))).toEqual([own, named, active]);
  expect(sitePackages({ CONDA_PREFIX: prefix(active) }, packageRoot)).toEqual([active]);
  expect(sitePackages({ VIRTUAL_ENV: join(root, "none") }, packageRoot)).toEqual([]);
});

test("the wheel's extra asks for the version that npm's package is pinned to", () => {
  const project = readFileSync(join(packageRoot, "pyproject.toml"), "utf8");
  expect(project).toContain(`cuda = ["${CUDA_PACKAGE}; `);
});
