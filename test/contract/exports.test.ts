import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import * as core from "../../core/index";
import * as running from "../../kernel/index";
import * as widgets from "../../kernel/widgets/index";
import { json } from "./source";

/** What a completion shows after `import { `: thirty names that matter. A new one needs a reason; what is left out is in `core`. */
const VALUES = [
  "ModelError",
  "PageError",
  "attention",
  "attentionReceived",
  "clearOutput",
  "compareProfiles",
  "display",
  "evaluate",
  "explain",
  "explainPage",
  "latexSnippet",
  "loadModel",
  "markdownSnippet",
  "openPages",
  "score",
  "streamPages",
];
const TYPES = [
  "Aggregate",
  "AttentionMap",
  "Chance",
  "EvaluateOptions",
  "Evaluation",
  "EvaluationSource",
  "ExplainOptions",
  "Explanation",
  "Lens",
  "LensState",
  "LensView",
  "LoadOptions",
  "MaxSim",
  "Model",
  "OpenPagesOptions",
  "Page",
  "PageInput",
  "PatchMap",
  "ProfileComparison",
  "QueryToken",
  "QueryWord",
  "RankedPage",
  "RankedPatch",
  "Rect",
  "SaveOptions",
  "ViewChange",
];

/** Names that a file exports from others, one by one. */
function exportsOf(file: string): { values: string[]; types: string[] } {
  const text = readFileSync(join(__dirname, "../..", file), "utf8");
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const named = statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause)
      throw new Error(`${file}: expected only lists of names that are exported`);
    if (!ts.isNamedExports(statement.exportClause)) throw new Error(`${file}: a namespace is exported`);
    return statement.exportClause.elements.map(({ name, isTypeOnly }) => ({
      name: name.text,
      isType: isTypeOnly || statement.isTypeOnly,
    }));
  });
  const of = (isType: boolean) => named.filter((n) => n.isType === isType).map((n) => n.name);
  return { values: of(false).sort(), types: of(true).sort() };
}

test("colpali-lens exports these names, each listed, and no others", () => {
  const { values, types } = exportsOf("kernel/index.ts");
  expect(values).toEqual(VALUES);
  expect(types).toEqual(TYPES);
  expect([...values, ...types].length).toBe(42);
  expect(Object.keys(running).sort()).toEqual(VALUES);
});

test("the rest is in two places of its own", () => {
  expect(Object.keys(json("package.json").exports)).toEqual([".", "./core", "./widgets", "./package.json"]);
  expect(core).toMatchObject({ topPatches: expect.any(Function), maxsim: expect.any(Function) });
  expect(widgets).toMatchObject({ IntSlider: expect.any(Function), Widget: expect.any(Function) });
  expect(Object.keys(widgets).filter((name) => name in core)).toEqual([]);
});
