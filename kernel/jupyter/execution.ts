import { causedBy, setLastCell } from "./context.js";
import type { History } from "./history.js";
import { abortSignals, beginSignal, endSignal, Interrupted } from "./interrupts.js";
import { type CellError, INTERRUPTED, type Language, type Outcome } from "./language.js";
import { type Displayed, describe, hasSteps, lastStep } from "./mime.js";
import type { Request, Session } from "./session.js";
import { showSteps } from "./show.js";
import { beginRun, restUnneeded } from "./widget-protocol/lifetimes.js";

/** How long a cell whose stack was terminated has to end by itself. */
const HEALING_MS = 200;

/** Runs cells one after the other and tells the front ends what came of them. */
export class Execution {
  private count = 0;
  private readonly waiting: Request[] = [];
  private readonly aborted = new Set<Request>();
  private current: Request | null = null;
  /** What the running cell waits for before it ends. */
  private pending: Promise<unknown>[] = [];

  constructor(
    private readonly session: Session,
    private readonly language: Language,
    private readonly history: History,
    private readonly watch: { begins(request: Request): void; ends(): void },
  ) {
    session.on("execute_request", (request) => this.execute(request));
  }

  /** Whether a cell is running; other messages are answered meanwhile. */
  get busy(): boolean {
    return this.current !== null;
  }

  /** Puts off the end of the running cell until `work` has settled; when it fails, the cell does. */
  until(work: Promise<unknown>): void {
    work.catch(() => undefined);
    if (this.current) this.pending.push(work);
  }

  enqueue(request: Request): void {
    this.waiting.push(request);
    this.next();
  }

  interrupt(how: "soft" | "hard"): void {
    abortSignals();
    const { current } = this;
    if (!current) return;
    this.language.interrupt(how);
    for (const request of this.waiting) this.aborted.add(request);
    if (how === "hard") setTimeout(() => this.giveUp(current), HEALING_MS);
  }

  private next(): void {
    if (this.current) return;
    const request = this.waiting.shift();
    if (!request) return;
    this.current = request;
    const done = () => this.done(request);
    this.session.answer(request).then(done, done);
  }

  private done(request: Request): void {
    if (this.current !== request) return;
    this.current = null;
    setImmediate(() => this.next());
  }

  /**
   * A terminated stack takes with it every promise callback that was due, so those that end a cell may never come: what
   * is missing of its answer is sent here.
   */
  private giveUp(request: Request): void {
    if (this.current !== request) return;
    this.ends(request);
    const nothing = { execution_count: this.count, user_expressions: {}, payload: [] };
    this.session.finish(request, INTERRUPTED, nothing);
    this.done(request);
  }

  private async execute(request: Request): Promise<object> {
    if (this.aborted.delete(request)) return { status: "aborted", execution_count: this.count };
    const {
      code,
      silent = false,
      store_history = true,
      user_expressions,
      stop_on_error = true,
    } = request.content;
    if (typeof code !== "string") {
      throw new TypeError(`invalid code in execute_request: ${typeof code}, expected a string`);
    }
    if (!silent && store_history) this.history.add(++this.count, code);
    if (!silent) this.session.publish("execute_input", { code, execution_count: this.count });
    const { cellId } = request.metadata;
    const run = typeof cellId === "string" && !silent ? beginRun(cellId) : null;
    const error = await causedBy({ run, signal: beginSignal() }, () => {
      setLastCell();
      this.watch.begins(request);
      return this.run(code, { silent: Boolean(silent), stored: Boolean(store_history) });
    }).finally(() => this.current === request && this.ends(request));
    if (error) {
      if (stop_on_error) await this.stop();
      return { ...error, status: "error", execution_count: this.count, user_expressions: {}, payload: [] };
    }
    const values = await this.evaluate(user_expressions);
    return { status: "ok", execution_count: this.count, user_expressions: values, payload: [] };
  }

  private ends({ metadata: { deletedCells } }: Request): void {
    endSignal();
    this.watch.ends();
    restUnneeded(Array.isArray(deletedCells) ? deletedCells : []);
  }

  /** The cell's error, already published; null when it went well. */
  private async run(
    code: string,
    { silent, stored }: { silent: boolean; stored: boolean },
  ): Promise<CellError | null> {
    const outcome = await this.attempt(code, (shown) => {
      if (silent) return;
      const { data, metadata } = shown;
      this.session.publish("execute_result", { execution_count: this.count, data, metadata });
      if (stored) this.history.setOutput(this.count, String(data["text/plain"] ?? ""));
    });
    if (outcome.status === "ok") return null;
    const { ename, evalue, traceback } = outcome;
    if (!silent) this.session.publish("error", { ename, evalue, traceback });
    return { ename, evalue, traceback };
  }

  private async attempt(code: string, show: (result: Displayed) => void): Promise<Outcome> {
    this.pending = [];
    try {
      const outcome = await this.language.execute(code, { number: this.count });
      if (outcome.status === "error") {
        await this.settled().catch(() => undefined);
        return outcome;
      }
      // As in Node's REPL: only what has no value shows nothing.
      if (outcome.value !== undefined) {
        const described = describe(outcome.value);
        if (hasSteps<Displayed>(described)) await showSteps(this.session, described);
        else show(await described);
      }
      await this.settled();
      return outcome;
    } catch (error) {
      await this.settled().catch(() => undefined);
      return {
        status: "error",
        ...(error instanceof Interrupted ? INTERRUPTED : this.language.explain(error)),
      };
    }
  }

  /** Waits for everything that was put off; what it waits for may put off more. */
  private async settled(): Promise<void> {
    const failures: unknown[] = [];
    for (let work = this.pending.shift(); work; work = this.pending.shift())
      await work.catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  private async evaluate(expressions: unknown): Promise<Record<string, object>> {
    const values: Record<string, object> = {};
    if (typeof expressions !== "object" || expressions === null) return values;
    for (const [name, code] of Object.entries(expressions)) {
      const outcome = await this.language.execute(String(code), { number: this.count });
      if (outcome.status === "ok")
        values[name] = { status: "ok", ...(await lastStep(describe(outcome.value))) };
      else values[name] = outcome;
    }
    return values;
  }

  /** After an error, cells that were already sent are not run. Those still in the sockets' thread get the time to arrive. */
  private async stop(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const request of this.waiting) this.aborted.add(request);
  }
}
