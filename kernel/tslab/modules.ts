import { createRequire, registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import vm from "node:vm";
import { currentCause } from "../jupyter/context.js";
import { manifest, packageRoot } from "../package.js";

type Require = (id: string) => unknown;
const ESM_ONLY = ["ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE"];

/**
 * How compiled cells load modules. `colpali-lens` is always the running one; what the notebook's folder does not have
 * may come from the packages of the kernel.
 */
export function installCellModules(cwd: string): void {
  resolveFromKernelToo();
  const file = join(cwd, "notebook.js");
  const native = vm.runInThisContext("(id) => import(id)", {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (id: string) => Promise<unknown>;
  const local = createRequire(file);
  (globalThis as Record<symbol, unknown>)[Symbol.for("colpali-lens.cells")] = {
    meta: {
      url: pathToFileURL(file).href,
      filename: file,
      dirname: cwd,
      resolve: (id: string) => pathToFileURL(local.resolve(id)).href,
    },
    import: native,
    async load(require: Require, id: string) {
      try {
        return require(id);
      } catch (error) {
        if (ESM_ONLY.includes((error as NodeJS.ErrnoException).code ?? "")) return native(id);
        throw error;
      }
    },
    default: (module: Record<string, unknown>) => (isModule(module) ? module.default : module),
    namespace: (module: Record<string, unknown>) =>
      isModule(module) ? module : { ...module, default: module },
    link,
    go,
    each,
  };
}

/** What follows an `await` of a cell. @throws Interrupted in a cell that was interrupted meanwhile: it must not work on */
function go<T>(awaited: T): T {
  currentCause().signal.throwIfAborted();
  return awaited;
}

/** What a cell goes through with `for await`. */
async function* each<T>(items: AsyncIterable<T> | Iterable<T | Promise<T>>): AsyncGenerator<T> {
  for await (const item of items) yield go(item);
}

/**
 * Makes `exports[name]` follow `module[key]`, as an imported name follows what the module assigns to it, until a cell
 * declares `name` anew. tslab's `exports` turns getters into values, so the getter lies on its prototype.
 */
function link(exports: Slots, name: string, module: Slots, key: string): void {
  let links = Object.getPrototypeOf(exports) as Slots;
  if (links === Object.prototype) {
    links = Object.create(null) as Slots;
    Object.setPrototypeOf(exports, links);
  }
  delete exports[name];
  Object.defineProperty(links, name, {
    configurable: true,
    get: () => module[key],
    set: (value) => {
      delete links[name];
      exports[name] = value;
    },
  });
}

type Slots = Record<string, unknown>;

function isModule(value: unknown): boolean {
  return (
    types.isModuleNamespaceObject(value) || Boolean((value as { __esModule?: boolean } | null)?.__esModule)
  );
}

/** A `require` resolves from its own module whatever a hook says, so that its answer is made here. */
function resolveFromKernelToo(): void {
  const own = pathToFileURL(join(packageRoot, "package.json")).href;
  const kernelRequire = createRequire(own);
  // Resolving from the kernel comes back to these hooks.
  let asking = false;
  const fromKernelRequire = (specifier: string) => {
    asking = true;
    try {
      return { url: pathToFileURL(kernelRequire.resolve(specifier)).href, shortCircuit: true };
    } finally {
      asking = false;
    }
  };
  const missing = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"];
  const typescript = pathToFileURL(kernelRequire.resolve("typescript")).href;
  registerHooks({
    resolve(specifier, context, next) {
      const fromKernel = () =>
        context.conditions?.includes("import")
          ? next(specifier, { ...context, parentURL: own })
          : fromKernelRequire(specifier);
      if (asking) return next(specifier, context);
      // tslab's executor needs only the scanner of its own TypeScript: one compiler in memory is enough.
      if (specifier === "@tslab/typescript-for-tslab") return { url: typescript, shortCircuit: true };
      if (specifier === manifest.name || specifier.startsWith(`${manifest.name}/`)) return fromKernel();
      try {
        return next(specifier, context);
      } catch (error) {
        const bare = !/^(\.|\/|[a-z]+:)/i.test(specifier);
        if (!bare || !missing.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
        try {
          return fromKernel();
        } catch {
          throw error;
        }
      }
    },
  });
}
