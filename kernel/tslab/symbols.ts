import ts = require("typescript");

import { isNamedDeclaration, type TopLevel } from "./names.js";

/** Whether an expression is only a name, whatever its type is said to be. */
export function isName(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return true;
  const wraps =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node);
  return wraps && isName(node.expression);
}

/** Whether an assignment names the function or class that it assigns. */
export function isNaming({ left, operatorToken, right }: ts.BinaryExpression): boolean {
  const assigns = [
    ts.SyntaxKind.EqualsToken,
    ts.SyntaxKind.BarBarEqualsToken,
    ts.SyntaxKind.AmpersandAmpersandEqualsToken,
    ts.SyntaxKind.QuestionQuestionEqualsToken,
  ];
  let value = right;
  while (ts.isParenthesizedExpression(value)) value = value.expression;
  const anonymous =
    ts.isArrowFunction(value) ||
    ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name);
  return ts.isIdentifier(left) && anonymous && assigns.includes(operatorToken.kind);
}

/** An identifier that is used, not one that names a declaration or a property. */
export function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (!parent) return false;
  const named = parent as ts.NamedDeclaration;
  if (named.name === node && ts.isPropertyAccessExpression(parent)) return false;
  const declares =
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent) ||
    ts.isFunctionLike(parent) ||
    ts.isClassLike(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isEnumMember(parent) ||
    ts.isJsxAttribute(parent);
  if (declares && named.name === node) return false;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  return !ts.isLabeledStatement(parent) && !ts.isBreakOrContinueStatement(parent);
}

/** Symbols of what this cell declares and of what it takes from earlier cells. */
export function ownedSymbols(checker: ts.TypeChecker, source: ts.SourceFile, top: TopLevel): Set<ts.Symbol> {
  const module = checker.getSymbolAtLocation(source);
  const owned = new Set<ts.Symbol>();
  const add = (node: ts.Node): void => {
    const symbol = checker.getSymbolAtLocation(node);
    if (symbol) owned.add(symbol);
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      if (name) add(name);
      if (namedBindings && ts.isNamespaceImport(namedBindings)) add(namedBindings.name);
      else if (namedBindings) for (const e of namedBindings.elements) add(e.name);
    } else if (isNamedDeclaration(statement)) add(statement.name as ts.Identifier);
    else if (ts.isVariableStatement(statement)) {
      const each = (name: ts.BindingName): void => {
        if (ts.isIdentifier(name)) add(name);
        else for (const e of name.elements) if (!ts.isOmittedExpression(e)) each(e.name);
      };
      for (const d of statement.declarationList.declarations) each(d.name);
    }
  }
  const locals = (source as unknown as { locals?: Map<string, ts.Symbol> }).locals ?? module?.exports;
  for (const name of top.nestedVars) {
    const symbol = locals?.get(name as never);
    if (symbol) owned.add(symbol);
  }
  return owned;
}

export function symbolsOf(checker: ts.TypeChecker, name: ts.BindingName): (ts.Symbol | undefined)[] {
  if (ts.isIdentifier(name)) return [checker.getSymbolAtLocation(name)];
  return name.elements.flatMap((e) => (ts.isOmittedExpression(e) ? [] : symbolsOf(checker, e.name)));
}

export function firstSymbol(checker: ts.TypeChecker, name: ts.BindingName): ts.Symbol | undefined {
  if (ts.isIdentifier(name)) return checker.getSymbolAtLocation(name);
  for (const e of name.elements) {
    const symbol = ts.isOmittedExpression(e) ? undefined : firstSymbol(checker, e.name);
    if (symbol) return symbol;
  }
  return undefined;
}

/** Whether a name stands for something at run time; a module without types counts as that. */
export function isValue(checker: ts.TypeChecker, name: ts.Identifier): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (!symbol) return true;
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (meant.escapedName === "unknown") return true;
  return (meant.flags & ts.SymbolFlags.Value) !== 0;
}
