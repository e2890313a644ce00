import ts = require("typescript");

import { constant, loaded } from "./rewrite.js";

/** A comment that says how JSX is compiled. */
export const JSX_COMMENT = /\/\*\*?[ \t]*@jsx\w*[ \t]+[^\s*]+[ \t]*\*\//g;

/**
 * Names that the JSX of a cell calls: `React`, or what its `@jsx h` and `@jsxFrag F` comments name instead.
 * https://www.typescriptlang.org/tsconfig/#jsxFactory
 */
export function jsxNames(code: string): string[] {
  const named = [...code.matchAll(/@jsx(?:Frag)?\s+([\w$]+)/g)].map(([, name]) => name);
  return ["React", ...named];
}

/**
 * TypeScript turns JSX into calls after a cell's names have been bound to the notebook: this binds the names that came
 * with them, and loads what `@jsxImportSource` asks for as cells load modules.
 */
export function bindJsx(names: string[]): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (source) => {
    const { factory: f } = context;
    /** What TypeScript made for JSX has the JSX as its parent and no place in the text. */
    const isMade = (node: ts.Identifier) => node.pos < 0 && node.parent !== undefined;
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isIdentifier(node))
        return isMade(node) && names.includes(node.text)
          ? f.createPropertyAccessExpression(f.createIdentifier("exports"), node.text)
          : node;
      return ts.visitEachChild(node, visit, context);
    };

    const imported = (node: ts.ImportDeclaration): ts.Statement => {
      const bindings = node.importClause!.namedBindings as ts.NamedImports;
      const names = bindings.elements.map((e) =>
        f.createBindingElement(undefined, e.propertyName as ts.Identifier | undefined, e.name),
      );
      return constant(f, f.createObjectBindingPattern(names), loaded(f, node.moduleSpecifier));
    };
    const statements = source.statements.map((statement) =>
      ts.isImportDeclaration(statement) ? imported(statement) : (visit(statement) as ts.Statement),
    );
    return f.updateSourceFile(source, statements);
  };
}
