import { hash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

import ts = require("typescript");

import { packageRoot } from "../package.js";
import { needsCompiling } from "./compile-module.js";
import { awaitsAtTop, parseFile } from "./names.js";

/** How Node has to load a file; "other" is left to Node. */
export type ModuleKind = "module" | "commonjs" | "json" | "other";

export interface Module {
  kind: ModuleKind;
  text: string;
  /** Number of the instance that importers get, from 1. */
  version: number;
}

interface ModuleEntry extends Module {
  digest: string;
  /** Whether the file was old enough when it was read that a later write shows in its time. */
  settled: boolean;
  stamp: string;
  /** What it imports by a relative name, and the files that these names stood for; undefined for none. */
  imports: Map<string, string | undefined>;
  importers: Set<string>;
  /** When it was loaded, as a count of loads; 0 until then. */
  loaded: number;
}

/** Files in memory and on disk, and what TypeScript takes a relative name for. */
export interface Files {
  read(file: string): string | undefined;
  find(name: string, from: string): string | undefined;
}

/** A second write within this time of the first may leave the file with the same time. */
const SAME_TIME_MS = 1000;

/**
 * The modules beside the notebook. One that changed gets a new version, and so do all that import it, for an instance
 * holds what it was linked to. Packages keep their one instance.
 */
export class ModulesBeside {
  readonly #modules = new Map<string, ModuleEntry>();
  readonly #versions = new Map<string, number>();
  #loads = 0;

  /** @param dropped called with each module whose instance is out of date */
  constructor(
    private readonly files: Files,
    private readonly dropped: (file: string, version: number) => void,
  ) {}

  has(file: string): boolean {
    return this.#modules.has(file);
  }

  /** A file as it is now, or as it was when it was first asked for after the last change that was noticed. */
  get(file: string): Module | undefined {
    const entry = this.#modules.get(file);
    if (entry) return entry;
    const text = this.files.read(file);
    if (text === undefined) return undefined;
    const module: ModuleEntry = {
      kind: kindOf(file, text),
      text,
      version: this.#versions.get(file) ?? 1,
      digest: hash("sha1", text),
      ...timeOf(file),
      imports: new Map(),
      importers: new Set(),
      loaded: 0,
    };
    this.#modules.set(file, module);
    return module;
  }

  /** The file that a path or a URL without search stands for. */
  locate(place: string, from: string): string | undefined {
    if (place.startsWith("file:")) return pathOf(place);
    if (isAbsolute(place)) return place;
    const exact = join(dirname(from), place);
    // JavaScript means what it says; TypeScript, also that of cells, may mean `a.ts` by "./a.js".
    if (this.has(from) && !needsCompiling(from) && this.#isFile(exact)) return exact;
    const file = this.files.find(place, from);
    // What a declaration file describes is beside it.
    return file?.replace(/\.d\.([cm]?)ts$/, ".$1js") ?? (this.#isFile(exact) ? exact : undefined);
  }

  loaded(file: string): void {
    const entry = this.#modules.get(file);
    if (entry) entry.loaded = ++this.#loads;
  }

  imported(from: string, name: string, to: string | undefined): void {
    this.#modules.get(from)?.imports.set(name, to);
    if (to !== undefined && this.get(to)) this.#modules.get(to)!.importers.add(from);
  }

  /** Notices what has been written, renamed, deleted and put beside since. */
  refresh(): void {
    for (const [file, entry] of [...this.#modules])
      if (this.#modules.get(file) === entry && this.#isOutdated(file, entry)) this.#drop(file);
  }

  /** What `forget` takes: everything that is loaded from now on. */
  get now(): number {
    return this.#loads;
  }

  /** The files that were loaded from then on. */
  loadedSince(since: number): string[] {
    return [...this.#modules].flatMap(([file, { loaded }]) => (loaded > since ? [file] : []));
  }

  /** Modules that an import loaded before it failed are loaded anew by the next. */
  forget(since: number): void {
    for (const file of this.loadedSince(since)) this.#drop(file);
  }

  #isFile(file: string): boolean {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  }

  #isOutdated(file: string, entry: ModuleEntry): boolean {
    const { stamp, settled } = timeOf(file);
    if (!entry.settled || stamp !== entry.stamp) {
      const text = this.files.read(file);
      if (text === undefined || hash("sha1", text) !== entry.digest) return true;
      Object.assign(entry, { stamp, settled });
    }
    return [...entry.imports].some(([name, to]) => this.locate(name, file) !== to);
  }

  #drop(file: string): void {
    const entry = this.#modules.get(file);
    if (!entry) return;
    this.#modules.delete(file);
    this.#versions.set(file, entry.version + 1);
    for (const to of entry.imports.values())
      if (to !== undefined) this.#modules.get(to)?.importers.delete(file);
    this.dropped(file, entry.version);
    for (const importer of entry.importers) this.#drop(importer);
  }
}

/** The version of a module in its URL. ES modules have it in the path, which is what a `require` knows them by. */
const VERSION = /(?:%3F|\?)v=\d+$/;

export function pathOf(url: string): string {
  return fileURLToPath(url.replace(VERSION, ""));
}

/** Whether a file may change in a session: it is in no package, and not of the kernel. */
export function isBeside(file: string): boolean {
  const path = file.replaceAll("\\", "/");
  return !path.includes("/node_modules/") && !path.startsWith(`${packageRoot.replaceAll("\\", "/")}/lib/`);
}

function kindOf(file: string, text: string): ModuleKind {
  const extension = extname(file);
  if (extension === ".json") return "json";
  if (extension === ".cjs" || extension === ".cts") return "commonjs";
  if (extension === ".mjs" || extension === ".mts") return "module";
  if (![".js", ".jsx", ".ts", ".tsx"].includes(extension)) return "other";
  const source = parseFile(file, text);
  const commonjs = (statement: ts.Statement) =>
    (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)) ||
    (ts.isExportAssignment(statement) && statement.isExportEquals);
  if (source.statements.some(commonjs)) return "commonjs";
  if (ts.isExternalModule(source) || awaitsAtTop(source)) return "module";
  return packageType(file) === "module" ? "module" : "commonjs";
}

function packageType(file: string): unknown {
  const manifest = ts.findConfigFile(dirname(file), ts.sys.fileExists, "package.json");
  if (manifest === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(manifest, "utf8")).type;
  } catch {
    // Node says what is wrong with it when it loads the file.
    return undefined;
  }
}

/** A file in memory has none: it is compared by its text. */
function timeOf(file: string): { stamp: string; settled: boolean } {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return { stamp: "", settled: false };
  const { mtimeMs, ctimeMs, size, ino } = stat;
  return {
    stamp: [mtimeMs, ctimeMs, size, ino].join(),
    settled: Date.now() - Math.max(mtimeMs, ctimeMs) > SAME_TIME_MS,
  };
}
