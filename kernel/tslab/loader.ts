import { createRequire, type LoadFnOutput, registerHooks } from "node:module";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { type Files, isBeside, type Module, ModulesBeside, pathOf } from "./beside.js";
import { commonJsNames, type Emitted, needsCompiling } from "./compile-module.js";
import { resolveFromKernelToo } from "./packages.js";
import type { Stacks } from "./stack.js";

/** What compiles a module beside the notebook. */
export interface ModuleCompiler extends Files {
  compileModule(file: string, module: Module, isCommonJs: (name: string) => boolean): Emitted;
}

/** Makes Node load what lies beside the notebook as it is now: TypeScript, JSON, and whatever has changed. */
export function installLoader(compiler: ModuleCompiler, stacks: Stacks): ModulesBeside {
  const { cache } = createRequire(import.meta.url);
  const beside = new ModulesBeside(compiler, (file, version) => {
    delete cache[file];
    delete cache[`${file}?v=${version}`];
  });
  resolveFromKernelToo();
  registerHooks({
    resolve(name, context, next) {
      const parent = context.parentURL?.startsWith("file:") ? pathOf(context.parentURL) : undefined;
      const importer = parent !== undefined && isBeside(parent) ? parent : undefined;
      const required = !context.conditions.includes("import");
      const present = (file: string, search: string) => {
        if (importer !== undefined && beside.has(importer)) beside.imported(importer, path, file);
        // What a cell imports is as the folder is now; what a module imports is what it was linked to.
        else beside.refresh();
        const module = beside.get(file);
        return module && { ...addressOf(file, search, module, required), shortCircuit: true };
      };
      // What `import` is given is a URL, with escapes and a search; what `require` is given is a path.
      const [path, search] = !required && isPlace(name) ? split(name) : [name, ""];
      const from = importer ?? (path.startsWith(".") ? undefined : "");
      const file = from === undefined || !isPlace(path) ? undefined : beside.locate(path, from);
      const here = file !== undefined && isBeside(file) ? present(file, search) : undefined;
      if (here) return here;
      if (importer !== undefined && isPlace(path)) beside.imported(importer, path, undefined);
      const found = next(
        name,
        parent === undefined ? context : { ...context, parentURL: addressOfFile(parent) },
      );
      // A folder's own name, or a link to another folder, which is no package that stays as it is.
      const linked = found.url.startsWith("file:") && isBeside(pathOf(found.url));
      return (linked && present(pathOf(found.url), new URL(found.url).search)) || found;
    },
    load(url, context, next) {
      const file = url.startsWith("file:") ? pathOf(url) : undefined;
      const module = file !== undefined && isBeside(file) ? beside.get(file) : undefined;
      if (file === undefined || !module) return next(url, context);
      beside.loaded(file);
      const required = !context.conditions.includes("import");
      if (module.kind === "json") return { ...json(file, module.text, required), shortCircuit: true };
      if (!needsCompiling(file) && module.kind !== "module") return next(url, context);
      const isCommonJs = (name: string) => {
        const imported = isPlace(name) ? beside.locate(name, file) : undefined;
        return imported === undefined ? !isPlace(name) : beside.get(imported)?.kind === "commonjs";
      };
      const plain = { js: module.text, sourceMap: undefined };
      const { js, sourceMap } = needsCompiling(file)
        ? compiler.compileModule(file, module, isCommonJs)
        : plain;
      const lead = module.kind === "module" ? leadOf(file, module) : "";
      stacks.add(module.kind === "module" ? url : file, {
        title: file,
        code: module.text,
        sourceMap,
        lead: { lines: 0, characters: lead.length },
        lines: Number.POSITIVE_INFINITY,
      });
      // A line that tells the system which program to start would no longer be the first.
      const source = lead + (lead ? js.replace(/^#!/, "//") : js);
      return { format: module.kind, source, shortCircuit: true };
    },
  });
  return beside;
}

function addressOfFile(file: string): string {
  return pathToFileURL(file).href;
}

/** Whether a name says where a module is, rather than what it is called. */
function isPlace(name: string): boolean {
  return /^(?:\.{0,2}[\\/]|\.{1,2}$|file:)/.test(name) || isAbsolute(name);
}

function split(name: string): [path: string, search: string] {
  const at = name.search(/[?#]/);
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at)];
}

function addressOf(file: string, search: string, { kind, version }: Module, required: boolean) {
  const inPath = kind === "module" || (kind === "json" && !required);
  const versioned = version === 1 ? "" : inPath ? `%3Fv=${version}` : required ? "" : `?v=${version}`;
  const format = kind === "json" && !required ? "module" : kind === "other" ? undefined : kind;
  // One instance of JSON, whether or not an importer says that it is JSON.
  return { url: addressOfFile(file) + versioned + search, format, importAttributes: {} };
}

/** No module can export such a name. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** JSON as a module whose names can be imported as well, which TypeScript allows. */
function json(file: string, text: string, required: boolean): Pick<LoadFnOutput, "format" | "source"> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new SyntaxError(`${file}: ${(error as Error).message}`);
  }
  if (required) return { format: "json", source: text };
  const names =
    value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : [];
  const own = names.filter((name) => name !== "default" && !LONE_SURROGATE.test(name));
  const lines = own.map(
    (name, i) => `const v${i} = all[${JSON.stringify(name)}]; export { v${i} as ${JSON.stringify(name)} };`,
  );
  return {
    format: "module",
    source: [`const all = ${JSON.stringify(value)};`, "export default all;", ...lines].join("\n"),
  };
}

/** What stands before an ES module: its `import.meta` without versions, and the names of CommonJS that it uses. */
function leadOf(file: string, { text }: Module): string {
  const cells = 'globalThis[Symbol.for("colpali-lens.cells")]';
  const meta = text.includes("import.meta") ? `${cells}.meta(import.meta);` : "";
  const names = commonJsNames(file, text);
  return names.length > 0 ? `${meta}const {${names}} = ${cells}.commonjs(${JSON.stringify(file)});` : meta;
}
