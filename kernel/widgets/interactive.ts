import { stackOf } from "../jupyter/widget-protocol/listeners.js";
import { allOrNone } from "../jupyter/widget-protocol/widget-registry.js";
import { type AnyWidget, Widget } from "../jupyter/widget-protocol/widgets.js";
import { isPlainObject } from "../jupyter/wire/buffers.js";
import { VBox } from "./boxes.js";
import { Button, Checkbox } from "./buttons.js";
import { bundleOf, clearOutput, display } from "./display.js";
import { FloatSlider, IntSlider } from "./numbers.js";
import { Output } from "./output.js";
import { Dropdown } from "./selection.js";
import { Text } from "./text.js";
import { invalid } from "./traits.js";

/** A widget with a value. */
type Valued<V = unknown> = AnyWidget & {
  value: V;
  description?: string;
  on(event: "change:value", listener: () => unknown): () => void;
};

/**
 * What stands for a control: a number, `[min, max]` or `[min, max, step]` for a slider, a boolean for a check box, a
 * string for a field, any other list or an object of values by label for a drop-down list, or a widget with a value.
 */
export type Abbreviation = Valued | number | boolean | string | readonly unknown[] | Record<string, unknown>;

/** What the function gets for an abbreviation. Numbers stand for a slider, which gives others as well. */
type ValueOf<A> =
  A extends Valued<infer V>
    ? V
    : A extends number
      ? number
      : A extends boolean
        ? boolean
        : A extends string
          ? string
          : A extends readonly [number, number, number?]
            ? number
            : A extends readonly (readonly [unknown, infer V])[]
              ? V
              : A extends readonly (infer V)[]
                ? V
                : A extends Record<string, infer V>
                  ? V
                  : never;

/** The values of controls, by name. */
export type Values<C> = { [K in keyof C]: ValueOf<C[K]> };

/** Controls over the output of a function that is run whenever one of them changes. */
export class Interactive extends VBox {
  /** What the function gave last. */
  result: unknown;
  readonly controls: Record<string, Valued>;
  readonly out = new Output();
  readonly #run: (values: never) => unknown;
  #running = false;
  #again = false;

  /** @internal `interactive` makes them */
  constructor(run: (values: never) => unknown, controls: Record<string, Valued>, button: Button | null) {
    super([], { _dom_classes: ["widget-interact"] });
    this.#run = run;
    this.controls = controls;
    this.children = [...Object.values(controls), ...(button ? [button] : []), this.out];
    if (button) button.onClick(() => this.update());
    else {
      for (const each of Object.values(controls)) each.on("change:value", () => this.update());
      this.update();
    }
  }

  /** Runs the function with the values as they are now. While it still runs, once more after that. */
  update(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    const done = this.out.capture(() => this.#once());
    if (!done) this.#ended();
    else done.finally(() => this.#ended());
  }

  /** A promise only when the function, or the showing of its result, takes time. */
  #once(): Promise<void> | undefined {
    const failed = (error: unknown) => void process.stderr.write(`${stackOf(error)}\n`);
    try {
      clearOutput(true);
      const values = Object.fromEntries(Object.entries(this.controls).map(([k, w]) => [k, w.value]));
      const result = this.#run(values as never);
      if (result instanceof Promise) return result.then((value) => this.#show(value)).catch(failed);
      return this.#show(result)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #show(result: unknown): Promise<void> | undefined {
    this.result = result;
    if (result === undefined) return;
    const bundle = bundleOf(result);
    if (bundle instanceof Promise) return bundle.then(display);
    // It is on its way already: a function that takes no time leaves nothing to wait for.
    void display(bundle);
  }

  #ended(): void {
    this.#running = false;
    if (!this.#again) return;
    this.#again = false;
    this.update();
  }
}

/**
 * Controls for the values of a function: `interactive(({ x }) => x * x, { x: [0, 10] })`. It runs at once and on every
 * change; with `manual` when its button is pressed. What it prints and returns is shown below the controls.
 */
export function interactive<const C extends Record<string, Abbreviation>>(
  run: (values: Values<C>) => unknown,
  controls: C,
  { manual = false }: { manual?: boolean } = {},
): Interactive {
  if (typeof run !== "function")
    throw invalid(
      "first argument of interactive",
      run,
      "a function, as in interactive(({ x }) => x * x, { x: [0, 10] })",
    );
  return allOrNone(() => {
    const widgets = Object.entries(controls).map(([name, abbreviation]) => {
      const widget = controlFor(name, abbreviation);
      if (!widget.description) widget.description = name;
      return [name, widget];
    });
    const button = manual ? new Button("Run") : null;
    return new Interactive(run as (values: never) => unknown, Object.fromEntries(widgets), button);
  });
}

const EXPECTED = "a number, a boolean, a string, a list, an object or a widget with a value";

function controlFor(name: string, abbreviation: Abbreviation): Valued {
  const refuse = (expected: string) => invalid(`control ${name}`, abbreviation, expected);
  if (abbreviation instanceof Widget) {
    if ("value" in abbreviation) return abbreviation as unknown as Valued;
    throw refuse(EXPECTED);
  }
  if (typeof abbreviation === "boolean") return new Checkbox(abbreviation);
  if (typeof abbreviation === "string") return new Text(abbreviation);
  const range = typeof abbreviation === "number" ? around(abbreviation) : asRange(abbreviation);
  if (range) return slider(range, refuse);
  if (!Array.isArray(abbreviation) && !isPlainObject(abbreviation)) throw refuse(EXPECTED);
  if (Object.keys(abbreviation).length === 0) throw refuse("at least one option");
  return new Dropdown({ options: abbreviation as readonly unknown[] });
}

interface Range {
  min: number;
  max: number;
  step?: number;
  value?: number;
}

/** Room on both sides of a number, as ipywidgets leaves it. */
function around(value: number): Range {
  if (value === 0) return { min: 0, max: 1, value };
  return value > 0 ? { min: -value, max: 3 * value, value } : { min: 3 * value, max: -value, value };
}

function asRange(value: unknown): Range | null {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return null;
  const [min, max, step] = value;
  return value.every((v) => typeof v === "number") ? { min, max, step } : null;
}

/** Starts in the middle, on a step, rounded down where all is whole; as in ipywidgets. */
function slider({ min, max, step, value }: Range, refuse: (expected: string) => Error): Valued {
  const numbers = [min, max, step ?? 1];
  if (!numbers.every(Number.isFinite)) throw refuse("finite numbers");
  if (min > max) throw refuse("min at most max");
  if (step !== undefined && step <= 0) throw refuse("a step above 0");
  const isWhole = numbers.every(Number.isInteger);
  const half = isWhole ? Math.floor((max - min) / 2) : (max - min) / 2;
  const start = value ?? min + (step === undefined ? half : Math.floor(half / step) * step);
  const options = { min, max, step, value: start };
  return isWhole ? new IntSlider(options) : new FloatSlider(options);
}
