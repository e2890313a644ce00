import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import vm from "node:vm";
import { currentCause } from "../jupyter/context.js";
import type { ModulesBeside } from "./beside.js";
import { needsCompiling, syntaxError } from "./compile-module.js";
import { installLoader, type ModuleCompiler } from "./loader.js";
import type { Stacks } from "./stack.js";
import { placesOf, withPlaces } from "./stack-places.js";

type Slots = Record<string, unknown>;
type Import = (name: string, options?: ImportCallOptions) => Promise<Slots>;
/** A compiled cell, which is given what the notebook has declared and what it runs with. */
type Body = (this: undefined, names: Slots, runtime: object) => Last | Promise<Last>;
/** The value of a cell that ends with an expression; in a list, for a promise is a value as well. */
export type Last = [value: unknown] | undefined;

/** A package that offers nothing to `import`. */
const REQUIRE_ONLY = ["ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_UNSUPPORTED_DIR_IMPORT"];

/**
 * What compiled cells run with, and how they load modules: as a module in the notebook's folder would.
 */
export class CellRuntime {
  readonly #beside: ModulesBeside;
  readonly #native: Import;
  /** Imports that have not ended, with what to forget when they fail. */
  readonly #importing = new Set<{ since: number }>();
  /** What the notebook's cells have declared. */
  readonly names: Slots = Object.create(null);

  constructor(cwd: string, compiler: ModuleCompiler, stacks: Stacks) {
    const file = join(cwd, "notebook.js");
    this.#beside = installLoader(compiler, stacks);
    // A name of its own, for its frames say nothing.
    const asking = `${pathToFileURL(file).href}?import`;
    stacks.hide(asking);
    this.#native = vm.runInThisContext("(name, options) => import(name, options)", {
      filename: asking,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const local = createRequire(file);
    const require = new Proxy(local, {
      apply: (target, self, args: [string]) => {
        this.#beside.refresh();
        return Reflect.apply(target, self, args);
      },
    });
    const meta = {
      ...pathsOf(file),
      url: pathToFileURL(file).href,
      resolve: (name: string) => pathToFileURL(local.resolve(name)).href,
    };
    const runtime = {
      meta,
      import: (name: string, options?: ImportCallOptions) => this.#import(name, options),
      require: (name: string) => require(name),
      load: async (name: string) => go(fromCommonJs(await this.#load(name, require))),
      default: (module: unknown) => (isModule(module) ? module.default : module),
      namespace,
      link,
      go,
      each,
    };
    (globalThis as Record<symbol, unknown>)[Symbol.for("colpali-lens.cells")] = {
      run: (cell: (require: unknown) => Body) => cell(require).call(undefined, this.names, runtime),
      meta: withoutVersion,
      taken: (module: Slots) => namespace(fromCommonJs(module)),
      commonjs: (path: string) => ({
        require: createRequire(path),
        __filename: path,
        __dirname: dirname(path),
      }),
    };
  }

  /** Notices what changed beside the notebook since the last cell. */
  cellBegins(): void {
    this.#beside.refresh();
  }

  /** Runs a compiled cell under a name. */
  async run(text: string, name: string): Promise<Last> {
    const script = new vm.Script(text, {
      filename: name,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    return script.runInThisContext({ breakOnSigint: true, displayErrors: false }) as Promise<Last>;
  }

  /** What was stopped in the midst of its loading is loaded anew. */
  interrupted(): void {
    for (const { since } of this.#importing) this.#beside.forget(since);
    this.#importing.clear();
  }

  async #load(name: string, require: (name: string) => unknown): Promise<unknown> {
    try {
      return await this.#import(name);
    } catch (error) {
      if (REQUIRE_ONLY.includes((error as NodeJS.ErrnoException).code ?? "")) return require(name);
      throw error;
    }
  }

  /** V8 says of a module with a syntax error neither which it is nor where; what TypeScript compiles has said it. */
  #syntaxPlaces(files: string[]): string[] {
    return files.flatMap((file) => {
      const wrong = needsCompiling(file) ? undefined : syntaxError(file, this.#beside.get(file)?.text ?? "");
      return wrong ? [`    at ${wrong.place}`] : [];
    });
  }

  /** An import says nothing of who asked for it when it fails: the cell's places are added. */
  #import(name: string, options?: ImportCallOptions): Promise<Slots> {
    const here: { stack?: string } = {};
    Error.captureStackTrace(here);
    const importing = { since: this.#beside.now };
    this.#importing.add(importing);
    const ended = () => this.#importing.delete(importing);
    return this.#native(name, options).then(
      (module) => {
        ended();
        return module;
      },
      (error: unknown) => {
        const loaded = this.#beside.loadedSince(importing.since);
        const wrong = error instanceof SyntaxError ? this.#syntaxPlaces(loaded) : [];
        if (ended()) this.#beside.forget(importing.since);
        throw withPlaces(error, wrong, placesOf(here.stack));
      },
    );
  }
}

/** What a CommonJS module exports, of what Node makes of it for `import`. */
function fromCommonJs(module: unknown): unknown {
  const all = module as Slots | null;
  const isWrapped = types.isModuleNamespaceObject(all) && "module.exports" in (all as Slots);
  return isWrapped ? (all as Slots)["module.exports"] : module;
}

function namespace(module: unknown): unknown {
  return isModule(module) ? module : { ...(module as object), default: module };
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
 * Makes `names[name]` follow `module[key]`, as an imported name follows what the module assigns to it, until a cell
 * declares `name` anew. A getter on the prototype leaves the place of the name's own value free.
 */
function link(names: Slots, name: string, module: Slots, key: string): void {
  let links = Object.getPrototypeOf(names) as Slots | null;
  if (links === null) {
    links = Object.create(null) as Slots;
    Object.setPrototypeOf(names, links);
  }
  delete names[name];
  Object.defineProperty(links, name, {
    configurable: true,
    get: () => module[key],
    set: (value) => {
      delete links[name];
      names[name] = value;
    },
  });
}

function isModule(value: unknown): value is Slots {
  return (
    types.isModuleNamespaceObject(value) || Boolean((value as { __esModule?: boolean } | null)?.__esModule)
  );
}

function pathsOf(file: string) {
  return { filename: file, dirname: dirname(file) };
}

/** `import.meta` of a module, which may be one that was loaded anew and names others. */
function withoutVersion(meta: ImportMeta): void {
  const clean = (url: string) => url.replace(/(?:%3F|\?)v=\d+/, "");
  const resolve = meta.resolve.bind(meta);
  Object.assign(meta, {
    url: clean(meta.url),
    filename: meta.filename.replace(/\?v=\d+$/, ""),
    resolve: (name: string) => clean(resolve(name)),
  });
}
