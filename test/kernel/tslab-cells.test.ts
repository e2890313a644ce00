/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import vm from "node:vm";
import { completeness } from "../../kernel/tslab/completeness";
import { CellConverter, type CompiledCell } from "../../kernel/tslab/converter";
import { cellError } from "../../kernel/tslab/errors";
import { parseCell, topLevelNames } from "../../kernel/tslab/names";
import { Stacks } from "../../kernel/tslab/stack";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "cells-")));
afterAll(() => rmSync(folder, { recursive: true }));
jest.setTimeout(120_000);
// Cells run in Node's own realm, where errors are others than jest's.
const stacks = new Stacks();
afterAll(stacks.install(vm.runInThisContext("Error")));
const converter = new CellConverter(folder, stacks);
const exported: Record<string, unknown> = {};
let count = 0;
vm.runInThisContext("(value) => { globalThis[Symbol.for('colpali-lens.cells')] = value }")({
  run: (cell: () => (names: object, runtime: object) => unknown) => cell().call(undefined, exported, {}),
});

/** Compiles a cell as `In[n]`. */
function compile(code: string): CompiledCell {
  converter.title = `In[${++count}]`;
  const cell = converter.convert(code);
  if (!("script" in cell)) throw new Error(cell.diagnostics[0].messageText);
  return cell;
}

/** Runs a cell; what it shows last. */
function run(code: string): unknown {
  const { script, name } = compile(code);
  const last = vm.runInThisContext(script, { filename: name, displayErrors: false });
  return last?.[0];
}

/** The JavaScript of a cell without what is around it. */
function compiled(code: string): string {
  return compile(code).script.split("\n").slice(1, -1).join("\n").trim();
}

test("names of the notebook are read from exports, own names of functions are not", () => {
  expect(compiled("let a = 1; const f = (b: number) => a + b; { let a = 2; a++ }")).toBe(
    [
      "let a = 1;",
      "exports.a = a;",
      "const f = (b) => exports.a + b;",
      "exports.f = f;",
      "{",
      "    let a = 2;",
      "    a++;",
      "}",
    ].join("\n"),
  );
});

test("a function sees what a later cell assigns", () => {
  run("let x = 1; function f() { return x }");
  expect(run("x = 5; f()")).toBe(5);
  expect(run("let x = 'anew'; f()")).toBe("anew");
});

test("functions keep their `this` out of exports", () => {
  run("function whose(this: unknown) { return this === undefined }");
  expect(run("whose()")).toBe(true);
  run("function tag(text: TemplateStringsArray) { return text }");
  expect(compiled("tag`x`")).toContain("(0, exports.tag) `x`");
});

test("shorthand, patterns and defaults reach the right variable", () => {
  expect(run("const p = 1, { q = p, r = q } = {} as { q?: number; r?: number }; ({ p, q, r })")).toEqual({
    p: 1,
    q: 1,
    r: 1,
  });
  expect(run("let s: number; ({ t: s = 4 } = {} as { t?: number }); [s] = [s + 1]; s")).toBe(5);
  expect(run("for (var i = 0; i < 3; i++); { var { j } = { j: i } }\n[i, j]")).toEqual([3, 3]);
});

test("types and what only declares leave nothing behind", () => {
  expect(compiled("type T = 1; interface I { a: T } declare const d: I; export {}")).toBe("");
  expect(run("enum E { A = 4 } namespace N { export const v = E.A } N.v")).toBe(4);
});

test("variables of earlier cells keep their types and their constancy", () => {
  run("let n: number = 1; const c = { a: 1 }");
  expect(() => run("n = 'a'")).toThrow("Type 'string' is not assignable to type 'number'.");
  expect(() => run("c = { a: 2 }")).toThrow("Cannot assign to 'c' because it is a constant.");
  expect(() => run("function g() { await 1 }")).toThrow(/^'await' expressions are only allowed/);
});

test("a diagnostic has the place in the cell, also behind its last brace", () => {
  const [{ start }] = converter.convert("1;\n  n.nope").diagnostics;
  expect(start).toEqual({ line: 1, character: 4 });
  expect(converter.convert("if (1) {").diagnostics[0].start).toEqual({ line: 0, character: 8 });
});

test("more cells than there was room for at first", () => {
  run("let sum = 0");
  for (let i = 0; i < 140; i++) run(`const v${i} = sum += ${i ? `v${i - 1} - v${i - 1} + 1` : "1"}`);
  expect(run("[sum, v139]")).toEqual([140, 140]);
});

test("the stack of an error has the cell's own places and nothing of the kernel", () => {
  run("function deep() {\n  throw new RangeError('far');\n}");
  const cell = count;
  let stack: string[] = [];
  try {
    run("// first line\n  deep();");
  } catch (error) {
    stack = cellError(error).traceback;
  }
  expect(stack[0]).toBe("RangeError: far");
  expect(stack[1]).toBe(`    at deep (In[${cell}]:2:9)`);
  expect(stack[2]).toBe(`    at In[${cell + 1}]:2:3`);
});

test("what is thrown need not be an error; causes are shown", () => {
  expect(cellError({ plain: 1 }).traceback).toEqual(["Uncaught { plain: 1 }"]);
  const { traceback } = cellError(
    run("Error.stackTraceLimit = 1; new Error('outer', { cause: new TypeError('inner') })"),
  );
  run("Error.stackTraceLimit = 10");
  expect(traceback).toEqual([
    "Error: outer",
    `    at In[${count - 1}]:1:28 {`,
    "  [cause]: TypeError: inner",
    `      at In[${count - 1}]:1:56`,
    "}",
  ]);
});

test("scripts of one title have names of their own", () => {
  const first = run("() => {\n\n  return new Error('first') }") as () => Error;
  converter.title = `In[${count}]`;
  const { name } = converter.convert("1") as CompiledCell;
  expect(name).not.toBe(`In[${count}]`);
  expect(first().stack).toContain(`In[${count}]:3:10`);
});

test("no name of the machinery is a name of the cell", () => {
  expect(compiled("const exports = 1; exports")).toBe(
    ["const exports = 1;", "exports_.exports = exports;", "return [exports_.exports];"].join("\n"),
  );
  expect(run("let __cell = 1, __cells = 2, __types = 3; [__cell, __cells, __types]")).toEqual([1, 2, 3]);
  expect(run("__cell + __cells + __types")).toBe(6);
});

test("how a name was declared", () => {
  const source = parseCell(
    "let a; const { b, c: [d] } = x; function e() {} class f {} import { g as h } from 'm'; { var i }\nfunction j() {}\nconst j2 = 1; enum k {}",
  );
  expect([...topLevelNames(source).names]).toEqual([
    ["a", "let"],
    ["b", "const"],
    ["d", "const"],
    ["e", "function"],
    ["f", "class"],
    ["h", "other"],
    ["j", "function"],
    ["j2", "const"],
    ["k", "other"],
    ["i", "let"],
  ]);
});

test("a cell is read with JSX only where that makes it valid", () => {
  expect(parseCell("<number>1").fileName).toBe("cell.ts");
  expect(parseCell("<b>1</b>").fileName).toBe("cell.tsx");
  expect(parseCell("a <b").fileName).toBe("cell.ts");
  expect(completeness("<b>").status).toBe("incomplete");
});
