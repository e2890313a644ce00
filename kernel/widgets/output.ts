import { causedBy, currentParent } from "../jupyter/context.js";
import { encodeBinary } from "../jupyter/mime.js";
import { currentHandling, throughout } from "../jupyter/widget-protocol/handling.js";
import { control } from "./control.js";
import { bundleOf, clearOutput, display } from "./display.js";
import { dom } from "./dom-widget.js";
import { anything, list, text } from "./traits.js";

/** An output as notebooks store it: `output_type`, and what belongs to that type. */
export type StoredOutput = Record<string, unknown>;

/**
 * A place for printed text and shown values.
 *
 * ```ts
 * const out = new Output();
 * button.onClick(() => out.capture(() => console.log("clicked")));
 * ```
 */
export class Output extends control({
  name: "Output",
  module: "output",
  traits: { ...dom, msg_id: text(), outputs: list(anything<StoredOutput>(() => ({}))) },
}) {
  #captures = 0;

  /**
   * Runs `work`; what it prints and shows appears here instead of below the cell. Front ends tell outputs apart by the
   * message that caused them: while an asynchronous `work` goes on, so does whatever else the same cell prints.
   * @returns what `work` returns
   */
  capture<T>(work: () => T): T {
    const handling = currentHandling();
    const parent = handling?.header ?? currentParent();
    this.#captures++;
    const captured = throughout(
      () => {
        this.msg_id = parent.msg_id ?? "";
        return causedBy({ parent }, work);
      },
      () => {
        if (--this.#captures === 0) this.msg_id = "";
      },
    );
    if (captured instanceof Promise) handling?.until(captured);
    return captured;
  }

  /** Empties it; with `wait` only when something new comes, so that nothing flickers. */
  clearOutput(wait = false): void {
    this.capture(() => clearOutput(wait));
  }

  /** Shows a value here. */
  display(value: unknown): Promise<void> {
    return this.capture(() => display(value));
  }

  /** Adds printed text without a cell or a message to belong to, as from a timer after the page was reloaded. */
  appendStdout(text: string): void {
    this.#append({ output_type: "stream", name: "stdout", text });
  }

  /** As {@link appendStdout}, for errors and warnings. */
  appendStderr(text: string): void {
    this.#append({ output_type: "stream", name: "stderr", text });
  }

  /** Adds a value without a cell or a message to belong to. */
  async appendDisplay(value: unknown): Promise<void> {
    const data = encodeBinary(await bundleOf(value));
    this.#append({ output_type: "display_data", data, metadata: {} });
  }

  #append(output: StoredOutput): void {
    this.outputs = [...this.outputs, output];
  }
}
