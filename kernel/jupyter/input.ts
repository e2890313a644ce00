import type { InputOptions } from "./kernel.js";
import type { Request, Session } from "./session.js";

/** Questions to the person at the notebook, one at a time. */
export class Input {
  #waiting: ((value: string) => void) | null = null;
  #asking: { request: Request; allowed: boolean } | null = null;

  constructor(private readonly session: Session) {}

  /** The cell that may ask from now on. */
  attach(request: Request): void {
    this.#asking = { request, allowed: request.content.allow_stdin !== false };
  }

  receive({ content }: Request): void {
    this.#waiting?.(String(content.value ?? ""));
    this.#waiting = null;
  }

  /** @throws Error when the front end that runs the cell cannot ask */
  ask(prompt = "", { password = false }: InputOptions = {}): Promise<string> {
    const asking = this.#asking;
    if (!asking?.allowed)
      return Promise.reject(new Error("this front end cannot ask for input (allow_stdin is off)"));
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.session.sendTo(asking.request, "stdin", "input_request", { prompt, password });
    });
  }
}
