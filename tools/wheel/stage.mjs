/**
 * Lays out what the wheel carries in `.cache/wheel` and prints the plan as JSON: the platform, and which folder goes where.
 * `js/` is the built package with the production part of node_modules that the kernel needs, for this platform alone.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../report.mjs";

const PLATFORMS = {
  "linux-x64": "manylinux_2_28_x86_64",
  "linux-arm64": "manylinux_2_28_aarch64",
  "darwin-arm64": "macosx_13_0_arm64",
  "win32-x64": "win_amd64",
};
/** Only the browser needs these. */
const BROWSER_ONLY = ["@jupyter-widgets/base", "d3-selection", "d3-zoom"];
const { platform, arch } = process;
const stage = join(root, ".cache", "wheel");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { DISPLAY_NAME } = await import(new URL("../../lib/kernel/jupyter/setup/install.js", import.meta.url));
const { EXPORT_SETTINGS, LAB_FOLDER, LAB_SETTINGS, SERVER_SETTINGS } = await import(
  new URL("../../lib/kernel/jupyter/setup/jupyter-config.js", import.meta.url)
);
const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

const tag = PLATFORMS[`${platform}-${arch}`];
if (!tag)
  throw new Error(
    `invalid platform: ${platform}-${arch}, expected one of ${Object.keys(PLATFORMS).join(", ")}`,
  );
for (const built of ["lib/kernel/main.js", "labextension/package.json"]) {
  if (!existsSync(join(root, built))) throw new Error(`${built} is missing: run npm run build first`);
}
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
stagePackage();
stageKernelSpec();
stageSettings();
process.stdout.write(
  JSON.stringify({
    platform: tag,
    include: {
      [join(stage, "js")]: "colpali_lens/js",
      [join(stage, "settings", "server.json")]: "colpali_lens/settings.json",
    },
    data: {
      [join(root, "labextension")]: `share/jupyter/labextensions/${manifest.name}`,
      [join(stage, "install.json")]: `share/jupyter/labextensions/${manifest.name}/install.json`,
      [join(stage, "settings", "lab.json")]: `etc/jupyter/${LAB_FOLDER}/${manifest.name}.json`,
      [join(stage, "settings", "extension.json")]:
        `etc/jupyter/jupyter_server_config.d/${manifest.name}.json`,
      [join(stage, "settings", "nbconvert.json")]: "etc/jupyter/jupyter_nbconvert_config.json",
      [join(stage, "kernelspec")]: `share/jupyter/kernels/${manifest.name}`,
    },
  }),
);

function stagePackage() {
  const js = join(stage, "js");
  for (const part of ["lib", "dist", "style", "models/mini", "LICENSE", "install.json", "package.json"])
    copy(join(root, part), join(js, part));
  for (const path of productionPackages()) copy(join(root, path), join(js, path));
}

/** Paths of the packages that the kernel reaches through dependencies, by Node's own rule of resolution. */
function productionPackages() {
  const found = new Set();
  const waiting = Object.keys(manifest.dependencies)
    .filter((name) => !BROWSER_ONLY.includes(name))
    .map((name) => ["", name]);
  for (const [from, name] of waiting) {
    const path = resolve(from, name);
    // An optional package of another platform is not there.
    if (!path || found.has(path) || !existsSync(join(root, path))) continue;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = packages[path];
    waiting.push(...Object.keys({ ...dependencies, ...optionalDependencies }).map((next) => [path, next]));
  }
  return [...found].sort();
}

function resolve(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const path = `${at ? `${at}/` : ""}node_modules/${name}`;
    if (packages[path]) return path;
    if (at === "") return null;
    if (!at.includes("/node_modules/")) {
      return packages[`node_modules/${name}`] ? `node_modules/${name}` : null;
    }
  }
}

/** Without what other platforms, compilers and browsers need. */
function copy(from, to) {
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter: (path) => wanted(path.replaceAll("\\", "/")),
  });
}

function wanted(path) {
  if (path.endsWith(".tsbuildinfo") || path.endsWith(".build-stamp")) return false;
  if (/\/node_modules\/.*\.(map|md|markdown|c|cc|cpp|h)$/.test(path)) return false;
  if (/\/node_modules\/[^/]+\/(test|tests|docs|example|examples)$/.test(path)) return false;
  const binary = /\/(onnxruntime-node\/bin\/napi-v\d+|zeromq\/build)\/(darwin|linux|win32)(?:\/(\w+))?/.exec(
    path,
  );
  if (binary) return binary[2] === platform && (binary[3] === undefined || binary[3] === arch);
  if (/\/zeromq\/(src|script|vcpkg)/.test(path)) return false;
  if (path.endsWith("/@embedpdf/pdfium/dist/index.browser.js")) return false;
  // Messages in other languages; tslab and the kernel use the English ones.
  return !/\/lib\/(cs|de|es|fr|it|ja|ko|pl|pt-br|ru|tr|zh-cn|zh-tw)(\/|$)/.test(path);
}

function stageKernelSpec() {
  const folder = join(stage, "kernelspec");
  mkdirSync(folder);
  // Jupyter starts the interpreter that the wheel is installed in, and that starts the Node beside it.
  const spec = {
    argv: ["python", "-m", "colpali_lens", "kernel", "{connection_file}"],
    display_name: DISPLAY_NAME,
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
  writeJson(join(folder, "kernel.json"), spec);
  cpSync(join(root, "style", "logo.svg"), join(folder, "logo-svg.svg"));
  writeJson(join(stage, "install.json"), {
    packageManager: "python",
    packageName: manifest.name,
    uninstallInstructions: `pip uninstall ${manifest.name}`,
  });
}

/**
 * pip writes whole files, and Jupyter's own for the server may be a person's: there the settings come through an extension of
 * the server (`colpali_lens/__init__.py`), which files of any name can switch on.
 */
function stageSettings() {
  const folder = join(stage, "settings");
  mkdirSync(folder);
  writeJson(join(folder, "lab.json"), LAB_SETTINGS);
  writeJson(join(folder, "nbconvert.json"), EXPORT_SETTINGS);
  writeJson(join(folder, "server.json"), { ...SERVER_SETTINGS, ...EXPORT_SETTINGS });
  writeJson(join(folder, "extension.json"), { ServerApp: { jpserver_extensions: { colpali_lens: true } } });
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
