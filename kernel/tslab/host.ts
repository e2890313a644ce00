import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";

import ts = require("typescript");

import { DIALOG_DECLARATIONS } from "../jupyter/dialogs.js";
import { manifest, packageRoot } from "../package.js";
import { type Settings, settingsOf } from "./compiler-options.js";
import { globalDeclarations } from "./globals.js";

/** Files that exist only in memory (cells, `@module` cells) beside those on disk. */
export interface Workspace {
  host: ts.LanguageServiceHost;
  settings(): Settings;
  /** The text of a file, in memory or on disk. */
  read(file: string): string | undefined;
  /** The file that TypeScript takes for what a file imports. */
  find(name: string, from: string): string | undefined;
  set(file: string, text: string): void;
  delete(file: string): void;
  /** The files that the next question is about. */
  roots(files: string[]): void;
}

/**
 * What TypeScript sees from a folder: the notebook's own packages first, then those that come with the kernel, and
 * always the running `colpali-lens`.
 */
export function createWorkspace(cwd: string): Workspace {
  const read = settingsOf(cwd);
  let settings = read();
  // Not those that say how modules are found: no `tsconfig.json` decides them.
  const { options } = settings;
  const texts = new Map<string, { text: string; version: number }>();
  const dialogs = join(cwd, "__cells-dialogs.d.ts");
  const globals = join(cwd, "__cells-globals.d.ts");
  texts.set(dialogs, { text: DIALOG_DECLARATIONS, version: 0 });
  texts.set(globals, { text: globalDeclarations(), version: 0 });
  const snapshots = new Map<string, ts.IScriptSnapshot>();
  let clock = 0;
  let roots: string[] = [];
  const textOf = (file: string) => texts.get(file)?.text ?? ts.sys.readFile(file);
  const files: ts.ModuleResolutionHost = {
    fileExists: (file) => texts.has(file) || ts.sys.fileExists(file),
    readFile: textOf,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath,
    getCurrentDirectory: () => cwd,
  };
  const own = join(packageRoot, "notebook.ts");
  const resolve = (
    name: string,
    from: string,
    mode: ts.ResolutionMode,
  ): ts.ResolvedModuleWithFailedLookupLocations => {
    // Node's own modules are declared in its types; a search of the disk would find nothing, again and again.
    if (isBuiltin(name)) return { resolvedModule: undefined };
    if (name.startsWith("./")) {
      const extension = [".ts", ".tsx"].find((each) => texts.has(join(dirname(from), name + each)));
      const resolvedFileName = join(dirname(from), `${name}${extension}`);
      if (extension)
        return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport: false } };
    }
    const isOwn = name === manifest.name || name.startsWith(`${manifest.name}/`);
    const found = isOwn
      ? undefined
      : ts.resolveModuleName(
          name,
          from,
          options,
          files,
          isPackaged(from) ? packages : undefined,
          undefined,
          mode,
        );
    if (found?.resolvedModule || name.startsWith(".")) return found!;
    return ts.resolveModuleName(name, own, options, files, undefined, undefined, mode);
  };
  // Only for what packages import: it also remembers what is not there, and a notebook may install that next.
  const packages = ts.createModuleResolutionCache(cwd, (file) => file, options);
  // What lies in packages does not change under a session's feet; files beside the notebook do.
  const settled = remember<ts.ResolvedModuleWithFailedLookupLocations>((found) =>
    Boolean(found.resolvedModule),
  );
  const settledTypes = remember<ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations>((found) =>
    Boolean(found.resolvedTypeReferenceDirective),
  );
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [...roots, dialogs, globals],
    getScriptVersion: (file) => {
      const memory = texts.get(file);
      if (memory) return `m${memory.version}`;
      if (isPackaged(file)) return "0";
      return String(ts.sys.getModifiedTime?.(file)?.getTime() ?? 0);
    },
    getScriptSnapshot: (file) => {
      const packaged = snapshots.get(file);
      if (packaged) return packaged;
      const text = textOf(file);
      if (text === undefined) return undefined;
      const snapshot = ts.ScriptSnapshot.fromString(text);
      if (isPackaged(file)) snapshots.set(file, snapshot);
      return snapshot;
    },
    getCurrentDirectory: () => cwd,
    getCompilationSettings: () => settings.options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    resolveModuleNameLiterals: (literals, from, _redirected, _options, source) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(source, literal, options);
        return settled(literal.text, from, mode, () => resolve(literal.text, from, mode));
      }),
    resolveTypeReferenceDirectiveReferences: (references, from, redirected, _options, source) =>
      references.map((reference) => {
        const name = typeof reference === "string" ? reference : reference.fileName;
        const mode =
          typeof reference === "string"
            ? undefined
            : ts.getModeForFileReference(reference, source?.impliedNodeFormat);
        return settledTypes(name, from, mode, () =>
          ts.resolveTypeReferenceDirective(name, from, options, files, redirected, undefined, mode),
        );
      }),
    getModuleResolutionCache: () => packages,
    ...files,
    readDirectory: ts.sys.readDirectory,
  } as ts.LanguageServiceHost;
  return {
    host,
    settings: () => settings,
    read: textOf,
    find: (name, from) => resolve(name, from, undefined).resolvedModule?.resolvedFileName,
    set: (file, text) => void texts.set(file, { text, version: ++clock }),
    delete: (file) => void texts.delete(file),
    roots: (files) => {
      settings = read();
      roots = files;
    },
  };
}

function isPackaged(file: string): boolean {
  return file.includes("/node_modules/");
}

/** Keeps what files of packages import, by folder; what was not found is looked for again. */
function remember<T>(isFound: (result: T) => boolean) {
  const results = new Map<string, T>();
  return (name: string, from: string, mode: ts.ResolutionMode, resolve: () => T): T => {
    if (!isPackaged(from)) return resolve();
    const key = `${mode}|${name.startsWith(".") ? dirname(from) : from}|${name}`;
    const found = results.get(key) ?? resolve();
    if (isFound(found)) results.set(key, found);
    return found;
  };
}
