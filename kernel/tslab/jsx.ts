import ts = require("typescript");

import type { MachineryNames } from "./rewrite.js";
import { constant, loaded } from "./syntax-nodes.js";

/**
 * Names that the JSX of a cell calls: `React`, or what its `@jsx h` and `@jsxFrag F` comments or the settings name instead.
 * https://www.typescriptlang.org/tsconfig/#jsxFactory
 */
export function jsxNames(code: string, { jsxFactory, jsxFragmentFactory }: ts.CompilerOptions): string[] {
  const named = [...code.matchAll(/@jsx(?:Frag)?\s+([\w$]+)/g)].map(([, name]) => name);
  const set = [jsxFactory, jsxFragmentFactory].map((name) => name?.split(".")[0] ?? "React");
  return [...set, ...named];
}

/**
 * TypeScript turns JSX into calls, and the types of decorated members into values, after a cell's names have been bound to
 * the notebook: this binds the names that came with them, and loads what `@jsxImportSource` asks for as cells load modules.
 * @param names what JSX calls, and whether a type's name is to be taken from the notebook
 */
export function bindMade(
  names: { jsx: string[]; isTaken(name: string): boolean },
  machinery: MachineryNames,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (source) => {
    const { factory: f } = context;
    const slot = (name: string) =>
      f.createPropertyAccessExpression(f.createIdentifier(machinery.exports), name);
    /** What TypeScript made for JSX has the JSX as its parent and no place in the text. */
    const isMade = (node: ts.Identifier) => node.pos < 0 && node.parent !== undefined;
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isIdentifier(node))
        return isMade(node) && names.jsx.includes(node.text) ? slot(node.text) : node;
      if (isMetadata(node))
        return f.updateCallExpression(node, node.expression, undefined, node.arguments.map(type));
      return ts.visitEachChild(node, visit, context);
    };
    const type = <T extends ts.Node>(node: T): T => {
      if (ts.isIdentifier(node)) return (names.isTaken(node.text) ? slot(node.text) : node) as ts.Node as T;
      if (ts.isPropertyAccessExpression(node))
        return f.updatePropertyAccessExpression(node, type(node.expression), node.name) as ts.Node as T;
      return ts.visitEachChild(node, type, context);
    };

    const imported = (node: ts.ImportDeclaration): ts.Statement => {
      const bindings = node.importClause!.namedBindings as ts.NamedImports;
      const names = bindings.elements.map((e) =>
        f.createBindingElement(undefined, e.propertyName as ts.Identifier | undefined, e.name),
      );
      return constant(
        f,
        f.createObjectBindingPattern(names),
        loaded(f, machinery.runtime, node.moduleSpecifier, node),
      );
    };
    const statements = source.statements.map((statement) =>
      ts.isImportDeclaration(statement) ? imported(statement) : (visit(statement) as ts.Statement),
    );
    return f.updateSourceFile(source, statements);
  };
}

/** The call by which TypeScript writes the types of a decorated member down. */
function isMetadata(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "__metadata"
  );
}
