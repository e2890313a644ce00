import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { dataFolder, KERNEL_NAME } from "../jupyter/setup/install.js";
import { nodeProblem } from "../jupyter/setup/node.js";
import { manifest, packageRoot } from "../package.js";

/** One thing that was looked at. */
export interface Finding {
  what: string;
  /** `bad` means that something a person would use does not work; `note` is worth knowing. */
  state: "ok" | "note" | "bad";
  detail: string;
}

/**
 * Kernel, extension and widget manager of one Jupyter: of several, the first in which all is well, else the first. The one
 * that COLPALI_LENS_PYTHON names is the only one that counts.
 */
export function jupyterFindings(): Finding[] {
  const python = process.env.COLPALI_LENS_PYTHON;
  const windows = process.platform === "win32";
  const own = join(packageRoot, ".venv", windows ? "Scripts/python.exe" : "bin/python");
  const asked = python
    ? [ask(python, "-m", "jupyter")]
    : [...(existsSync(own) ? [ask(own, "-m", "jupyter")] : []), ask("jupyter")];
  const found = asked.filter((folders) => folders !== null);
  const places = found.length > 0 ? found : [usualFolders()];
  const reports = places.map((folders) => [kernel(folders), extension(folders), widgetManager(folders)]);
  return reports.find((findings) => findings.every(({ state }) => state === "ok")) ?? reports[0];
}

/** Where a Jupyter looks for kernels and extensions, in its own words; null when there is none. */
function ask(command: string, ...args: string[]): string[] | null {
  try {
    const answer = execFileSync(command, [...args, "--paths", "--json"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return JSON.parse(answer).data;
  } catch {
    return null;
  }
}

function usualFolders(): string[] {
  return [dataFolder({ user: true }), dataFolder({ system: true }), "/usr/share/jupyter"];
}

const INSTALL = "run `npm run lab` in a clone, else `colpali-lens install`";

function kernel(folders: string[]): Finding {
  const what = "kernel";
  const file = find(folders, "kernels", KERNEL_NAME, "kernel.json");
  if (!file) return bad(what, `not registered: ${INSTALL}`);
  const { argv } = JSON.parse(readFileSync(file, "utf8")) as { argv: string[] };
  const program = argv[0];
  const missing = [program, argv.find((a) => a.endsWith("main.js"))].find(
    (f) => f && basename(f) !== f && !existsSync(f),
  );
  if (missing) return bad(what, `${file} names ${missing}, which is gone: ${INSTALL}`);
  // The wheel's kernel is started by Python, which brings its own Node.
  if (!/^node(\.exe)?$/.test(basename(program)))
    return { what, state: "ok", detail: `${file}, on ${program}` };
  const version = versionOf(program);
  if (version === null) return bad(what, `${file} names ${program}, which does not run: ${INSTALL}`);
  const problem = nodeProblem(version, program);
  return problem ? bad(what, problem) : { what, state: "ok", detail: `${file}, on Node ${version}` };
}

function versionOf(program: string): string | null {
  try {
    return execFileSync(program, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

function extension(folders: string[]): Finding {
  const what = "JupyterLab extension";
  const file = find(folders, "labextensions", manifest.name, "package.json");
  if (!file) return bad(what, `not installed: ${INSTALL}`);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  if (version !== manifest.version)
    return bad(what, `${file} is ${version}, expected ${manifest.version}: ${INSTALL}`);
  return { what, state: "ok", detail: `${version}, ${file}` };
}

function widgetManager(folders: string[]): Finding {
  const what = "widget manager";
  const file = find(folders, "labextensions", "@jupyter-widgets", "jupyterlab-manager", "package.json");
  if (!file) return bad(what, "not found: pip install jupyterlab_widgets");
  return { what, state: "ok", detail: file };
}

function find(folders: string[], ...path: string[]): string | undefined {
  return folders.map((folder) => join(folder, ...path)).find(existsSync);
}

function bad(what: string, detail: string): Finding {
  return { what, state: "bad", detail };
}
