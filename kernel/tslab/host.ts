import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { manifest, packageRoot } from "../package.js";

/** Files that exist only in memory (cells, `@module` cells) beside those on disk. */
export interface Workspace {
  host: ts.LanguageServiceHost;
  options: ts.CompilerOptions;
  set(file: string, text: string): void;
  delete(file: string): void;
  /** The file that the next question is about. */
  root(file: string): void;
}

/**
 * What TypeScript sees from a folder: the notebook's own packages first, then those that come with the kernel, and
 * always the running `colpali-lens`.
 */
export function createWorkspace(cwd: string): Workspace {
  const options = compilerOptions(cwd);
  const texts = new Map<string, { text: string; version: number }>();
  let clock = 0;
  let roots: string[] = [];
  const read = (file: string) => texts.get(file)?.text ?? ts.sys.readFile(file);
  const files: ts.ModuleResolutionHost = {
    fileExists: (file) => texts.has(file) || ts.sys.fileExists(file),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath,
    getCurrentDirectory: () => cwd,
  };
  const resolve = (name: string, from: string, mode: ts.ResolutionMode) => {
    const own = join(packageRoot, "notebook.ts");
    const isOwn = name === manifest.name || name.startsWith(`${manifest.name}/`);
    const found = isOwn
      ? undefined
      : ts.resolveModuleName(name, from, options, files, undefined, undefined, mode);
    if (found?.resolvedModule || name.startsWith(".")) return found!;
    return ts.resolveModuleName(name, own, options, files, undefined, undefined, mode);
  };
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => roots,
    getScriptVersion: (file) => {
      const memory = texts.get(file);
      if (memory) return `m${memory.version}`;
      // What lies in packages does not change under a session's feet; files beside the notebook do.
      if (file.includes("/node_modules/")) return "0";
      return String(ts.sys.getModifiedTime?.(file)?.getTime() ?? 0);
    },
    getScriptSnapshot: (file) => {
      const text = read(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => cwd,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    resolveModuleNameLiterals: (literals, from, _redirected, _options, source) =>
      literals.map((literal) =>
        resolve(literal.text, from, ts.getModeForUsageLocation(source, literal, options)),
      ),
    ...files,
    readDirectory: ts.sys.readDirectory,
  } as ts.LanguageServiceHost;
  return {
    host,
    options,
    set: (file, text) => void texts.set(file, { text, version: ++clock }),
    delete: (file) => void texts.delete(file),
    root: (file) => {
      roots = [file];
    },
  };
}

function compilerOptions(cwd: string): ts.CompilerOptions {
  const nodeTypes = createRequire(import.meta.url).resolve("@types/node/package.json");
  const own = join(cwd, "node_modules", "@types");
  return {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.esnext.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ["node"],
    esModuleInterop: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    allowJs: true,
    checkJs: false,
    strict: false,
    alwaysStrict: false,
    skipLibCheck: true,
    jsx: ts.JsxEmit.React,
    jsxFactory: "exports.React.createElement",
    jsxFragmentFactory: "exports.React.Fragment",
    experimentalDecorators: true,
    useDefineForClassFields: true,
    preserveConstEnums: true,
    sourceMap: true,
    types: ["node"],
    typeRoots: [dirname(dirname(nodeTypes)), ...(existsSync(own) ? [own] : [])],
    noEmitOnError: false,
  };
}
