import ts = require("typescript");

import { constant } from "./syntax-nodes.js";

/**
 * Node sees the names that a CommonJS module exports only where its text shows them; TypeScript's types promise all of
 * them, and what `__esModule` says of the default. So they are taken from `module.exports` when the importer runs:
 * `import { map } from "lodash"` becomes `import * as all from "lodash"; const { map } = taken(all);`
 * @param isMeant which modules may be CommonJS; others are left as they are, with names that follow their module
 */
export function takeFromCommonJs(isMeant: (name: string) => boolean): ts.TransformerFactory<ts.SourceFile> {
  return ({ factory: f }) =>
    (source) => {
      const imports: ts.Statement[] = [];
      const constants: ts.Statement[] = [];
      const rest: ts.Statement[] = [];
      const take = (specifier: ts.Expression, into: ts.BindingName) => {
        const all = f.createUniqueName("all");
        const clause = f.createImportClause(undefined, undefined, f.createNamespaceImport(all));
        imports.push(f.createImportDeclaration(undefined, clause, specifier));
        constants.push(constant(f, into, f.createCallExpression(taken(f), undefined, [all])));
      };
      const pattern = (elements: ts.BindingElement[]) => f.createObjectBindingPattern(elements);
      const element = (from: ts.ModuleExportName | string, to: ts.Identifier) =>
        f.createBindingElement(undefined, from as string | ts.Identifier, to);

      for (const statement of source.statements) {
        const specifier = specifierOf(statement);
        if (!specifier || !isMeant(specifier.text)) {
          (ts.isImportDeclaration(statement) ? imports : rest).push(statement);
        } else if (ts.isImportDeclaration(statement)) {
          const { name, namedBindings } = statement.importClause!;
          if (namedBindings && ts.isNamespaceImport(namedBindings)) take(specifier, namedBindings.name);
          const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
          const elements = named.map((e) => element(e.propertyName ?? e.name, e.name));
          if (name) elements.unshift(element("default", name));
          if (elements.length > 0) take(specifier, pattern(elements));
        } else {
          const { elements } = (statement as ts.ExportDeclaration).exportClause as ts.NamedExports;
          const own = elements.map((e) => ({
            ...e,
            from: e.propertyName ?? e.name,
            as: f.createUniqueName("own"),
          }));
          take(specifier, pattern(own.map(({ from, as }) => element(from, as))));
          const again = own.map(({ as, name }) => f.createExportSpecifier(false, as, name));
          rest.push(f.createExportDeclaration(undefined, false, f.createNamedExports(again)));
        }
      }
      return f.updateSourceFile(source, [...imports, ...constants, ...rest]);
    };
}

/** Of a statement that takes names from a module. */
function specifierOf(statement: ts.Statement): ts.StringLiteral | undefined {
  const names =
    ts.isImportDeclaration(statement) && statement.importClause
      ? statement.moduleSpecifier
      : ts.isExportDeclaration(statement) &&
          statement.exportClause &&
          ts.isNamedExports(statement.exportClause)
        ? statement.moduleSpecifier
        : undefined;
  return names && ts.isStringLiteral(names) ? names : undefined;
}

/** `globalThis[Symbol.for("colpali-lens.cells")].taken`, which no name of the module can hide. */
function taken(f: ts.NodeFactory): ts.Expression {
  const symbol = f.createPropertyAccessExpression(f.createIdentifier("Symbol"), "for");
  const key = f.createCallExpression(symbol, undefined, [f.createStringLiteral("colpali-lens.cells")]);
  const cells = f.createElementAccessExpression(f.createIdentifier("globalThis"), key);
  return f.createPropertyAccessExpression(cells, "taken");
}
