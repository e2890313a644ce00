import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { format } from "node:util";
import { MessageChannel } from "node:worker_threads";
import { cellBegins, nothingUninterrupted, uninterrupted } from "../jupyter/critical.js";
import { Interrupted } from "../jupyter/interrupts.js";
import type { KernelApi } from "../jupyter/kernel.js";
import {
  type Cell,
  type CellError,
  type Completion,
  INTERRUPTED,
  type Language,
  type Outcome,
} from "../jupyter/language.js";
import { completeness } from "./completeness.js";
import { CellConverter, type Diagnostic } from "./converter.js";
import { installCellModules } from "./modules.js";
import { LAST } from "./rewrite.js";
import { readableStack } from "./stack.js";

const require = createRequire(import.meta.url);

interface Executor {
  execute(code: string): Promise<boolean>;
  /** What cells have declared, and the last value until it has been told. */
  readonly locals: Record<string, unknown>;
  interrupt(): void;
}

/** tslab's executor calls `log` with the last value, `error` with a thrown value or a formatted diagnostic. */
interface ExecutorConsole {
  log(value: unknown): void;
  error(...args: unknown[]): void;
}

/** TypeScript cells: tslab's executor and cell conventions over this kernel's own compiler. */
export class TypeScriptCells implements Language {
  readonly #converter: CellConverter;
  readonly #executor: Executor;
  #code = "";
  #value: unknown;
  #thrown: { error: unknown } | null = null;
  #diagnostics: Diagnostic[] = [];
  #stop: (() => void) | null = null;

  constructor(cwd: string, api: KernelApi) {
    installCellModules(cwd);
    this.#converter = new CellConverter(cwd);
    const { createExecutor } = require("tslab/dist/executor") as {
      createExecutor(cwd: string, converters: object, console: ExecutorConsole): Executor;
    };
    const converters = {
      node: this.#recording(),
      browser: this.#recording(),
      close: () => this.#converter.close(),
    };
    this.#executor = createExecutor(cwd, converters, {
      log: (value) => {
        this.#value = value;
      },
      error: (...args) => {
        if (args.length === 1) this.#thrown = { error: args[0] };
      },
    });
    showThroughTslab(api);
  }

  /** Takes the time of the first cell ahead. */
  warm(): void {
    uninterrupted(() => this.#converter.warm());
  }

  async execute(code: string, cell: Cell): Promise<Outcome> {
    this.#code = code;
    this.#value = undefined;
    delete this.#executor.locals[LAST];
    this.#thrown = null;
    this.#diagnostics = [];
    this.#converter.title = `In[${cell.number}]`;
    let cancelled = false;
    const stopped = new Promise<"stopped">((resolve) => {
      this.#stop = () => {
        cancelled = true;
        resolve("stopped");
      };
    });
    const ran = new Promise<boolean>((resolve, reject) => {
      onFreshStack(() => {
        if (cancelled) return;
        cellBegins();
        this.#executor.execute(code).then(resolve, reject);
      });
    });
    ran.catch(() => undefined);
    try {
      const how = await Promise.race([ran, stopped]);
      if (how === "stopped") return { status: "error", ...INTERRUPTED };
    } catch (error) {
      this.#thrown = { error };
    } finally {
      this.#stop = null;
    }
    if (this.#diagnostics.length > 0) return this.#refused();
    if (this.#thrown) return this.#failed(this.#thrown.error);
    // tslab tells of every value but null.
    return { status: "ok", value: this.#executor.locals[LAST] === null ? null : this.#value };
  }

  interrupt(how: "soft" | "hard"): void {
    if (how === "hard") nothingUninterrupted();
    this.#executor.interrupt();
    this.#stop?.();
    this.#converter.repair();
  }

  complete(code: string, position: number): Completion {
    const { start, entries } = uninterrupted(() => this.#converter.complete(code, position));
    const matches = entries.map(({ name, kind, signature }) => ({ text: name, type: kind, signature }));
    return { start, end: position, matches };
  }

  inspect(code: string, position: number): string | null {
    return uninterrupted(() => this.#converter.inspect(code, position));
  }

  isComplete(code: string) {
    return completeness(code);
  }

  /** The converter as the executor knows it, keeping what it finds wrong. */
  #recording() {
    const keep = (found: Diagnostic[]) => {
      this.#diagnostics = found;
      return found;
    };
    return {
      convert: (declarations: string, code: string) => {
        const conversion = uninterrupted(() => this.#converter.convert(declarations, code));
        keep(conversion.diagnostics);
        return conversion;
      },
      addModule: (name: string, code: string) =>
        keep(uninterrupted(() => this.#converter.addModule(name, code))),
    };
  }

  #refused(): Outcome {
    const lines = this.#code.split("\n");
    const traceback = this.#diagnostics.flatMap(({ start, end, code, messageText }) => {
      const line = lines[start.line] ?? "";
      const width = Math.max(1, (end.line === start.line ? end.character : line.length) - start.character);
      const shown =
        line.length > 200 ? [] : [`  ${line}`, `  ${" ".repeat(start.character)}${"^".repeat(width)}`];
      return [
        `${this.#converter.title}:${start.line + 1}:${start.character + 1} - error TS${code}: ${messageText}`,
        ...shown,
      ];
    });
    const [{ messageText }] = this.#diagnostics;
    const syntax = this.#diagnostics.some(({ code }) => code < 2000);
    return {
      status: "error",
      ename: syntax ? "SyntaxError" : "TypeScriptError",
      evalue: messageText,
      traceback,
    };
  }

  explain(error: unknown): CellError {
    const { name, message } = (error ?? {}) as Partial<Error>;
    const traceback = readableStack(error, (title) => this.#converter.compiled(title));
    return { ename: name ?? "Error", evalue: message ?? format(error), traceback };
  }

  #failed(error: unknown): Outcome {
    const { code, message } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
    if (error instanceof Interrupted) return { status: "error", ...INTERRUPTED };
    if (code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" || message === "Interrupted asynchronously")
      return { status: "error", ...INTERRUPTED };
    return { status: "error", ...this.explain(error) };
  }
}

/**
 * Calls `work` on a turn of its own: terminating a cell's stack must not take the stack of its caller with it. A message
 * brings it, for its delivery is native: Node's list of immediates is left broken for good when one of them is terminated.
 */
function onFreshStack(work: () => void): void {
  const { port1, port2 } = new MessageChannel();
  const here = AsyncLocalStorage.snapshot();
  port2.once("message", () => {
    port2.close();
    here(work);
  });
  port1.postMessage(null);
}

/** Makes `tslab.display.*` of cells written for tslab arrive. */
function showThroughTslab(api: KernelApi): void {
  const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = (
    content: { data: object; metadata?: Record<string, unknown>; transient?: { display_id?: string } },
    update: boolean,
  ) =>
    void api.display(content.data, {
      displayId: content.transient?.display_id,
      update,
      metadata: content.metadata,
    });
}
