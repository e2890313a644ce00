import { join } from "node:path";
import ts from "typescript";
import { root } from "./source";

function diagnose(source: string): string[] {
  const { config } = ts.readConfigFile(join(root, "core", "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(root, "core"));
  const file = join(root, "core", "probe.ts");
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? source : readFile(path));
  const program = ts.createProgram(
    [file],
    { ...options, noEmit: true, incremental: false, composite: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("core is compiled without the browser's and Node's types", () => {
  expect(diagnose("export const a: number = Math.max(1, 2);")).toEqual([]);
  expect(diagnose("export const a = document.title;").join()).toMatch(/Cannot find name 'document'/);
  expect(diagnose("export const a = process.argv;").join()).toMatch(/Cannot find name 'process'/);
  expect(diagnose('import { readFileSync } from "node:fs"; export const a = readFileSync;').join()).toMatch(
    /Cannot find (module|name) 'node:fs'/,
  );
});
