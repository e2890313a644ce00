import ts = require("typescript");

import { bindingNames, isNamedDeclaration, type TopLevel } from "./names.js";
import { firstSymbol, isName, isNaming, isReference, isValue, ownedSymbols, symbolsOf } from "./symbols.js";
import { constant, loaded, placed, runtimeCall } from "./syntax-nodes.js";

/** Names that the machinery uses in a cell, none of which the cell uses. */
export interface MachineryNames {
  /** The object with what the notebook's cells have declared. */
  exports: string;
  /** What a cell runs with. */
  runtime: string;
  /** Under which a cell imports all earlier ones. */
  earlier: string;
  /** Of the types of variables that earlier cells declared. */
  types: string;
}

/**
 * Turns a cell into the body of a function of `exports` and a runtime, which returns a list of the value of the last
 * expression. Every use of a name that belongs to the notebook becomes `exports.name`, so that functions see what later
 * cells assign: `let x = 1; function f() { return x }` becomes `let x = 1; exports.x = x; function f() { return exports.x }`.
 * @param machinery what `exports` and the others are called in this cell; what earlier cells declared is in `exports` already
 * @param end of the code; what comes after it is the machinery's
 */
export function rewriteCell(
  checker: ts.TypeChecker,
  top: TopLevel,
  machinery: MachineryNames,
  end: number,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (source) => {
    const { factory: f } = context;
    const owned = ownedSymbols(checker, source, top);
    /** What the declaration that is being visited declares: not in `exports` yet. */
    let fresh = new Set<ts.Symbol | undefined>();

    const slot = (name: string) =>
      f.createPropertyAccessExpression(f.createIdentifier(machinery.exports), name);
    const assign = (name: string, value: ts.Expression) =>
      f.createExpressionStatement(f.createAssignment(slot(name), value));
    const runtime = (method: string, ...args: ts.Expression[]) =>
      runtimeCall(f, machinery.runtime, method, ...args);
    const isOwned = (symbol: ts.Symbol | undefined): boolean =>
      symbol !== undefined && !fresh.has(symbol) && owned.has(symbol);
    const expression = (node: ts.Expression): ts.Expression => ts.visitNode(node, visit) as ts.Expression;

    function visit(node: ts.Node): ts.Node {
      if (ts.isExpressionWithTypeArguments(node))
        return f.updateExpressionWithTypeArguments(node, expression(node.expression), node.typeArguments);
      if (ts.isTypeNode(node)) return node;
      if (ts.isIdentifier(node))
        return isReference(node) && isOwned(checker.getSymbolAtLocation(node))
          ? ts.setTextRange(slot(node.text), node)
          : node;
      // Inside a namespace; what it names is written by TypeScript.
      if (ts.isImportEqualsDeclaration(node) || ts.isExportSpecifier(node)) return node;
      if (ts.isShorthandPropertyAssignment(node)) return shorthand(node);
      if (ts.isCallExpression(node)) return call(node);
      if (ts.isAwaitExpression(node))
        return ts.setTextRange(
          runtime("go", f.updateAwaitExpression(node, expression(node.expression))),
          node,
        );
      if (ts.isForOfStatement(node) && !isNestedVar(node.initializer))
        return f.updateForOfStatement(
          node,
          node.awaitModifier,
          ts.visitNode(node.initializer, visit) as ts.ForInitializer,
          items(node),
          ts.visitNode(node.statement, visit) as ts.Statement,
        );
      if (ts.isTaggedTemplateExpression(node)) {
        const done = ts.visitEachChild(node, visit, context);
        return done.tag === node.tag || !isName(node.tag)
          ? done
          : f.updateTaggedTemplateExpression(
              done,
              detached(done.tag, node.tag),
              done.typeArguments,
              done.template,
            );
      }
      if (ts.isBinaryExpression(node) && isNaming(node)) {
        const done = ts.visitEachChild(node, visit, context);
        return done.left === node.left
          ? done
          : f.updateBinaryExpression(
              done,
              done.left,
              done.operatorToken,
              named(node.left as ts.Identifier, done.right),
            );
      }
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
        return f.createPropertyAccessExpression(f.createIdentifier(machinery.runtime), "meta");
      if (ts.isVariableStatement(node) && isNestedVar(node.declarationList)) {
        const value = assignments(node.declarationList);
        return value ? f.createExpressionStatement(value) : f.createEmptyStatement();
      }
      if (ts.isForStatement(node) && node.initializer && isNestedVar(node.initializer))
        return f.updateForStatement(
          node,
          assignments(node.initializer as ts.VariableDeclarationList),
          node.condition && expression(node.condition),
          node.incrementor && expression(node.incrementor),
          ts.visitNode(node.statement, visit) as ts.Statement,
        );
      if ((ts.isForInStatement(node) || ts.isForOfStatement(node)) && isNestedVar(node.initializer)) {
        const goal = target((node.initializer as ts.VariableDeclarationList).declarations[0].name);
        const body = ts.visitNode(node.statement, visit) as ts.Statement;
        return ts.isForInStatement(node)
          ? f.updateForInStatement(node, goal, expression(node.expression), body)
          : f.updateForOfStatement(node, node.awaitModifier, goal, items(node), body);
      }
      return ts.visitEachChild(node, visit, context);
    }

    /** What a loop goes through; a cell that was interrupted goes no further. */
    function items({ awaitModifier, expression: all }: ts.ForOfStatement): ts.Expression {
      return awaitModifier ? runtime("each", expression(all)) : expression(all);
    }

    function shorthand(node: ts.ShorthandPropertyAssignment): ts.Node {
      const initializer = node.objectAssignmentInitializer && expression(node.objectAssignmentInitializer);
      if (!isOwned(checker.getShorthandAssignmentValueSymbol(node)))
        return f.updateShorthandPropertyAssignment(node, node.name, initializer);
      const value = slot(node.name.text);
      return f.createPropertyAssignment(
        f.createIdentifier(node.name.text),
        initializer ? f.createAssignment(value, initializer) : value,
      );
    }

    function call(node: ts.CallExpression): ts.Node {
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword)
        return placed(runtime("import", ...node.arguments.map(expression)), node);
      const done = ts.visitEachChild(node, visit, context);
      if (done.expression === node.expression || !isName(node.expression)) return done;
      return ts.isCallChain(done)
        ? f.updateCallChain(
            done,
            detached(done.expression, node.expression),
            done.questionDotToken,
            done.typeArguments,
            done.arguments,
          )
        : f.updateCallExpression(
            done,
            detached(done.expression, node.expression),
            done.typeArguments,
            done.arguments,
          );
    }

    /**
     * `exports.f(…)` would make `exports` its `this`. For V8 the place of the call is what follows `(0, exports.f)`; that
     * of `f(…)` is its beginning.
     */
    function detached(callee: ts.Expression, of: ts.Expression): ts.Expression {
      const alone = f.createParenthesizedExpression(f.createComma(f.createNumericLiteral(0), callee));
      const start = of.getStart();
      return ts.setSourceMapRange(alone, { pos: start, end: start });
    }

    /** `f = () => 1` gives the function its name; `exports.f = () => 1` would not. */
    function named({ text }: ts.Identifier, value: ts.Expression): ts.Expression {
      const holder = f.createObjectLiteralExpression([
        f.createPropertyAssignment(f.createStringLiteral(text), value),
      ]);
      return f.createElementAccessExpression(holder, f.createStringLiteral(text));
    }

    function isNestedVar(list: ts.Node): boolean {
      if (!ts.isVariableDeclarationList(list) || list.flags & ts.NodeFlags.BlockScoped) return false;
      return list.declarations.some((d) => owned.has(firstSymbol(checker, d.name) as ts.Symbol));
    }

    function assignments(list: ts.VariableDeclarationList): ts.Expression | undefined {
      const all = list.declarations.flatMap((d) =>
        d.initializer ? [f.createAssignment(target(d.name), expression(d.initializer))] : [],
      );
      if (all.length === 0) return undefined;
      const joined = all.reduce((a, b) => f.createComma(a, b) as never);
      return f.createParenthesizedExpression(joined);
    }

    /** A binding pattern as the target of an assignment. */
    function target(name: ts.BindingName): ts.Expression {
      if (ts.isIdentifier(name)) return slot(name.text);
      const withDefault = (e: ts.BindingElement) =>
        e.initializer ? f.createAssignment(target(e.name), expression(e.initializer)) : target(e.name);
      if (ts.isArrayBindingPattern(name))
        return f.createArrayLiteralExpression(
          name.elements.map((e) => {
            if (ts.isOmittedExpression(e)) return e;
            return e.dotDotDotToken ? f.createSpreadElement(target(e.name)) : withDefault(e);
          }),
        );
      return f.createObjectLiteralExpression(
        name.elements.map((e) =>
          e.dotDotDotToken
            ? f.createSpreadAssignment(target(e.name))
            : f.createPropertyAssignment(e.propertyName ?? (e.name as ts.Identifier), withDefault(e)),
        ),
      );
    }

    /** An imported name follows what its module assigns to it. */
    function linked(name: string, module: ts.Identifier, from: string): ts.Expression {
      const exports = f.createIdentifier(machinery.exports);
      return runtime("link", exports, f.createStringLiteral(name), module, f.createStringLiteral(from));
    }

    function imported(node: ts.ImportDeclaration): ts.Statement[] {
      if (node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
      const load = loaded(f, machinery.runtime, node.moduleSpecifier, node);
      const clause = node.importClause;
      if (!clause) return [f.createExpressionStatement(load)];
      const id = f.createUniqueName("module");
      const out: ts.Statement[] = [];
      if (clause.name && isValue(checker, clause.name))
        out.push(assign(clause.name.text, runtime("default", id)));
      const bindings = clause.namedBindings;
      if (bindings && ts.isNamespaceImport(bindings))
        out.push(assign(bindings.name.text, runtime("namespace", id)));
      else if (bindings)
        for (const e of bindings.elements) {
          if (e.isTypeOnly || !isValue(checker, e.name)) continue;
          const from = (e.propertyName ?? e.name).text;
          if (from === "default") out.push(assign(e.name.text, runtime("default", id)));
          else out.push(f.createExpressionStatement(linked(e.name.text, id, from)));
        }
      if (out.length === 0) return [];
      return [constant(f, id, load), ...out];
    }

    /** One declaration of several: the next may use what this one declares. */
    function declared(node: ts.VariableStatement, declaration: ts.VariableDeclaration): ts.Statement[] {
      const names = new Set<string>();
      bindingNames(declaration.name, names);
      // `const { a, b = a } = …` reads the `a` beside it.
      fresh = new Set(ts.isIdentifier(declaration.name) ? [] : symbolsOf(checker, declaration.name));
      const name = ts.visitNode(declaration.name, visit) as ts.BindingName;
      fresh = new Set();
      const initializer = declaration.initializer && expression(declaration.initializer);
      const done = f.updateVariableDeclaration(
        declaration,
        name,
        declaration.exclamationToken,
        declaration.type,
        initializer,
      );
      const list = f.updateVariableDeclarationList(node.declarationList, [done]);
      const statement = f.updateVariableStatement(node, undefined, list);
      return [statement, ...[...names].map((each) => assign(each, f.createIdentifier(each)))];
    }

    function member(node: ts.EnumMember): ts.EnumMember {
      return node.initializer ? f.updateEnumMember(node, node.name, expression(node.initializer)) : node;
    }

    function entity(name: ts.EntityName): ts.Expression {
      if (ts.isIdentifier(name)) return expression(name);
      return f.createPropertyAccessExpression(entity(name.left), name.right);
    }

    function statement(node: ts.Statement, last: boolean): ts.Statement[] {
      if (ts.isImportDeclaration(node)) return imported(node);
      if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
        return [assign(node.name.text, placed(runtime("require", node.moduleReference.expression), node))];
      }
      if (ts.isImportEqualsDeclaration(node)) {
        if (!isValue(checker, node.name)) return [];
        return [assign(node.name.text, entity(node.moduleReference as ts.EntityName))];
      }
      if (ts.isExportDeclaration(node)) return [];
      if (ts.isExportAssignment(node)) return [assign("default", expression(node.expression))];
      if (last && ts.isExpressionStatement(node))
        return [f.createReturnStatement(f.createArrayLiteralExpression([expression(node.expression)]))];
      if (has(node, ts.SyntaxKind.DeclareKeyword)) return [];
      if (ts.isVariableStatement(node))
        return node.declarationList.declarations.flatMap((d) => declared(node, d));
      if (ts.isFunctionDeclaration(node)) {
        const done = ts.visitEachChild(node, visit, context);
        return [
          f.updateFunctionDeclaration(
            done,
            plain(done.modifiers),
            done.asteriskToken,
            done.name,
            done.typeParameters,
            done.parameters,
            done.type,
            done.body,
          ),
        ];
      }
      if (ts.isClassDeclaration(node)) {
        fresh = new Set(node.name && [checker.getSymbolAtLocation(node.name)]);
        const done = ts.visitEachChild(node, visit, context);
        fresh = new Set();
        const kept = f.updateClassDeclaration(
          done,
          plain(done.modifiers),
          done.name,
          done.typeParameters,
          done.heritageClauses,
          done.members,
        );
        return node.name ? [kept, assign(node.name.text, f.createIdentifier(node.name.text))] : [kept];
      }
      if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) {
        const named = isNamedDeclaration(node) && isValue(checker, node.name as ts.Identifier);
        const name = (node.name as ts.Identifier).text;
        const kept = ts.isEnumDeclaration(node)
          ? f.updateEnumDeclaration(node, plain(node.modifiers), node.name, node.members.map(member))
          : f.updateModuleDeclaration(
              node,
              plain(node.modifiers),
              node.name,
              node.body && (ts.visitNode(node.body, visit) as ts.ModuleBody),
            );
        return named ? [kept, assign(name, f.createIdentifier(name))] : [kept];
      }
      return [visit(node) as ts.Statement];
    }

    const own = source.statements.filter((s) => s.getStart(source) < end);
    const written = own.filter((s) => !ts.isEmptyStatement(s) && !ts.isExportDeclaration(s));
    const hoisted = own.flatMap((s) =>
      ts.isFunctionDeclaration(s) && s.name && s.body && !has(s, ts.SyntaxKind.DeclareKeyword)
        ? [assign(s.name.text, f.createIdentifier(s.name.text))]
        : [],
    );
    const body = own.flatMap((s) => statement(s, s === written.at(-1)));
    return f.updateSourceFile(source, [...hoisted, ...body]);
  };

  function plain<T extends ts.ModifierLike>(modifiers: ts.NodeArray<T> | undefined): T[] | undefined {
    return modifiers?.filter(
      (m) => m.kind !== ts.SyntaxKind.ExportKeyword && m.kind !== ts.SyntaxKind.DefaultKeyword,
    );
  }
}

function has(node: ts.Statement, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((m) => m.kind === kind) ?? false);
}
