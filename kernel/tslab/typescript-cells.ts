import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { MessageChannel } from "node:worker_threads";
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
import { cellBegins, nothingUninterrupted, uninterrupted } from "../jupyter/wire/critical.js";
import { completeness } from "./completeness.js";
import { CellConverter } from "./converter.js";
import type { Diagnostic } from "./diagnostics.js";
import { cellError } from "./errors.js";
import { CellRuntime, type Last } from "./modules.js";
import { Stacks } from "./stack.js";

const require = createRequire(import.meta.url);

/** What tslab reads out of a cell's first comment: `@module name`, `@browser`. */
interface CodeMetadata {
  module?: string;
  mode?: "browser" | "node";
}

/** TypeScript cells: tslab's conventions over this kernel's own compiler and loader. */
export class TypeScriptCells implements Language {
  readonly #converter: CellConverter;
  readonly #metadata: (code: string) => CodeMetadata;
  readonly #runtime: CellRuntime;
  #code = "";
  #diagnostics: Diagnostic[] = [];
  #stop: (() => void) | null = null;

  constructor(cwd: string, api: KernelApi) {
    const stacks = new Stacks();
    stacks.install();
    this.#converter = new CellConverter(cwd, stacks);
    this.#runtime = new CellRuntime(cwd, this.#converter, stacks);
    const { getCodeMetadata } = require("tslab/dist/metadata") as {
      getCodeMetadata: (code: string) => CodeMetadata;
    };
    this.#metadata = getCodeMetadata;
    showThroughTslab(api);
  }

  /** Takes the time of the first cell ahead. */
  warm(): void {
    uninterrupted(() => this.#converter.warm());
  }

  async execute(code: string, cell: Cell): Promise<Outcome> {
    this.#code = code;
    this.#runtime.cellBegins();
    this.#diagnostics = [];
    this.#converter.title = `In[${cell.number}]`;
    let cancelled = false;
    const stopped = new Promise<void>((resolve) => {
      this.#stop = () => {
        cancelled = true;
        resolve();
      };
    });
    const ran = new Promise<Last>((resolve, reject) => {
      onFreshStack(() => {
        if (cancelled) return;
        cellBegins();
        this.#run(code).then(resolve, reject);
      });
    });
    ran.catch(() => undefined);
    try {
      const last = await Promise.race([ran, stopped]);
      if (cancelled) return { status: "error", ...INTERRUPTED };
      return this.#diagnostics.length > 0 ? this.#refused() : { status: "ok", value: last?.[0] };
    } catch (error) {
      return this.#failed(error);
    } finally {
      this.#stop = null;
    }
  }

  interrupt(how: "soft" | "hard"): void {
    if (how === "hard") nothingUninterrupted();
    this.#stop?.();
    this.#converter.repair();
    this.#runtime.interrupted();
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

  async #run(code: string): Promise<Last> {
    const { module, mode } = this.#metadata(code);
    if (module) {
      this.#diagnostics = uninterrupted(() => this.#converter.addModule(module, code));
      return undefined;
    }
    if (mode === "browser") return undefined;
    const cell = uninterrupted(() => this.#converter.convert(code));
    this.#diagnostics = cell.diagnostics;
    return "script" in cell ? this.#runtime.run(cell.script, cell.name) : undefined;
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
    return cellError(error);
  }

  #failed(error: unknown): Outcome {
    if (error instanceof Interrupted) return { status: "error", ...INTERRUPTED };
    if ((error as NodeJS.ErrnoException | null)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED")
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
