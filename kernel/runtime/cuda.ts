import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { basename, dirname, join } from "node:path";
import { manifest, packageRoot } from "../package.js";
import { cacheFolder } from "../store/cache-folder.js";

/**
 * CUDA by pip: the package `onnxruntime-gpu` of Python holds the runtime with its provider, and NVIDIA's packages what that needs.
 * Where a Python environment has them in the version of onnxruntime-node, they are used in place of its own library.
 */
export interface CudaParts {
  /** Folder with the runtime, or null. */
  runtime: string | null;
  /** NVIDIA's libraries that were found, in the order in which they are loaded. */
  libraries: string[];
  /** What is missing, each with what to do; empty where all is there. */
  missing: string[];
}

/** The runtime's version, and what Python's package of it is asked for. */
const VERSION = manifest.dependencies["onnxruntime-node"];
export const CUDA_PACKAGE = `onnxruntime-gpu[cuda,cudnn]==${VERSION}`;

const RUNTIME = `libonnxruntime.so.${VERSION}`;
const PROVIDERS = ["libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"];
/** By CUDA 13's names; each may need those before it. */
const NVIDIA = [
  "libcudart.so.13",
  "libnvrtc.so.13",
  "libcublasLt.so.13",
  "libcublas.so.13",
  "libcurand.so.10",
  "libcufft.so.12",
  "libcudnn.so.9",
];

/** Looks for the parts in folders of Python packages; nothing is loaded. */
export function findCuda(places: readonly string[] = sitePackages()): CudaParts {
  const install = places.some((place) => existsSync(join(place, "colpali_lens")))
    ? `pip install "${manifest.name}[cuda]"`
    : `pip install "${CUDA_PACKAGE}"`;
  const where =
    places.length > 0
      ? places.join(" and ")
      : "no Python environment was found: activate one, or set COLPALI_LENS_PYTHON to its python";
  const runtimes = places.map((place) => join(place, "onnxruntime", "capi"));
  const runtime = runtimes.find((folder) => existsSync(join(folder, RUNTIME))) ?? null;
  const missing: string[] = [];
  if (!runtime) {
    const other = runtimes
      .flatMap((folder) => filesOf(folder))
      .find((file) => /^libonnxruntime\.so\.\d/.test(file));
    missing.push(
      other
        ? `onnxruntime-gpu ${other.slice("libonnxruntime.so.".length)} is installed, ${VERSION} is needed: ${install}`
        : `onnxruntime-gpu ${VERSION} is missing (${where}): ${install}`,
    );
  } else
    for (const file of PROVIDERS)
      if (!existsSync(join(runtime, file)))
        missing.push(`${file} is missing in ${runtime}, as in the package without "-gpu": ${install}`);
  const folders = places.flatMap((place) => {
    const nvidia = join(place, "nvidia");
    return filesOf(nvidia).map((name) => join(nvidia, name, "lib"));
  });
  const libraries: string[] = [];
  for (const name of NVIDIA) {
    const folder = folders.find((at) => existsSync(join(at, name)));
    if (folder) libraries.push(join(folder, name));
    else if (runtime) missing.push(`${name} of NVIDIA is missing: ${install}`);
  }
  return { runtime, libraries, missing };
}

/** Folders of Python packages that this kernel belongs to, or that the shell it was started from has active. */
export function sitePackages(env: NodeJS.ProcessEnv = process.env, root = packageRoot): string[] {
  const { COLPALI_LENS_PYTHON, VIRTUAL_ENV, CONDA_PREFIX } = env;
  // In the wheel this package lies in `site-packages/colpali_lens/js`.
  const own = basename(dirname(root)) === "colpali_lens" ? [dirname(dirname(root))] : [];
  const prefixes = [COLPALI_LENS_PYTHON && dirname(dirname(COLPALI_LENS_PYTHON)), VIRTUAL_ENV, CONDA_PREFIX];
  const others = prefixes.flatMap((prefix) => {
    if (!prefix) return [];
    const lib = join(prefix, "lib");
    return filesOf(lib)
      .filter((name) => /^python3\.\d+$/.test(name))
      .map((name) => join(lib, name, "site-packages"));
  });
  return [...new Set([...own, ...others])];
}

/** glibc's own: what was loaded stays, also when it turns out to be no module of Node's. */
const NODELETE = 0x1000;

/**
 * Makes onnxruntime-node, which must not have been imported yet, use the runtime that was found. Its binding looks for the
 * runtime beside itself, and the runtime for its providers, so all lie together in a folder of the cache.
 * @throws Error naming the library that cannot be loaded
 */
export function useCuda({ runtime, libraries }: CudaParts & { runtime: string }): void {
  for (const library of libraries) preload(library);
  const folder = join(cacheFolder(), "cuda", VERSION);
  mkdirSync(folder, { recursive: true });
  const links = {
    "libonnxruntime.so.1": RUNTIME,
    ...Object.fromEntries(PROVIDERS.map((file) => [file, file])),
  };
  for (const [name, file] of Object.entries(links)) {
    rmSync(join(folder, name), { force: true });
    symlinkSync(join(runtime, file), join(folder, name));
  }
  const original = bindingFile();
  const binding = join(folder, basename(original));
  copyFileSync(original, binding);
  const module = { exports: {} };
  process.dlopen(module, binding, constants.dlopen.RTLD_NOW);
  const { cache } = createRequire(import.meta.url);
  cache[original] = Object.assign(Object.create(null), {
    id: original,
    filename: original,
    loaded: true,
    ...module,
  });
}

function preload(library: string): void {
  try {
    process.dlopen(
      { exports: {} },
      library,
      constants.dlopen.RTLD_LAZY | constants.dlopen.RTLD_GLOBAL | NODELETE,
    );
  } catch (error) {
    if (!(error as Error).message.includes("did not self-register")) throw error;
  }
}

/** The native part of onnxruntime-node for this machine. */
export function bindingFile(): string {
  const entry = createRequire(join(packageRoot, "package.json")).resolve("onnxruntime-node");
  const { platform, arch } = process;
  return join(dirname(entry), "..", "bin", "napi-v6", platform, arch, "onnxruntime_binding.node");
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
