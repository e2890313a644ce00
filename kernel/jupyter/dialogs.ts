import { Readable } from "node:stream";
import type { Input } from "./input.js";

/** The globals by which code asks a person, as browsers and Deno have them, for the compiler. */
export const DIALOG_DECLARATIONS = `
/** Asks for a line of text in the cell. @returns the answer, or for an empty one defaultValue, or null without it */
declare function prompt(message?: string, defaultValue?: string): string | null;
/** Asks in the cell. @returns whether the answer was y or yes */
declare function confirm(message?: string): boolean;
/** Shows a message in the cell and waits until it is confirmed. */
declare function alert(message?: string): void;
`;

/** Makes `prompt`, `confirm`, `alert` and `process.stdin` ask in the running cell. */
export function installDialogs(input: Input): void {
  const dialogs = {
    prompt(message = "Prompt", defaultValue?: string): string | null {
      const hint = defaultValue === undefined ? "" : ` [${defaultValue}]`;
      return input.askNow(`${message}${hint} `) || (defaultValue ?? null);
    },
    confirm: (message = "Confirm"): boolean => /^y(es)?$/i.test(input.askNow(`${message} [y/N] `).trim()),
    alert: (message = "Alert"): void => void input.askNow(`${message} [Enter] `),
  };
  for (const [name, value] of Object.entries(dialogs))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

/** What a cell reads as `process.stdin`: each line is asked for when it is wanted. It ends with the cell. */
export class CellStdin extends Readable {
  readonly fd = 0;
  #isAsking = false;
  #isOver = false;

  constructor(private readonly input: Input) {
    super({ encoding: "utf8" });
    this.on("resume", () => this.#ask());
  }

  /** There is nothing more to read. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.push(null);
  }

  /** @throws Error when nobody can be asked: readers would wait for ever */
  override resume(): this {
    if (!this.#isOver) this.input.check();
    return super.resume();
  }

  override read(size?: number): unknown {
    if (!this.#isOver && this.readableLength === 0) this.input.check();
    return super.read(size);
  }

  override _read(): void {
    // A reader that was satisfied by the last line stops reading before the next one is asked for.
    setImmediate(() => this.#ask());
  }

  #ask(): void {
    if (this.#isAsking || this.#isOver || this.readableFlowing === false) return;
    this.#isAsking = true;
    this.input.ask().then(
      (line) => {
        this.#isAsking = false;
        if (!this.#isOver) this.push(`${line}\n`);
      },
      () => this.finish(),
    );
  }
}
