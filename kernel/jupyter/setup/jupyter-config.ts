import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { manifest } from "../../package.js";

type Settings = { [name: string]: unknown };

/** Of the server: a picture that a person uploads can be larger than the 10 MB that a message from a browser may have. */
export const SERVER_SETTINGS: Settings = {
  ServerApp: { tornado_settings: { websocket_max_message_size: 2 ** 28 } },
};

/** Of nbconvert: an export shows a lens's picture and table. A live lens, its first choice, needs a network and is blank without. */
export const EXPORT_SETTINGS: Settings = {
  HTMLExporter: {
    NbConvertBase: {
      display_data_priority: [
        "text/html",
        "application/vnd.jupyter.widget-view+json",
        "application/javascript",
        "text/markdown",
        "image/svg+xml",
        "text/vnd.mermaid",
        "text/latex",
        "image/png",
        "image/jpeg",
        "text/plain",
      ],
    },
  },
};

/** Of JupyterLab: a saved notebook keeps its lenses live. */
export const LAB_SETTINGS: Settings = { "@jupyter-widgets/jupyterlab-manager:plugin": { saveState: true } };

/** JupyterLab reads every file of this folder, below a folder of Jupyter's configuration; people's own settings come first. */
export const LAB_FOLDER = "labconfig/default_setting_overrides.d";

/**
 * Adds the settings to a folder of Jupyter's configuration. Jupyter has one file for those of the server and of nbconvert:
 * what a person has set in it stays.
 * @returns the files that hold them
 * @throws Error when that file cannot be read
 */
export function addSettings(folder: string): string[] {
  const shared = sharedFile(folder);
  const now = readShared(shared);
  const then = completed(now, { ...SERVER_SETTINGS, ...EXPORT_SETTINGS });
  if (!isDeepStrictEqual(now, then)) write(shared, then);
  const own = ownFile(folder);
  write(own, LAB_SETTINGS);
  return [shared, own];
}

/** Removes what `addSettings` added, and nothing else. @returns the files changed or removed */
export function removeSettings(folder: string): string[] {
  const changed: string[] = [];
  const shared = sharedFile(folder);
  if (existsSync(shared)) {
    const now = readShared(shared);
    const then = without(now, { ...SERVER_SETTINGS, ...EXPORT_SETTINGS });
    if (!isDeepStrictEqual(now, then)) {
      if (Object.keys(then).length > 0) write(shared, then);
      else rmSync(shared);
      changed.push(shared);
    }
  }
  const own = ownFile(folder);
  if (existsSync(own)) {
    rmSync(own);
    changed.push(own);
  }
  for (const each of [dirname(own), dirname(dirname(own)), folder])
    if (existsSync(each) && readdirSync(each).length === 0) rmdirSync(each);
  return changed;
}

const sharedFile = (folder: string) => join(folder, "jupyter_config.json");
const ownFile = (folder: string) => join(folder, LAB_FOLDER, `${manifest.name}.json`);

function readShared(file: string): Settings {
  if (!existsSync(file)) return {};
  try {
    const settings: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isSettings(settings)) return settings;
  } catch (error) {
    throw new Error(`invalid settings in ${file}: ${(error as Error).message}; mend or remove the file`);
  }
  throw new Error(`invalid settings in ${file}: expected a JSON object; mend or remove the file`);
}

function write(file: string, settings: Settings): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
}

/** `theirs`, with what only `ours` has. */
function completed(theirs: Settings, ours: Settings): Settings {
  const all: Settings = { ...theirs };
  for (const [name, value] of Object.entries(ours)) {
    if (!(name in all)) all[name] = value;
    else if (isSettings(all[name]) && isSettings(value)) all[name] = completed(all[name], value);
  }
  return all;
}

/** `all` without what is as in `ours`. */
function without(all: Settings, ours: Settings): Settings {
  const rest: Settings = {};
  for (const [name, value] of Object.entries(all)) {
    if (isDeepStrictEqual(value, ours[name])) continue;
    const kept = isSettings(value) && isSettings(ours[name]) ? without(value, ours[name]) : value;
    rest[name] = kept;
  }
  return rest;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
