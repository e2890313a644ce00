import { isBuiltin } from "node:module";
import { extname } from "node:path";

import ts = require("typescript");

import { manifest } from "../package.js";
import { takeFromCommonJs } from "./from-commonjs.js";
import { identifiers, parseFile, syntaxErrors, topLevelNames } from "./names.js";

export interface Emitted {
  js: string;
  sourceMap: string;
}

/** Whether a file is written in what Node does not read. */
export function needsCompiling(file: string): boolean {
  return [".ts", ".tsx", ".mts", ".cts", ".jsx"].includes(extname(file));
}

/**
 * A module beside the notebook as JavaScript.
 * @param program knows the types of what the module exports again, unless the module has changed meanwhile
 * @param isCommonJs of a name that the module imports
 * @throws SyntaxError with the place in the file
 */
export function compileModule(
  file: string,
  { text, kind }: { text: string; kind: string },
  options: ts.CompilerOptions,
  program: ts.Program | undefined,
  isCommonJs: (name: string) => boolean,
): Emitted {
  const wrong = syntaxError(file, text);
  if (wrong) throw new SyntaxError(`${wrong.place} - ${wrong.message}`);
  const emitted = { js: "", sourceMap: "" };
  const source = kind === "module" ? program?.getSourceFile(file) : undefined;
  const after = kind === "module" ? [takeFromCommonJs((name) => !isOurs(name) && isCommonJs(name))] : [];
  if (source?.text === text) {
    const write = (name: string, content: string) => {
      if (name.endsWith(".map")) emitted.sourceMap = content;
      else if (!/\.d\.[cm]?ts$/.test(name)) emitted.js = content;
    };
    program!.emit(source, write, undefined, false, { after });
  }
  // TypeScript emits no `a.ts` beside an `a.js`, which it might overwrite.
  if (emitted.js === "") {
    const module = kind === "module" ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS;
    const compilerOptions = { ...options, module, declaration: false };
    const output = ts.transpileModule(text, { fileName: file, compilerOptions, transformers: { after } });
    emitted.js = output.outputText;
    emitted.sourceMap = output.sourceMapText!;
  }
  return { ...emitted, js: emitted.js.replace(/^\/\/# sourceMappingURL=.*$/m, "") };
}

/** What Node gives to CommonJS modules only, and its types promise to all: the names of it that a module uses. */
export function commonJsNames(file: string, text: string): string[] {
  const promised = ["require", "__filename", "__dirname"];
  if (!promised.some((name) => text.includes(name))) return [];
  const source = parseFile(file, text);
  const used = identifiers(source);
  const { names } = topLevelNames(source);
  return promised.filter((name) => used.has(name) && !names.has(name));
}

function isOurs(name: string): boolean {
  return isBuiltin(name) || name === manifest.name || name.startsWith(`${manifest.name}/`);
}

/** The first syntax error of a file, and its place as in a stack. */
export function syntaxError(file: string, text: string): { place: string; message: string } | undefined {
  const [wrong] = syntaxErrors(parseFile(file, text));
  if (!wrong) return undefined;
  const { line, character } = ts.getLineAndCharacterOfPosition(wrong.file, wrong.start);
  const message = ts.flattenDiagnosticMessageText(wrong.messageText, " ");
  return { place: `${file}:${line + 1}:${character + 1}`, message };
}
