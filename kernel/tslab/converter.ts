import { extname, join } from "node:path";

import ts = require("typescript");

import type { Module } from "./beside.js";
import { compileModule, type Emitted } from "./compile-module.js";
import { type Diagnostic, readable, wholeCell } from "./diagnostics.js";
import { createWorkspace } from "./host.js";
import { bindMade, jsxNames } from "./jsx.js";
import {
  awaitsAtTop,
  identifiers,
  type Kind,
  parseCell,
  syntaxErrors,
  type TopLevel,
  topLevelNames,
} from "./names.js";
import { type MachineryNames, rewriteCell } from "./rewrite.js";
import { Stacks } from "./stack.js";

export type Conversion = { diagnostics: Diagnostic[] } | CompiledCell;

export interface CompiledCell {
  diagnostics: [];
  /** A script that hands a function of the cell to the runtime, and is what that returns: a promise when it awaits. */
  script: string;
  /** Under which the script is to run. */
  name: string;
}

/** `import x = require("…")`, which cells may use although they are modules. */
const WELCOME = new Set([1202]);

/** An alias of what is imported or exported as a type: what names an earlier cell's types has to be one. */
const TYPES_OF_EARLIER_CELLS = new Set([1379, 1380]);

/** Which cell declared a name last, and how. */
interface Owner {
  cell: number;
  kind: Kind;
}

/** The module that the next cell is compiled as, `.ts` or `.tsx`. */
const CURRENT = "~cell";
/** The module that names every cell's module: `cells.c3.x` is the `x` of cell 3. */
const ALL = "~cells";
/** What the machinery calls things in a cell that uses none of these names. */
const MACHINERY: MachineryNames = {
  exports: "exports",
  runtime: "__cell",
  earlier: "__cells",
  types: "__types",
};
/** Takes the cell's function. */
const RUN = 'globalThis[Symbol.for("colpali-lens.cells")].run';
/** A line that adds declarations to all cells: `/// <reference lib="dom" />`. */
const REFERENCE = /^[ \t]*\/\/\/[ \t]*<reference\s[^\n]*/gm;
const SLOTS = 64;
/** At most so many completions are looked up for their signatures: they cost a millisecond each. */
const SIGNATURES = 20;

export type CompletionEntry = ts.CompletionEntry & { signature?: string };

