import { extname, join } from "node:path";
import ts from "typescript";
import { createWorkspace } from "./host.js";
import { awaitsAtTop, identifiers, topLevelNames } from "./names.js";
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
  /** JSON text, from the cell's JavaScript without its preamble to the cell's module. */
  sourceMap: string;
  /** Lines of the script; what comes after them is the executor's. */
  lines: number;
}

/** First line of every compiled cell; the code begins on the second. */
const PREAMBLE = '"use strict"; const __cell = globalThis[Symbol.for("colpali-lens.cells")];';

/** Top-level `await`, and assigning to what an earlier cell declared, are what a notebook is for. */
const WELCOME = new Set([1308, 1309, 1375, 1378, 1432, 2632, 2539, 1202, 5097]);

/**
 * Compiles cells with TypeScript's language service. Cell `n` is the module `__cell_n.ts`, which imports the names it
 * uses from the cells that declared them last: types, completion and errors are those of ordinary modules.
 */
export class CellConverter {
  readonly #cwd: string;
  readonly #space;
  #service: ts.LanguageService;
  #compiling = false;
  /** For each name the cell that declared it last. */
  readonly #owner = new Map<string, number>();
  readonly #sides = new Map<string, string>();
  readonly #compiled = new Map<string, CompiledCell>();
  #cells = 0;
  /** Name of the next cell in stack traces. */
  title = "cell";

  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#space = createWorkspace(cwd);
    this.#service = ts.createLanguageService(this.#space.host, ts.createDocumentRegistry());
  }

  /** A cell by its title, for reading stack traces. */
  compiled(title: string): CompiledCell | undefined {
    return this.#compiled.get(title);
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
    const file = this.#file(this.#cells);
    const { text, top } = this.#assemble(code);
    this.#space.set(file, text);
    this.#space.root(file);
    const diagnostics = this.#diagnose(file);
    if (diagnostics.length > 0) {
      this.#space.delete(file);
      return { diagnostics, hasToplevelAwait: false };
    }
    const program = this.#service.getProgram()!;
    const source = program.getSourceFile(file)!;
    const before = [rewriteCell(program.getTypeChecker(), top, (s) => /^\.\/__cell_\d+$/.test(s))];
    let js = "";
    let sourceMap = "";
    program.emit(
      source,
      (name, content) => {
        if (name.endsWith(".map")) sourceMap = content;
        else js = content;
      },
      undefined,
      false,
      { before },
    );
    for (const name of top.names) this.#owner.set(name, this.#cells);
    this.#cells++;
    const body = js.replace(/^export \{\};$/gm, "").replace(/^\/\/# sourceMappingURL=.*$/gm, "");
    const output = `${PREAMBLE}\n${body}\n//# sourceURL=${this.title}`;
    this.#compiled.set(this.title, { sourceMap, lines: output.split("\n").length });
    const loads = source.statements.some((s) => ts.isImportDeclaration(s) && !this.#isCell(s));
    return {
      output,
      declOutput: "",
      diagnostics: [],
      hasToplevelAwait: loads || awaitsAtTop(source),
      lastExpressionVar: LAST,
      sideOutputs: this.#sideOutputs(program),
    };
  }

  /** A cell that begins with a JSDoc comment with `@module name`: a file of its own, imported as `"./name"`. */
  addModule(name: string, code: string): Diagnostic[] {
    const file = join(this.#cwd, `${name}.ts`);
    this.#space.set(file, code);
    this.#space.root(file);
    return this.#diagnose(file, 0);
  }

  complete(code: string, position: number): { start: number; entries: ts.CompletionEntry[] } {
    const word = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0];
    const start = position - word.length;
    const entries = this.#probe(code, (file, offset) => {
      const options = { includeCompletionsForModuleExports: false, includeCompletionsWithInsertText: false };
      return this.#service.getCompletionsAtPosition(file, position + offset, options)?.entries ?? [];
    });
    const wanted = word.toLowerCase();
    return { start, entries: entries.filter((e) => e.name.toLowerCase().startsWith(wanted)) };
  }

  inspect(code: string, position: number): string | null {
    return this.#probe(code, (file, offset) => {
      const info =
        this.#service.getQuickInfoAtPosition(file, position + offset) ??
        this.#service.getQuickInfoAtPosition(file, Math.max(0, position - 1) + offset);
      if (!info) return null;
      const tags = (info.tags ?? []).map((t) => `@${t.name} ${ts.displayPartsToString(t.text)}`);
      const parts = [
        ts.displayPartsToString(info.displayParts),
        ts.displayPartsToString(info.documentation),
        tags.join("\n"),
      ];
      return parts.filter((p) => p).join("\n\n");
    });
  }

  close(): void {
    this.#service.dispose();
  }

  #file(index: number): string {
    return join(this.#cwd, `__cell_${index}.ts`);
  }

  #isCell(statement: ts.ImportDeclaration): boolean {
    return /^\.\/__cell_\d+$/.test((statement.moduleSpecifier as ts.StringLiteral).text);
  }

  /** The module of a cell: one line of imports, the code, and one line of exports. */
  #assemble(code: string) {
    const source = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
    const top = topLevelNames(source);
    const taken = new Map<number, string[]>();
    for (const name of identifiers(source)) {
      const owner = this.#owner.get(name);
      if (owner !== undefined && !top.names.has(name)) taken.set(owner, [...(taken.get(owner) ?? []), name]);
    }
    const lead = [...taken].map(([cell, names]) => `import { ${names.join(", ")} } from "./__cell_${cell}";`);
    const own = [...top.names].filter((name) => !exportedByHand(source, name));
    return {
      top,
      lead: lead.join("").length + 1,
      text: `${lead.join("")}\n${code}\nexport { ${own.join(", ")} };`,
    };
  }

  #probe<T>(code: string, ask: (file: string, offset: number) => T): T {
    const file = this.#file(this.#cells);
    const { text, lead } = this.#assemble(code);
    this.#space.set(file, text);
    this.#space.root(file);
    try {
      return ask(file, lead);
    } finally {
      this.#space.delete(file);
    }
  }

  #diagnose(file: string, shift = 1): Diagnostic[] {
    const syntax = this.#service.getSyntacticDiagnostics(file);
    const found = syntax.length > 0 ? syntax : this.#service.getSemanticDiagnostics(file);
    return found
      .filter((d) => d.category === ts.DiagnosticCategory.Error)
      .filter((d) => !WELCOME.has(d.code) || this.#assignsConstant(d))
      .map((d) => {
        const at = (offset: number) => ts.getLineAndCharacterOfPosition(d.file!, offset);
        const start = at(d.start ?? 0);
        const end = at((d.start ?? 0) + (d.length ?? 0));
        const constant = d.code === 2632 ? "Cannot assign to a constant of an earlier cell." : null;
        return {
          start: { ...start, line: Math.max(0, start.line - shift) },
          end: { ...end, line: Math.max(0, end.line - shift) },
          messageText: constant ?? ts.flattenDiagnosticMessageText(d.messageText, "\n"),
          code: d.code,
        };
      });
  }

  /** An imported name may be assigned unless it was declared with `const`. */
  #assignsConstant({ code, file, start }: ts.Diagnostic): boolean {
    if (code !== 2632 || !file || start === undefined) return false;
    const checker = this.#service.getProgram()!.getTypeChecker();
    const node = findNode(file, start);
    const symbol = node && checker.getSymbolAtLocation(node);
    const declared =
      symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (
      declared?.declarations?.some(
        (d) => ts.isVariableDeclaration(d) && (ts.getCombinedNodeFlags(d) & ts.NodeFlags.Const) !== 0,
      ) ?? false
    );
  }

  /** Compiled TypeScript files that cells import from beside the notebook, when new or changed. */
  #sideOutputs(program: ts.Program): { path: string; data: string }[] {
    const out: { path: string; data: string }[] = [];
    for (const file of program.getSourceFiles()) {
      const { fileName, isDeclarationFile, text } = file;
      if (isDeclarationFile || fileName.includes("/node_modules/") || /\/__cell_\d+\.ts$/.test(fileName))
        continue;
      if (![".ts", ".tsx", ".mts"].includes(extname(fileName)) || this.#sides.get(fileName) === text)
        continue;
      this.#sides.set(fileName, text);
      const compilerOptions = {
        ...this.#space.options,
        module: ts.ModuleKind.CommonJS,
        sourceMap: false,
        jsxFactory: undefined,
        jsxFragmentFactory: undefined,
      };
      const { outputText } = ts.transpileModule(text, { compilerOptions, fileName });
      const bare = fileName.slice(0, -extname(fileName).length);
      for (const path of [`${bare}.js`, fileName]) out.push({ path, data: outputText });
    }
    return out;
  }
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

function findNode(file: ts.SourceFile, position: number): ts.Node | undefined {
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (position < node.getStart(file) || position >= node.end) return undefined;
    return ts.forEachChild(node, visit) ?? node;
  };
  return visit(file);
}
