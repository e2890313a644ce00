import ts from "typescript";

/** Names that a cell declares at its top level. */
export interface TopLevel {
  /** Declared for the notebook, by any kind of declaration. */
  names: Set<string>;
  /** Of these, `var`s inside blocks and loops: they belong to the cell although their statement does not. */
  nestedVars: Set<string>;
}

export function topLevelNames(source: ts.SourceFile): TopLevel {
  const names = new Set<string>();
  const nestedVars = new Set<string>();
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement))
      for (const d of statement.declarationList.declarations) bindingNames(d.name, names);
    else if (ts.isImportDeclaration(statement)) importNames(statement, names);
    else if (isNamedDeclaration(statement)) names.add((statement.name as ts.Identifier).text);
    else scanVars(statement, nestedVars);
  }
  for (const name of nestedVars) names.add(name);
  return { names, nestedVars };
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
  return named && node.name !== undefined && ts.isIdentifier(node.name);
}

function importNames({ importClause }: ts.ImportDeclaration, into: Set<string>): void {
  if (importClause?.name) into.add(importClause.name.text);
  const bindings = importClause?.namedBindings;
  if (!bindings) return;
  if (ts.isNamespaceImport(bindings)) into.add(bindings.name.text);
  else for (const e of bindings.elements) into.add(e.name.text);
}

function scanVars(node: ts.Node, into: Set<string>): void {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
  if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
    for (const d of node.declarations) bindingNames(d.name, into);
  ts.forEachChild(node, (child) => scanVars(child, into));
}
