import { inspect } from "node:util";
import type { Comm } from "../jupyter/comms.js";
import { allOrNone, registerWidget } from "../jupyter/widget-protocol/widget-registry.js";
import { unknownProperty, Widget, type WidgetClass } from "../jupyter/widget-protocol/widgets.js";
import { isPlainObject, sameState } from "../jupyter/wire/buffers.js";
import type { Traits } from "./traits.js";

const VERSION = { base: "2.0.0", controls: "2.0.0", output: "1.0.0" };

/** The comm that a front end has opened, among the options of a constructor. */
const COMM = Symbol("comm");

/** Values of traits. */
export type StateOf<T extends Traits> = {
  -readonly [K in keyof T]: ReturnType<T[K]["parse"]>;
};

/** What a constructor takes: every property may be left out. */
export type OptionsOf<T extends Traits> = {
  [K in keyof T]?: Exclude<T[K]["input"], undefined>;
};

/** A widget whose properties can be read and assigned. */
export type Control<T extends Traits> = Widget<StateOf<T>> & StateOf<T>;

/** A class of controls. Its first argument is the options, or the property `P`, followed by options. */
export interface ControlClass<T extends Traits, P extends keyof T = never> {
  new (first?: OptionsOf<T>[P] | OptionsOf<T>, options?: OptionsOf<T>): Control<T>;
  readonly traits: T;
}

export interface ControlSpec<T extends Traits, P extends keyof T> {
  /** Name of the model, without "Model"; also what the control is called in messages. */
  name: string;
  /** Name of the view, without "View"; the same by default, null for what is never shown. */
  view?: string | null;
  module?: keyof typeof VERSION;
  viewModule?: keyof typeof VERSION;
  traits: T;
  /** The property that may be given as first argument. */
  first?: P;
  /** Rules between properties, as in `WidgetOptions`; `before` is null while the control is made. */
  check?: (next: StateOf<T>, change: Partial<StateOf<T>>, before: StateOf<T> | null) => Partial<StateOf<T>>;
}

/** Makes the class of a core widget from the table of its properties. */
export function control<T extends Traits, P extends keyof T = never>(
  spec: ControlSpec<T, P>,
): ControlClass<T, P> {
  const { name, view = name, module = "controls", viewModule = module, traits, first, check } = spec;
  const model = inPackage(module, `${name}Model`);
  class Made extends Widget<StateOf<T>> {
    static readonly traits = traits;

    constructor(given?: unknown, more: OptionsOf<T> = {}) {
      const isOptions = given === undefined || (isPlainObject(given) && more !== given);
      const options = isOptions ? { ...(given as object), ...more } : { ...more, [first as string]: given };
      if (!isOptions && first === undefined)
        throw new TypeError(
          `invalid options of ${name}: ${inspect(given, { depth: 0 })}, expected an object`,
        );
      const state = allOrNone(() => firstState(spec, options));
      super({
        model,
        view: view === null ? null : inPackage(viewModule, `${view}View`),
        state,
        properties: traits as never,
        check: check as never,
        comm: (options as { [COMM]?: Comm })[COMM],
      });
    }

    override toString(): string {
      return represent(name, traits, (key) => this.get(key as never));
    }
  }
  for (const key of Object.keys(traits))
    Object.defineProperty(Made.prototype, key, {
      get(this: Made) {
        return this.get(key as never);
      },
      set(this: Made, value: never) {
        this.set({ [key]: value } as never);
      },
      enumerable: true,
      configurable: true,
    });
  Object.defineProperty(Made, "name", { value: name });
  registerWidget(model.module, model.name, (comm) => new Made({ [COMM]: comm }));
  return Made as unknown as ControlClass<T, P>;
}

/** Defaults, what was given, and what follows from both. */
function firstState<T extends Traits, P extends keyof T>(
  { name, traits, check }: ControlSpec<T, P>,
  options: Record<string, unknown>,
): StateOf<T> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const parsed = given.map(([key, value]) => {
    if (!Object.hasOwn(traits, key)) throw unknownProperty(name, key, traits);
    return [key, traits[key].parse(value, `${name}.${key}`)];
  });
  const change = Object.fromEntries(parsed) as Partial<StateOf<T>>;
  const initial = Object.entries(traits)
    .filter(([key]) => !Object.hasOwn(change, key))
    .map(([key, trait]) => [key, trait.initial()]);
  const state = { ...Object.fromEntries(initial), ...change } as StateOf<T>;
  return { ...state, ...check?.(state, change, null) };
}

/** `IntSlider({ value: 3, max: 10 })`: the value, and what differs from the defaults. */
function represent(name: string, traits: Traits, get: (key: string) => unknown): string {
  const shown = Object.entries(traits).filter(([key, trait]) => {
    if (key === "value") return true;
    if (key.startsWith("_") || key === "layout" || key === "style") return false;
    return !sameState({ it: trait.initial() }, { it: get(key) });
  });
  const parts = shown
    .map(([key]) => `${key}: ${inspect(get(key), { depth: 1, breakLength: Number.POSITIVE_INFINITY })}`)
    .sort((a, b) => Number(b.startsWith("value:")) - Number(a.startsWith("value:")));
  return parts.length === 0 ? `${name}()` : `${name}({ ${parts.join(", ")} })`;
}

function inPackage(key: keyof typeof VERSION, name: string): WidgetClass {
  return { module: `@jupyter-widgets/${key}`, version: VERSION[key], name };
}
