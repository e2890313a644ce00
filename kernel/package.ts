import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
}

/** Folder of the installed package: the same whether this file runs from `kernel/` or from `lib/kernel/`. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The package's own manifest: the only place that states its name and version. */
export const manifest: Manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));

function findRoot(folder: string): string {
  // lib/ holds a copy of package.json for the browser build, so the folder must also have install.json.
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json")) && existsSync(join(at, "install.json"))) return at;
    if (at === dirname(at)) throw new Error(`colpali-lens is incomplete: no package.json above ${folder}`);
  }
}
