import ts = require("typescript");

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
    const member = (object: string, name: string) =>
      f.createPropertyAccessExpression(f.createIdentifier(object), name);

    /** What TypeScript made for JSX has the JSX as its parent and no place in the text. */
    const isMade = (node: ts.Identifier) => node.pos < 0 && node.parent !== undefined;
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isIdentifier(node))
        return isMade(node) && names.includes(node.text) ? member("exports", node.text) : node;
      return ts.visitEachChild(node, visit, context);
    };

    const loaded = (node: ts.ImportDeclaration): ts.Statement => {
      const bindings = node.importClause!.namedBindings as ts.NamedImports;
      const names = bindings.elements.map((e) =>
        f.createBindingElement(undefined, e.propertyName as ts.Identifier | undefined, e.name),
      );
      const load = f.createCallExpression(member("__cell", "load"), undefined, [
        f.createIdentifier("require"),
        node.moduleSpecifier,
      ]);
      const declaration = f.createVariableDeclaration(
        f.createObjectBindingPattern(names),
        undefined,
        undefined,
        f.createAwaitExpression(load),
      );
      return f.createVariableStatement(
        undefined,
        f.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
      );
    };
    const statements = source.statements.map((statement) =>
      ts.isImportDeclaration(statement) ? loaded(statement) : (visit(statement) as ts.Statement),
    );
    return f.updateSourceFile(source, statements);
  };
}
