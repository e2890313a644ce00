import { extname, join } from "node:path";

import ts = require("typescript");

import { createWorkspace } from "./host.js";
import { bindJsx, JSX_COMMENT, jsxNames } from "./jsx.js";
import {
  awaitsAtTop,
  identifiers,
  type Kind,
  parseCell,
  syntaxErrors,
  type TopLevel,
  topLevelNames,
} from "./names.js";
import { LAST, rewriteCell } from "./rewrite.js";

/** A position in a cell, from 0. */
interface Position {
  line: number;
  character: number;
}

export interface Diagnostic {
  start: Position;
  end: Position;
  messageText: string;
  code: number;
  fileName?: string;
}

/** What tslab's executor asks of a converter. */
export interface Conversion {
  output?: string;
  declOutput?: string;
  diagnostics: Diagnostic[];
  hasToplevelAwait: boolean;
  lastExpressionVar?: string;
  sideOutputs?: { path: string; data: string }[];
}

export interface CompiledCell {
  /** As it was typed. */
  code: string;
  /** JSON text, from the cell's JavaScript without its preamble to the cell's module. */
  sourceMap: string;
  /** Lines of the script; what comes after them is the executor's. */
  lines: number;
}

/** First line of every compiled cell; the code begins on the second. */
const PREAMBLE = '"use strict"; const __cell = globalThis[Symbol.for("colpali-lens.cells")];';

/** `import x = require("…")`, which cells may use although they are modules. */
const WELCOME = new Set([1202]);

/** Which cell declared a name last, and how. */
interface Owner {
  cell: number;
  kind: Kind;
}

/** The module that the next cell is compiled as, `.ts` or `.tsx`. */
const CURRENT = "__cell";
const MADE = /\/__cells?(_\d+(_code)?)?\.tsx?$/;
/** The module that names every cell's module: `__cells.c3.x` is the `x` of cell 3. */
const ALL = "__cells";
const IMPORT_ALL = `import * as ${ALL} from "./${ALL}";`;
const SLOTS = 64;
/** At most so many completions are looked up for their signatures: they cost a millisecond each. */
const SIGNATURES = 20;

export type CompletionEntry = ts.CompletionEntry & { signature?: string };

/**
 * Compiles cells with TypeScript's language service. A cell is the module `__cell.ts`, which takes the names it uses
 * from the cells that declared them last: types, completion and errors are those of ordinary modules. When it has
 * compiled, its declarations stay as `__cell_n.ts`.
 *
 * Making a program anew for each cell would cost more than checking the cell. TypeScript keeps the old one when no
 * file was added and no file's imports changed; so the files of cells to come are there from the beginning, and each
 * imports the one module that names them all.
 */
