/** JSON Schema (draft 2020-12) of a TypeScript type whose values are written as JSON. */
import { join } from "node:path";
import ts from "typescript";
import { root } from "./report.mjs";

/**
 * @param {string} file that exports the type, from the root
 * @param {string} name of the type; each interface in it is in `$defs` by its own name, with its docstrings
 * @returns {Record<string, unknown>}
 * @throws Error on a part of it that JSON does not have
 */
export function typeSchema(file, name) {
  const path = join(root, file);
  const { options } = ts.getParsedCommandLineOfConfigFile(
    join(root, "core/tsconfig.json"),
    { noEmit: true },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  const program = ts.createProgram([path], options);
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)));
  const defs = {};
  const schema = convert(
    checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === name)),
    name,
  );
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema, $defs: sorted(defs) };

  function convert(type, at) {
    if (type.isUnion()) return union(type.types, at);
    if (type.isLiteral()) return { const: type.value };
    const has = (flag) => (type.flags & flag) !== 0;
    if (has(ts.TypeFlags.BooleanLiteral)) return { const: checker.typeToString(type) === "true" };
    if (has(ts.TypeFlags.Null)) return { type: "null" };
    if (has(ts.TypeFlags.String)) return { type: "string" };
    if (has(ts.TypeFlags.Number)) return { type: "number" };
    if (checker.isTupleType(type)) {
      const of = checker.getTypeArguments(type);
      const prefixItems = of.map((item, i) => convert(item, `${at}[${i}]`));
      return { type: "array", prefixItems, minItems: of.length, maxItems: of.length };
    }
    if (checker.isArrayType(type))
      return { type: "array", items: convert(checker.getTypeArguments(type)[0], `${at}[]`) };
    if (type.isIntersection()) return object(type, at);
    if (!has(ts.TypeFlags.Object) || type.getCallSignatures().length > 0)
      throw new Error(`${at}: JSON has no ${checker.typeToString(type)}`);
    const own = type.symbol.name;
    if (!(type.symbol.flags & ts.SymbolFlags.Interface)) return object(type, at);
    if (!(own in defs)) {
      // Before its parts are read, because one of them may be of the same type.
      defs[own] = {};
      defs[own] = { ...described(type.symbol), ...object(type, own) };
    }
    return { $ref: `#/$defs/${own}` };
  }

  function object(type, at) {
    const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (values) return { type: "object", additionalProperties: convert(values, `${at}.*`) };
    const all = checker.getPropertiesOfType(type);
    const properties = all.map((property) => {
      const of = convert(checker.getTypeOfSymbol(property), `${at}.${property.name}`);
      return [property.name, { ...described(property), ...of }];
    });
    const needed = all.filter((property) => !(property.flags & ts.SymbolFlags.Optional));
    return {
      type: "object",
      properties: Object.fromEntries(properties),
      required: needed.map((property) => property.name),
    };
  }

  function union(types, at) {
    // What is undefined is not written.
    const parts = types
      .filter((type) => !(type.flags & ts.TypeFlags.Undefined))
      .map((type) => convert(type, at));
    if (parts.length === 1) return parts[0];
    const literals = parts.filter((part) => "const" in part).map((part) => part.const);
    const rest = parts.filter((part) => !("const" in part));
    if (literals.length === 0) return { anyOf: rest };
    const both = literals.length === 2 && literals.every((value) => typeof value === "boolean");
    const chosen = both ? { type: "boolean" } : { enum: literals };
    return rest.length === 0 ? chosen : { anyOf: [chosen, ...rest] };
  }

  function described(symbol) {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    return text ? { description: text.replaceAll("\n", " ") } : {};
  }
}

function sorted(defs) {
  return Object.fromEntries(Object.entries(defs).sort(([a], [b]) => (a < b ? -1 : 1)));
}
