/** What `npm run lab` opens: the clone's first notebook, or the folder or file that the person names. */
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { root, Trouble } from "./report.mjs";

/** What the command opens when nothing else is named, below the clone. */
export const firstLook = "examples/first-look.ipynb";

/** JupyterLab's options whose value may be the next argument; those with a full stop (`--ServerApp.ip`) have one too. */
export const WITH_VALUE = [
  ...["app-dir", "browser", "certfile", "client-ca", "config", "gateway-url", "ip", "keyfile", "log-level"],
  ...["notebook-dir", "port", "port-retries", "preferred-dir", "pylab", "sock", "sock-mode", "transport"],
];
/** Those that name the folder that is served. */
const ROOT = ["notebook-dir", "ServerApp.root_dir", "ServerApp.notebook_dir", "NotebookApp.notebook_dir"];

/**
 * Reads JupyterLab's arguments, which may hold a folder or a file to open.
 * @param {string[]} args
 * @param {string} from the folder that relative paths start from
 * @returns {{folder: string, open?: string, rest: string[]}} the folder to serve, absolute, the file in it to open, and the
 *   other arguments
 * @throws Trouble for what is not there, or does not go together
 */
export function choosePlace(args, from) {
  const rest = [];
  const named = [];
  const words = [...args];
  while (words.length > 0) {
    const word = words.shift();
    const [, name, given] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const value = given ?? (WITH_VALUE.includes(name) || name?.includes(".") ? words.shift() : undefined);
    if (ROOT.includes(name)) named.push(existing(`--${name}`, value ?? "", from, "a folder"));
    else if (name) rest.push(value === undefined ? word : `--${name}=${value}`);
    else if (word.startsWith("-")) rest.push(word);
    else named.push(existing("PATH", word, from, "a folder or a file"));
  }
  if (named.length === 0) return { folder: root, open: firstLook, rest };
  const folders = named.filter(({ isFolder }) => isFolder).map(({ path }) => path);
  const files = named.filter(({ isFolder }) => !isFolder).map(({ path }) => path);
  if (folders.length > 1 || files.length > 1)
    throw new Trouble(`invalid PATH: ${[...folders, ...files].join(", ")}, expected one folder or one file`);
  const [folder = dirname(files[0])] = folders;
  if (files.length === 0) return { folder, rest };
  const open = relative(folder, files[0]);
  if (open.startsWith("..") || isAbsolute(open))
    throw new Trouble(`invalid PATH: ${files[0]}, expected a file in ${folder}`);
  return { folder, open: open.replaceAll("\\", "/"), rest };
}

function existing(name, value, from, expected) {
  // Shells leave the tilde of `--notebook-dir=~/notes` as it is.
  const path = resolve(from, value.replace(/^~(?=$|[/\\])/, homedir()));
  if (value === "" || !existsSync(path))
    throw new Trouble(`invalid ${name}: ${value}, expected ${expected} that exists; ${path} does not`);
  const isFolder = statSync(path).isDirectory();
  if (!isFolder && expected === "a folder")
    throw new Trouble(`invalid ${name}: ${value}, expected a folder; ${path} is a file`);
  return { path, isFolder };
}
