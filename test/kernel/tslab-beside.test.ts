import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ModulesBeside } from "../../kernel/tslab/beside";
import { settingsOf } from "../../kernel/tslab/compiler-options";
import { createWorkspace } from "../../kernel/tslab/host";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "beside-")));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);
function write(name: string, text: string): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
}

function modules() {
  const dropped: string[] = [];
  const beside = new ModulesBeside(createWorkspace(folder), (file) =>
    dropped.push(file.slice(folder.length + 1)),
  );
  const load = (name: string, imports: Record<string, string | undefined> = {}) => {
    beside.get(path(name));
    beside.loaded(path(name));
    for (const [as, to] of Object.entries(imports)) beside.imported(path(name), as, to && path(to));
  };
  return { beside, dropped, load };
}

test("a change gives all that import the file a new version, and nothing else", () => {
  for (const name of ["a", "b", "c", "d"]) write(`${name}.ts`, `export const ${name} = 1;`);
  const { beside, dropped, load } = modules();
  load("c.ts");
  load("b.ts", { "./c": "c.ts" });
  load("a.ts", { "./b": "b.ts", "./d": "d.ts" });
  load("d.ts");
  beside.refresh();
  expect(dropped).toEqual([]);
  write("c.ts", "export const c = 2;");
  beside.refresh();
  expect(dropped.sort()).toEqual(["a.ts", "b.ts", "c.ts"]);
  expect([..."abcd"].map((name) => beside.get(path(`${name}.ts`))?.version)).toEqual([2, 2, 2, 1]);
});

test("modules that import each other are dropped once", () => {
  write("x.ts", "export const x = 1;");
  write("y.ts", "export const y = 1;");
  const { beside, dropped, load } = modules();
  load("x.ts", { "./y": "y.ts" });
  load("y.ts", { "./x": "x.ts" });
  write("y.ts", "export const y = 2;");
  beside.refresh();
  expect(dropped.sort()).toEqual(["x.ts", "y.ts"]);
});

test("a change that leaves size and time as they were is noticed; a file that was only touched is the same", () => {
  write("same.ts", "export const s = 1;");
  const { beside, dropped, load } = modules();
  load("same.ts");
  const now = new Date();
  utimesSync(path("same.ts"), now, now);
  beside.refresh();
  expect(dropped).toEqual([]);
  write("same.ts", "export const s = 2;");
  utimesSync(path("same.ts"), now, now);
  beside.refresh();
  expect(dropped).toEqual(["same.ts"]);
});

test("a name that comes to mean another file, or one at last", () => {
  write("shadow.js", "export const s = 1;");
  write("user.ts", "import './shadow'; import './later'; export {};");
  const { beside, dropped, load } = modules();
  load("user.ts", { "./shadow": "shadow.js", "./later": undefined });
  beside.refresh();
  expect(dropped).toEqual([]);
  write("later.ts", "export {};");
  beside.refresh();
  expect(dropped).toEqual(["user.ts"]);
  load("user.ts", { "./shadow": "shadow.js", "./later": "later.ts" });
  write("shadow.ts", "export const s = 2;");
  beside.refresh();
  expect(dropped).toEqual(["user.ts", "user.ts"]);
});

test("what an import loaded before it failed is forgotten, what was there before stays", () => {
  write("old.ts", "export {};");
  write("fails.ts", "throw 1;");
  const { beside, dropped, load } = modules();
  load("old.ts");
  const since = beside.now;
  load("fails.ts", { "./old": "old.ts" });
  beside.forget(since);
  expect(dropped).toEqual(["fails.ts"]);
});

test("how Node has to load a file", () => {
  const kinds: Record<string, [text: string, kind: string]> = {
    "k/a.ts": ["export const a = 1;", "module"],
    "k/script.ts": ["const a = 1;", "commonjs"],
    "k/awaits.js": ["await 1;", "module"],
    "k/meta.js": ["console.log(import.meta.url);", "module"],
    "k/equals.ts": ["export = 1;", "commonjs"],
    "k/requires.ts": ["import a = require('a');", "commonjs"],
    "k/c.cts": ["export const a = 1;", "commonjs"],
    "k/m.mjs": ["1;", "module"],
    "k/plain.js": ["exports.a = 1;", "commonjs"],
    "k/d.json": ["{}", "json"],
    "k/t.txt": ["", "other"],
  };
  const { beside } = modules();
  for (const [name, [text]] of Object.entries(kinds)) write(name, text);
  expect(Object.keys(kinds).map((name) => [name, beside.get(path(name))?.kind])).toEqual(
    Object.entries(kinds).map(([name, [, kind]]) => [name, kind]),
  );
  expect(beside.get(path("k/none.ts"))).toBeUndefined();
});

test("a tsconfig.json decides the language, not how modules are found and run", () => {
  const settings = settingsOf(folder);
  expect(settings().options.strict).toBe(false);
  const compilerOptions = {
    strict: true,
    module: "commonjs",
    target: "es5",
    jsx: "preserve",
    types: ["own"],
    lib: ["dom"],
  };
  write("tsconfig.json", JSON.stringify({ compilerOptions }));
  const { options, errors } = settings();
  expect(errors).toEqual([]);
  expect(options.strict).toBe(true);
  expect(options.types).toEqual(["node", "own"]);
  expect(options.lib).toEqual(["lib.esnext.d.ts", "lib.dom.d.ts"]);
  for (const elsewhere of [{ files: [] }, { include: ["src"] }]) {
    write("tsconfig.json", JSON.stringify({ compilerOptions, ...elsewhere }));
    expect(settings().options.strict).toBe(false);
  }
  write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts", "src"] }));
  expect(settings().options.strict).toBe(true);
  write("tsconfig.json", "{}");
  const { module, target, jsx } = settings().options;
  expect([options.module, options.target, options.jsx]).toEqual([module, target, jsx]);
});