export class CellConverter {
  readonly #cwd: string;
  readonly #space;
  #service: ts.LanguageService;
  #compiling = false;
  /** For each name the cell that declared it last. */
  readonly #owner = new Map<string, Owner>();
  readonly #modules = new Set<string>();
  readonly #sides = new Map<string, string>();
  readonly #compiled = new Map<string, CompiledCell>();
  #cells = 0;
  #slots = 0;
  /** Name of the next cell in stack traces. */
  title = "cell";

  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#space = createWorkspace(cwd);
    this.#makeRoom();
    this.#service = ts.createLanguageService(this.#space.host, ts.createDocumentRegistry());
  }

  /** A cell by its title, for reading stack traces. */
  compiled(title: string): CompiledCell | undefined {
    return this.#compiled.get(title);
  }

  /** Makes the program that the first cell will need. */
  warm(): void {
    this.#probe("[0].map(String)", (file) => this.#diagnose(file));
  }

  convert(declarations: string, code: string): Conversion {
    this.#compiling = true;
    try {
      return this.#convert(declarations, code);
    } finally {
      this.#compiling = false;
    }
  }

  /** After an interrupt: a service that was stopped half-way is made anew; a terminated stack runs no `finally`. */
  repair(): void {
    if (!this.#compiling) return;
    this.#compiling = false;
    this.#service = ts.createLanguageService(this.#space.host, ts.createDocumentRegistry());
  }

  #convert(_declarations: string, code: string): Conversion {
    const { file, text, top, syntax } = this.#assemble(code);
    // Of the code alone: the line after it would get the error of a brace that is missing.
    const diagnostics = syntax.length > 0 ? syntax.map((d) => readable(d, 0)) : this.#diagnose(file);
    if (diagnostics.length > 0) return { diagnostics, hasToplevelAwait: false };
    const program = this.#service.getProgram()!;
    const source = program.getSourceFile(file)!;
    const owned = (name: string) => top.names.has(name) || this.#owner.has(name);
    const transformers = {
      before: [rewriteCell(program.getTypeChecker(), top, ALL)],
      after: file.endsWith("x") ? [bindJsx(jsxNames(code).filter(owned))] : [],
    };
    let js = "";
    let sourceMap = "";
    let declarations: string | undefined;
    program.emit(
      source,
      (name, content) => {
        if (name.endsWith(".map")) sourceMap = content;
        else if (name.endsWith(".d.ts")) declarations = content;
        else js = content;
      },
      undefined,
      false,
      transformers,
    );
    this.#keep(top, declarations, file, text);
    const body = js.replace(/^export \{\};$/gm, "").replace(/^\/\/# sourceMappingURL=.*$/gm, "");
    const output = `${PREAMBLE}\n${body}\n//# sourceURL=${this.title}`;
    this.#compiled.set(this.title, { code, sourceMap, lines: output.split("\n").length });
    const loads = source.statements.some((s) => ts.isImportDeclaration(s) && !isCell(s));
    return {
      output,
      declOutput: "",
      diagnostics: [],
      hasToplevelAwait: loads || awaitsAtTop(source) || file.endsWith("x"),
      lastExpressionVar: LAST,
      sideOutputs: this.#sideOutputs(program),
    };
  }

  /** A cell that begins with a JSDoc comment with `@module name`: a file of its own, imported as `"./name"`. */
  addModule(name: string, code: string): Diagnostic[] {
    const file = join(this.#cwd, `${name}.ts`);
    this.#space.set(file, code);
    this.#modules.add(file);
    this.#space.roots([this.#hub, ...this.#modules]);
    return this.#diagnose(file, 0);
  }

  complete(code: string, position: number): { start: number; entries: CompletionEntry[] } {
    const word = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0];
    const wanted = word.toLowerCase();
    const ask = (file: string, offset: number): CompletionEntry[] => {
      const options = { includeCompletionsForModuleExports: false, includeCompletionsWithInsertText: false };
      const all = this.#service.getCompletionsAtPosition(file, position + offset, options)?.entries ?? [];
      const meant = all.filter(({ name }) => name.toLowerCase().startsWith(wanted) && name !== ALL);
      if (meant.length > SIGNATURES) return meant;
      return meant.map((entry) => {
        const { name, source } = entry;
        const details = this.#service.getCompletionEntryDetails(
          file,
          position + offset,
          name,
          undefined,
          source,
          undefined,
          undefined,
        );
        const signature = signatureOf(ts.displayPartsToString(details?.displayParts), name);
        const kind = entry.kind === "alias" && this.#owner.get(name)?.kind;
        return {
          ...entry,
          kind: kind === "function" || kind === "class" ? kind : entry.kind,
          signature,
        } as CompletionEntry;
      });
    };
    return { start: position - word.length, entries: this.#probe(code, ask, true) };
  }

  inspect(code: string, position: number): string | null {
    return this.#probe(code, (file, offset) => {
      const info =
        this.#service.getQuickInfoAtPosition(file, position + offset) ??
        this.#service.getQuickInfoAtPosition(file, Math.max(0, position - 1) + offset);
      if (!info) return null;
      const tags = (info.tags ?? []).map((t) => `@${t.name} ${ts.displayPartsToString(t.text)}`);
      const parts = [
        ofEarlierCell(ts.displayPartsToString(info.displayParts)),
        ts.displayPartsToString(info.documentation),
        tags.join("\n"),
      ];
      return parts.filter((p) => p).join("\n\n");
    });
  }

  close(): void {
    this.#service.dispose();
  }

  /** More files for cells to come. */
  #makeRoom(): void {
    const first = this.#slots;
    this.#slots = Math.max(SLOTS, this.#slots * 2);
    for (let cell = first; cell < this.#slots; cell++)
      this.#space.set(this.#slot(cell), `${IMPORT_ALL} export {};`);
    const all = Array.from(
      { length: this.#slots },
      (_, cell) => `export * as c${cell} from "./${CURRENT}_${cell}";`,
    );
    this.#space.set(this.#hub, all.join("\n"));
  }

  get #hub(): string {
    return join(this.#cwd, `${ALL}.ts`);
  }

  #slot(cell: number): string {
    return join(this.#cwd, `${CURRENT}_${cell}.ts`);
  }

  /**
   * What later cells see of a cell that has compiled: its declarations, which are quicker to read than its code. A
   * cell with a type that cannot be written down keeps its code.
   */
  #keep({ names }: TopLevel, declarations: string | undefined, file: string, text: string): void {
    const slot = this.#slot(this.#cells);
    for (const [name, kind] of names) this.#owner.set(name, { cell: this.#cells, kind });
    if (declarations !== undefined)
      this.#space.set(slot, `${IMPORT_ALL}\n${declarations.replace(IMPORT_ALL, "")}`);
    else if (file.endsWith(".ts")) this.#space.set(slot, text);
    else {
      this.#space.set(join(this.#cwd, `${CURRENT}_${this.#cells}_code.tsx`), text);
      this.#space.set(slot, `${IMPORT_ALL} export * from "./${CURRENT}_${this.#cells}_code";`);
    }
    if (++this.#cells === this.#slots) this.#makeRoom();
  }

  /**
   * Makes the code the current cell's module: one line of what it uses, the code, and one line of exports.
   * @param everything also what the code does not name yet
   */
  #assemble(code: string, everything = false) {
    const source = parseCell(code);
    const top = topLevelNames(source);
    const lead: string[] = [];
    const used = everything ? new Set(this.#owner.keys()) : identifiers(source);
    const jsx = source.fileName.endsWith("x");
    if (jsx) for (const name of jsxNames(code)) used.add(name);
    for (const name of used) {
      const owner = this.#owner.get(name);
      if (owner === undefined || top.names.has(name)) continue;
      const { cell, kind } = owner;
      // An imported variable could not be assigned to.
      if (kind === "let" || kind === "const")
        lead.push(`declare ${kind} ${name}: typeof ${ALL}.c${cell}.${name};`);
      else lead.push(`import ${name} = ${ALL}.c${cell}.${name};`);
    }
    // TypeScript reads these comments at the beginning of a file only.
    const comments = jsx ? (code.match(JSX_COMMENT) ?? []) : [];
    const head = `${comments.join("")}${IMPORT_ALL}${lead.join("")}\n`;
    const own = [...top.names.keys()].filter((name) => !exportedByHand(source, name));
    const text = `${head}${code}\nexport { ${own.join(", ")} };`;
    const file = join(this.#cwd, `${CURRENT}${extname(source.fileName)}`);
    this.#space.set(file, text);
    this.#space.roots([file, this.#hub, ...this.#modules]);
    return { file, text, top, lead: head.length, syntax: syntaxErrors(source) };
  }

  #probe<T>(code: string, ask: (file: string, offset: number) => T, everything = false): T {
    const { file, lead } = this.#assemble(code, everything);
    return ask(file, lead);
  }

  #diagnose(file: string, shift = 1): Diagnostic[] {
    // Of the program itself: the service would add what cannot be written down as a declaration, which is no error here.
    const program = this.#service.getProgram()!;
    const source = program.getSourceFile(file);
    const syntax = program.getSyntacticDiagnostics(source);
    const found = syntax.length > 0 ? syntax : program.getSemanticDiagnostics(source);
    return found
      .filter((d) => d.category === ts.DiagnosticCategory.Error)
      .filter((d) => !WELCOME.has(d.code))
      .map((d) => readable(d, shift));
  }

  /** Compiled TypeScript files that cells import from beside the notebook, when new or changed. */
  #sideOutputs(program: ts.Program): { path: string; data: string }[] {
    const out: { path: string; data: string }[] = [];
    for (const file of program.getSourceFiles()) {
      const { fileName, isDeclarationFile, text } = file;
      if (isDeclarationFile || fileName.includes("/node_modules/") || MADE.test(fileName)) continue;
      if (![".ts", ".tsx", ".mts"].includes(extname(fileName)) || this.#sides.get(fileName) === text)
        continue;
      this.#sides.set(fileName, text);
      const compilerOptions = {
        ...this.#space.options,
        module: ts.ModuleKind.CommonJS,
        sourceMap: false,
        declaration: false,
      };
      const { outputText } = ts.transpileModule(text, { compilerOptions, fileName });
      const bare = fileName.slice(0, -extname(fileName).length);
      for (const path of [`${bare}.js`, fileName]) out.push({ path, data: outputText });
    }
    return out;
  }
}

