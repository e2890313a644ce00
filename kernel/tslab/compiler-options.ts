import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import ts = require("typescript");

/** How cells and the modules beside the notebook are compiled. */
export interface Settings {
  options: ts.CompilerOptions;
  /** What is wrong with the folder's `tsconfig.json`. */
  errors: ts.Diagnostic[];
}

/**
 * What a `tsconfig.json` beside the notebook decides: which language its cells are in, and how they are checked. How
 * modules are found, written and run is the kernel's.
 * https://www.typescriptlang.org/tsconfig/
 */
const DECIDED = [
  "emitDecoratorMetadata",
  "exactOptionalPropertyTypes",
  "experimentalDecorators",
  "jsx",
  "jsxFactory",
  "jsxFragmentFactory",
  "jsxImportSource",
  "lib",
  "noFallthroughCasesInSwitch",
  "noImplicitAny",
  "noImplicitOverride",
  "noImplicitReturns",
  "noImplicitThis",
  "noPropertyAccessFromIndexSignature",
  "noUncheckedIndexedAccess",
  "strict",
  "strictBindCallApply",
  "strictBuiltinIteratorReturn",
  "strictFunctionTypes",
  "strictNullChecks",
  "strictPropertyInitialization",
  "types",
  "useDefineForClassFields",
  "useUnknownInCatchVariables",
];

/** JSX that stays JSX is nothing that Node can run. */
const RUNNABLE_JSX = [ts.JsxEmit.React, ts.JsxEmit.ReactJSX, ts.JsxEmit.ReactJSXDev];
const NO_INPUTS = new Set([18002, 18003]);

/** The settings of a folder, read again when its `tsconfig.json` has changed. */
export function settingsOf(folder: string): () => Settings {
  const file = join(folder, "tsconfig.json");
  let read: string | undefined;
  let settings: Settings = { options: defaults(folder), errors: [] };
  return () => {
    const text = existsSync(file) ? ts.sys.readFile(file) : undefined;
    if (text !== read) settings = withConfig(folder, file, text);
    read = text;
    return settings;
  };
}

function withConfig(folder: string, file: string, text: string | undefined): Settings {
  const options = defaults(folder);
  if (text === undefined) return { options, errors: [] };
  const { config, error } = ts.parseConfigFileTextToJson(file, text);
  // The folder's other files are none of its business.
  const host = { ...ts.sys, readDirectory: () => [] };
  const parsed = ts.parseJsonConfigFileContent(config ?? {}, host, folder, undefined, file);
  if (!error && !covers(parsed, folder)) return { options, errors: [] };
  const wrong = [...(error ? [error] : []), ...parsed.errors].filter(({ code }) => !NO_INPUTS.has(code));
  for (const name of DECIDED) if (parsed.options[name] !== undefined) options[name] = parsed.options[name];
  // Node has what its language and its own types say, for whatever else a project is compiled.
  const { lib, types } = defaults(folder);
  options.lib = [...new Set([...lib!, ...(parsed.options.lib ?? [])])];
  options.types = [...new Set([...types!, ...(parsed.options.types ?? [])])];
  if (!RUNNABLE_JSX.includes(options.jsx!)) options.jsx = ts.JsxEmit.React;
  return { options, errors: wrong };
}

/** Whether a file beside the notebook would be one that the config is for: not with `"include": ["src"]`, say. */
function covers({ wildcardDirectories }: ts.ParsedCommandLine, folder: string): boolean {
  const same = (path: string) => (ts.sys.useCaseSensitiveFileNames ? path : path.toLowerCase());
  const normal = (path: string) => same(path.replaceAll("\\", "/"));
  return Object.keys(wildcardDirectories ?? {}).some((each) => normal(each) === normal(folder));
}

function defaults(folder: string): ts.CompilerOptions {
  const nodeTypes = createRequire(import.meta.url).resolve("@types/node/package.json");
  const own = join(folder, "node_modules", "@types");
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
    experimentalDecorators: true,
    useDefineForClassFields: true,
    preserveConstEnums: true,
    sourceMap: true,
    declaration: true,
    types: ["node"],
    typeRoots: [dirname(dirname(nodeTypes)), ...(existsSync(own) ? [own] : [])],
    noEmitOnError: false,
  };
}
