import ts = require("typescript");

/** `await runtime.load(specifier)`, with the place of the import that it stands for. */
export function loaded(
  f: ts.NodeFactory,
  runtime: string,
  specifier: ts.Expression,
  of: ts.ImportDeclaration,
): ts.Expression {
  return f.createAwaitExpression(placed(runtimeCall(f, runtime, "load", specifier), of));
}

/** Gives a node the place of the one that it stands for. */
export function placed<T extends ts.Node>(node: T, of: ts.Node): T {
  return ts.setSourceMapRange(node, of.pos < 0 ? of : { pos: of.getStart(), end: of.end });
}

/** `const name = value;` */
export function constant(
  f: ts.NodeFactory,
  name: string | ts.BindingName,
  value: ts.Expression,
): ts.Statement {
  const declaration = f.createVariableDeclaration(name, undefined, undefined, value);
  return f.createVariableStatement(
    undefined,
    f.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
  );
}

/** `runtime.method(…args)` */
export function runtimeCall(
  f: ts.NodeFactory,
  runtime: string,
  method: string,
  ...args: ts.Expression[]
): ts.CallExpression {
  const callee = f.createPropertyAccessExpression(f.createIdentifier(runtime), method);
  return f.createCallExpression(callee, undefined, args);
}