/** @param shift lines before the cell's first */
function readable(diagnostic: ts.Diagnostic, shift: number): Diagnostic {
  const { file, start = 0, length = 0, messageText, code } = diagnostic;
  const at = (offset: number) => {
    const { line, character } = ts.getLineAndCharacterOfPosition(file!, offset);
    return { line: Math.max(0, line - shift), character };
  };
  return {
    start: at(start),
    end: at(start + length),
    messageText: ts.flattenDiagnosticMessageText(messageText, "\n"),
    code,
  };
}

function isCell(statement: ts.ImportDeclaration): boolean {
  return (statement.moduleSpecifier as ts.StringLiteral).text === `./${ALL}`;
}

/** What an earlier cell declares reaches a cell as an alias, which says nothing to the person at the notebook. */
function ofEarlierCell(display: string): string {
  const declared = /^\(alias\) ([\s\S]*)\nimport [\w$]+ = .*$/u.exec(display)?.[1];
  if (declared === undefined) return display;
  return /^[\w$]+[(<]/.test(declared) ? `function ${declared}` : declared;
}

/** `function f(a: number): number` without what comes before the parenthesis; undefined for what cannot be called. */
function signatureOf(display: string, name: string): string | undefined {
  const called = /^(?:function |\((?:local function|method|alias)\) )[^(<]*/.exec(display)?.[0];
  return called?.endsWith(name) ? display.slice(called.length).split("\n")[0] : undefined;
}

function exportedByHand(source: ts.SourceFile, name: string): boolean {
  return source.statements.some(
    (s) =>
      ts.canHaveModifiers(s) &&
      ts.getModifiers(s)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) &&
      (ts.isVariableStatement(s)
        ? s.declarationList.declarations.some((d) => ts.isIdentifier(d.name) && d.name.text === name)
        : (s as ts.NamedDeclaration).name?.getText() === name),
  );
}