/**
 * Compiles cells with TypeScript's language service. A cell is the module `~cell.ts`, which takes the names it uses
 * from the cells that declared them last: types, completion and errors are those of ordinary modules. When it has
 * compiled, its declarations stay as `~cell_n.ts`.
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
  /** What cells have added to the declarations of all. */
  readonly #references = new Set<string>();
  /** The program of the last cell. */
  #program: ts.Program | undefined;
  #cells = 0;
  #slots = 0;
  /** Name of the next cell in stack traces. */
  title = "cell";

  constructor(
    cwd: string,
    private readonly stacks = new Stacks(),
  ) {
    this.#cwd = cwd;
    this.#space = createWorkspace(cwd);
    this.#makeRoom();
    this.#service = ts.createLanguageService(this.#space.host, ts.createDocumentRegistry());
  }

  /** Makes the program that the first cell will need. */
  warm(): void {
    const code = "[0].map(String)";
    this.#probe(code, ({ file }) => this.#diagnose(file, code));
  }

  convert(code: string): Conversion {
    this.#compiling = true;
    try {
      return this.#convert(code);
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

  #convert(code: string): Conversion {
    const { file, text, top, machinery, source: cell } = this.#assemble(code);
    const syntax = syntaxErrors(cell);
    // Of the code alone: what follows it would get the error of a brace that is missing.
    const diagnostics = syntax.length > 0 ? syntax.map((d) => readable(d, code)) : this.#diagnose(file, code);
    if (diagnostics.length > 0) return { diagnostics };
    const program = this.#service.getProgram()!;
    this.#program = program;
    const source = program.getSourceFile(file)!;
    const isOwned = (name: string) => top.names.has(name) || this.#owner.has(name);
    // A class of this cell is there for its own members before the notebook has it.
    const isTaken = (name: string) => isOwned(name) && top.names.get(name) !== "class";
    const jsx = this.#jsxNames(code).filter(isOwned);
    const transformers = {
      before: [rewriteCell(program.getTypeChecker(), top, machinery, code.length)],
      after: [bindMade({ jsx, isTaken }, machinery)],
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
    this.#keep(top, declarations, file, text, machinery);
    this.#refer(code);
    const loads = cell.statements.some((s) => ts.isImportDeclaration(s));
    const awaits = loads || awaitsAtTop(cell) || file.endsWith("x");
    const body = js.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "").replace(/(^|\n)export \{\};\s*$/, "");
    const lines = 1 + body.split("\n").length;
    const name = this.stacks.nameFor(this.title);
    this.stacks.add(name, {
      title: this.title,
      code,
      sourceMap,
      lead: { lines: 1, characters: 0 },
      lines,
      names: machinery.exports,
    });
    const parameters = `${machinery.exports}, ${machinery.runtime}`;
    const head = `${RUN}((require) => ${awaits ? "async " : ""}function (${parameters}) { "use strict";`;
    return { diagnostics: [], script: `${head}\n${body}\n});`, name };
  }

  /** A cell that begins with a JSDoc comment with `@module name`: a file of its own, imported as `"./name"`. */
  addModule(name: string, code: string): Diagnostic[] {
    const file = join(this.#cwd, `${name}.ts`);
    this.#space.set(file, code);
    this.#modules.add(file);
    this.#space.roots([this.#hub, ...this.#modules]);
    return this.#diagnose(file, code);
  }

  read(file: string): string | undefined {
    return this.#space.read(file);
  }

  find(name: string, from: string): string | undefined {
    return this.#space.find(name, from);
  }

  /** A module beside the notebook, as JavaScript. */
  compileModule(file: string, module: Module, isCommonJs: (name: string) => boolean): Emitted {
    return compileModule(file, module, this.#space.settings().options, this.#program, isCommonJs);
  }

  complete(code: string, position: number): { start: number; entries: CompletionEntry[] } {
    const word = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0];
    const wanted = word.toLowerCase();
    const ask = ({ file, machinery }: Assembled): CompletionEntry[] => {
      const options = { includeCompletionsForModuleExports: false, includeCompletionsWithInsertText: false };
      const all = this.#service.getCompletionsAtPosition(file, position, options)?.entries ?? [];
      const meant = all.filter(
        ({ name }) => name.toLowerCase().startsWith(wanted) && name !== machinery.earlier,
      );
      if (meant.length > SIGNATURES) return meant;
      return meant.map((entry) => {
        const { name, source } = entry;
        const details = this.#service.getCompletionEntryDetails(
          file,
          position,
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
    return this.#probe(code, ({ file }) => {
      const info =
        this.#service.getQuickInfoAtPosition(file, position) ??
        this.#service.getQuickInfoAtPosition(file, Math.max(0, position - 1));
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
      this.#space.set(this.#slot(cell), `${importAll(MACHINERY)} export {};`);
    this.#writeHub();
  }

  #writeHub(): void {
    const all = Array.from(
      { length: this.#slots },
      (_, cell) => `export * as c${cell} from "./${CURRENT}_${cell}";`,
    );
    this.#space.set(this.#hub, [...this.#references, ...all].join("\n"));
  }

  /** Declarations that a cell asks for are there for later cells, too. */
  #refer(code: string): void {
    const before = this.#references.size;
    for (const [reference] of leadingComments(code).matchAll(REFERENCE))
      this.#references.add(reference.trim());
    if (this.#references.size > before) this.#writeHub();
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
  #keep(
    { names }: TopLevel,
    declarations: string | undefined,
    file: string,
    text: string,
    machinery: MachineryNames,
  ): void {
    const slot = this.#slot(this.#cells);
    const lead = importAll(machinery);
    for (const [name, kind] of names) this.#owner.set(name, { cell: this.#cells, kind });
    if (declarations !== undefined) this.#space.set(slot, `${lead}\n${declarations.replace(lead, "")}`);
    else if (file.endsWith(".ts")) this.#space.set(slot, text);
    else {
      this.#space.set(join(this.#cwd, `${CURRENT}_${this.#cells}_code.tsx`), text);
      this.#space.set(slot, `${lead} export * from "./${CURRENT}_${this.#cells}_code";`);
    }
    if (++this.#cells === this.#slots) this.#makeRoom();
  }

  /**
   * Makes the code the current cell's module. What it takes from earlier cells and what it exports come behind it, so
   * that places are those of the code, and comments to TypeScript are where it reads them.
   * @param everything also what the code does not name yet
   */
  #assemble(code: string, everything = false): Assembled {
    const source = parseCell(code);
    const top = topLevelNames(source);
    const used = identifiers(source);
    const machinery = unused(MACHINERY, used);
    const wanted = everything ? new Set(this.#owner.keys()) : used;
    if (source.fileName.endsWith("x")) for (const name of this.#jsxNames(code)) wanted.add(name);
    const taken: string[] = [];
    const types: string[] = [];
    for (const name of wanted) {
      const owner = this.#owner.get(name);
      if (owner === undefined || top.names.has(name)) continue;
      const from = `${machinery.earlier}.c${owner.cell}.${name}`;
      // An imported variable could not be assigned to. Its type is named in a namespace of its own because, behind the
      // code, it would be asked for what the code has done to the variable.
      if (owner.kind === "let" || owner.kind === "const") {
        types.push(`type of_${name} = typeof ${from};`);
        taken.push(`declare ${owner.kind} ${name}: ${machinery.types}.of_${name};`);
      } else taken.push(`import ${name} = ${from};`);
    }
    if (types.length > 0) taken.push(`declare namespace ${machinery.types} { ${types.join("")} }`);
    const own = [...top.names.keys()].filter((name) => !exportedByHand(source, name));
    const text = `${code}\n;${importAll(machinery)}${taken.join("")}export { ${own.join(", ")} };`;
    const file = join(this.#cwd, `${CURRENT}${extname(source.fileName)}`);
    this.#space.set(file, text);
    this.#space.roots([file, this.#hub, ...this.#modules]);
    return { file, text, source, top, machinery };
  }

  #jsxNames(code: string): string[] {
    return jsxNames(code, this.#space.settings().options);
  }

  #probe<T>(code: string, ask: (cell: Assembled) => T, everything = false): T {
    return ask(this.#assemble(code, everything));
  }

  #diagnose(file: string, code: string): Diagnostic[] {
    const { errors } = this.#space.settings();
    if (errors.length > 0) return errors.map(wholeCell);
    // Of the program itself: the service would add what cannot be written down as a declaration, which is no error here.
    const program = this.#service.getProgram()!;
    const source = program.getSourceFile(file);
    const syntax = program.getSyntacticDiagnostics(source);
    const found = syntax.length > 0 ? syntax : program.getSemanticDiagnostics(source);
    return found
      .filter((d) => d.category === ts.DiagnosticCategory.Error)
      .filter((d) => !WELCOME.has(d.code))
      .filter((d) => !(TYPES_OF_EARLIER_CELLS.has(d.code) && Number(d.start) >= code.length))
      .map((d) => readable(d, code));
  }
}

/** A cell as the module that it is compiled as. */
interface Assembled {
  file: string;
  text: string;
  /** Of the code alone. */
  source: ts.SourceFile;
  top: TopLevel;
  machinery: MachineryNames;
}

function importAll({ earlier }: MachineryNames): string {
  return `import * as ${earlier} from "./${ALL}";`;
}

/** Names like these that a cell does not use. */
function unused(names: MachineryNames, used: Set<string>): MachineryNames {
  const free = (name: string): string => (used.has(name) ? free(`${name}_`) : name);
  return {
    exports: free(names.exports),
    runtime: free(names.runtime),
    earlier: free(names.earlier),
    types: free(names.types),
  };
}

/** The comments that TypeScript may read as addressed to it. */
function leadingComments(code: string): string {
  return (ts.getLeadingCommentRanges(code, 0) ?? []).map(({ pos, end }) => code.slice(pos, end)).join("\n");
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
