import type { Comm, CommHandler, OpenOptions } from "./comms.js";
import type { Parent } from "./context.js";

const REGISTRY = Symbol.for("colpali-lens.kernel");
const API_VERSION = 1;

export interface DisplayOptions {
  /** Names the output, so that it can be updated later. */
  displayId?: string;
  /** Replaces every output shown under `displayId` instead of adding one. */
  update?: boolean;
  metadata?: Record<string, unknown>;
}

export interface InputOptions {
  /** Hides what is typed. */
  password?: boolean;
}

/** What code in a cell may ask of the kernel that runs it. */
export interface KernelApi {
  readonly version: typeof API_VERSION;
  /** Header of the message that caused the running code: the cell, or `{}`. */
  readonly parent: Parent;
  /**
   * Aborted when the running code is to stop. Each cell has its own signal, which work that it starts sees even after its
   * end: an interrupt aborts that of the running cell, or, while none runs, those of all cells so far. Work for a message
   * of a front end, such as a listener to a widget, has one that every interrupt aborts. Ask for it where work begins, and
   * keep it: later code may be another cell's.
   */
  readonly signal: AbortSignal;
  /** What the person has set in the front end; not trusted. Absent in a kernel of an earlier version. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Puts off the end of the running cell, or of the message at hand, until `work` has settled. */
  until(work: Promise<unknown>): void;
  openComm(target: string, options?: OpenOptions): Comm;
  /** Takes every comm that a front end opens for `target`; returns how to stop. */
  registerTarget(target: string, handler: CommHandler): () => void;
  /** Shows a value, or a bundle keyed by MIME type, below the cell. */
  display(value: unknown, options?: DisplayOptions): Promise<void>;
  /** Removes the cell's output; with `wait`, only when new output comes. */
  clearOutput(wait?: boolean): void;
  /** Asks the person at the notebook for a line of text. Rejects when the front end cannot ask. */
  input(prompt?: string, options?: InputOptions): Promise<string>;
}

/** The kernel that runs this process, or null outside a notebook (plain Node, command line). */
export function currentKernel(): KernelApi | null {
  const kernel = (globalThis as Record<symbol, unknown>)[REGISTRY] as KernelApi | undefined;
  return kernel?.version === API_VERSION ? kernel : null;
}

export function setCurrentKernel(kernel: KernelApi | null): void {
  (globalThis as Record<symbol, unknown>)[REGISTRY] = kernel ?? undefined;
}
