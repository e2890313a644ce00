import { join } from "node:path";
import ts from "typescript";
import { root } from "./source";

/** What the compiler says of a file in a folder, as the folder is compiled. */
function diagnose(folder: string, source: string): string {
  const { config } = ts.readConfigFile(join(root, folder, "tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, join(root, folder));
  const file = join(root, folder, "probe.ts");
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? source : readFile(path));
  const program = ts.createProgram(
    [file, ...fileNames.filter((name) => name.endsWith(".d.ts"))],
    { ...options, noEmit: true, incremental: false, composite: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))
    .join("\n");
}

describe.each(["core", "engine"])("%s is compiled without the browser's and Node's types", (folder) => {
  test("what is in the language is there", () => {
    expect(diagnose(folder, "export const a: number = Math.max(1, 2);")).toBe("");
  });

  test.each(["document", "process", "Buffer", "fetch", "window", "require"])("%s is not", (name) => {
    expect(diagnose(folder, `export const a: unknown = ${name};`)).toMatch(`Cannot find name '${name}'`);
  });

  test("nor are Node's modules", () => {
    expect(
      diagnose(folder, 'import { readFileSync } from "node:fs"; export const a = readFileSync;'),
    ).toMatch(/Cannot find (module|name) 'node:fs'/);
  });
});
