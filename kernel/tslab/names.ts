import ts = require("typescript");

/** How a cell declared a name; several ways at once are "other". */
export type Kind = "let" | "const" | "function" | "class" | "other";

/** A cell is TypeScript; when it only reads as TypeScript with JSX, it is that. */
export function parseCell(code: string): ts.SourceFile {
  const plain = parseModule("cell.ts", code);
  if (syntaxErrors(plain).length === 0 || !/<[\w$>]/.test(code)) return plain;
  const withJsx = parseModule("cell.tsx", code);
  return syntaxErrors(withJsx).length === 0 ? withJsx : plain;
}

/** Parses a file that may be a module or not. */
export function parseFile(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
}

/** Parses a cell as the module that it becomes, so that `await` means what it means there. */
function parseModule(name: string, code: string): ts.SourceFile {
  const options: ts.CreateSourceFileOptions = {
    languageVersion: ts.ScriptTarget.Latest,
    setExternalModuleIndicator: (file) => {
      (file as { externalModuleIndicator?: unknown }).externalModuleIndicator = true;
    },
  };
  return ts.createSourceFile(name, code, options, true);
}

export function syntaxErrors(source: ts.SourceFile): ts.DiagnosticWithLocation[] {
  return (source as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] }).parseDiagnostics;
}

/** Names that a cell declares at its top level. */
export interface TopLevel {
  /** Declared for the notebook, by any kind of declaration. */
  names: Map<string, Kind>;
  /** Of these, `var`s inside blocks and loops: they belong to the cell although their statement does not. */
  nestedVars: Set<string>;
}

export function topLevelNames(source: ts.SourceFile): TopLevel {
  const names = new Map<string, Kind>();
  const nestedVars = new Set<string>();
  const declare = (kind: Kind, declared: Iterable<string>) => {
    for (const name of declared)
      names.set(name, names.has(name) && names.get(name) !== kind ? "other" : kind);
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      const { flags } = statement.declarationList;
      // `using` has the bit of `const` as well.
      const kind = flags & (ts.NodeFlags.Const | ts.NodeFlags.Using) ? "const" : "let";
      declare(kind, boundIn(statement.declarationList));
    } else if (ts.isImportDeclaration(statement)) declare("other", importNames(statement));
    else if (isNamedDeclaration(statement)) {
      const kind = ts.isFunctionDeclaration(statement) ? "function" : "other";
      declare(ts.isClassDeclaration(statement) ? "class" : kind, [(statement.name as ts.Identifier).text]);
    } else scanVars(statement, nestedVars);
  }
  declare("let", nestedVars);
  return { names, nestedVars };
}

function boundIn(list: ts.VariableDeclarationList): Set<string> {
  const names = new Set<string>();
  for (const d of list.declarations) bindingNames(d.name, names);
  return names;
}

/** Adds every name that a pattern binds. */
export function bindingNames(name: ts.BindingName, into: Set<string>): void {
  if (ts.isIdentifier(name)) into.add(name.text);
  else for (const e of name.elements) if (!ts.isOmittedExpression(e)) bindingNames(e.name, into);
}

/** Every identifier of a cell, whatever it stands for. */
export function identifiers(source: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether a cell awaits outside any function. */
export function awaitsAtTop(source: ts.SourceFile): boolean {
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isPropertyDeclaration(node)) return node.name !== undefined && visit(node.name);
    if (ts.isAwaitExpression(node)) return true;
    if (ts.isForOfStatement(node) && node.awaitModifier) return true;
    if (
      ts.isVariableDeclarationList(node) &&
      (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing
    )
      return true;
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(source);
}

/** `declare global { … }` adds to the types of all cells and has no name. */
function isGlobal(node: ts.Node): boolean {
  return (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}

export function isNamedDeclaration(
  node: ts.Node,
): node is
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.EnumDeclaration
  | ts.ModuleDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.ImportEqualsDeclaration {
  const named =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportEqualsDeclaration(node);
  return named && node.name !== undefined && ts.isIdentifier(node.name) && !isGlobal(node);
}

function importNames({ importClause }: ts.ImportDeclaration): string[] {
  const names = importClause?.name ? [importClause.name.text] : [];
  const bindings = importClause?.namedBindings;
  if (!bindings) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name.text];
  return [...names, ...bindings.elements.map((e) => e.name.text)];
}

function scanVars(node: ts.Node, into: Set<string>): void {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
  if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
    for (const d of node.declarations) bindingNames(d.name, into);
  ts.forEachChild(node, (child) => scanVars(child, into));
}
