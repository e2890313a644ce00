import { currentCause } from "./context.js";
import { Interrupted } from "./interrupts.js";
import type { InputOptions } from "./kernel.js";
import type { Request, Session } from "./session.js";

/** Questions to the person at the notebook, one at a time, in the running cell. */
export class Input {
  #cell: Request | null = null;
  #waiting: { resolve(value: string): void; reject(error: Error): void } | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly session: Session) {}

  /** The cell that may ask from now on. */
  attach(request: Request): void {
    this.#cell = request;
  }

  /** The cell has ended, and with it the front end's box for an answer. */
  detach(): void {
    this.#cell = null;
    this.#waiting?.reject(new Error("the cell has ended: nobody can answer its question any more"));
    this.#waiting = null;
  }

  receive({ content }: Request): void {
    this.#waiting?.resolve(answerOf(content));
    this.#waiting = null;
  }

  /** Rejects when nobody can be asked, and when the cell is interrupted. */
  async ask(prompt = "", { password = false }: InputOptions = {}): Promise<string> {
    const cell = this.check();
    const { signal } = currentCause();
    const before = this.#last;
    const asked = (async () => {
      await before.catch(() => undefined);
      signal.throwIfAborted();
      if (cell !== this.#cell) throw new Error("the cell has ended: nobody can answer its question any more");
      return new Promise<string>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        this.session.streams.flush();
        this.session.sendTo(cell, "stdin", "input_request", { prompt, password });
      });
    })();
    this.#last = asked;
    return asked;
  }

  /** As {@link ask}, but blocks until there is an answer. @throws Error as `ask` rejects */
  askNow(prompt: string): string {
    const cell = this.check();
    if (this.#waiting) throw new Error("another question of this cell waits for its answer");
    this.session.streams.flush();
    const answer = this.session.askNow(cell, "input_request", { prompt, password: false });
    if (!answer) throw new Interrupted();
    return answerOf(answer.content);
  }

  /** @throws Error when nobody can be asked */
  check(): Request {
    if (!this.#cell) throw new Error("nobody can be asked for input: no cell is running");
    if (this.#cell.content.allow_stdin === false)
      throw new Error(
        "this front end cannot ask for input (allow_stdin is off): run the notebook in JupyterLab",
      );
    return this.#cell;
  }
}

function answerOf(content: Record<string, unknown>): string {
  return String(content.value ?? "");
}
