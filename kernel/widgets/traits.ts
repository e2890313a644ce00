import { inspect } from "node:util";
import { type AnyWidget, type PropertyRules, Widget } from "../jupyter/widget-protocol/widgets.js";
import { bytesOf } from "../jupyter/wire/buffers.js";

/** One property of a control: its default, what it accepts, and how it travels. `I` is what may be assigned to get a `V`. */
export interface Trait<V, I = V> extends PropertyRules<V> {
  initial(): V;
  parse(value: unknown, name: string): V;
  /** Only a type: what an option of this name may be. */
  readonly input?: I;
}

/** Properties by name. */
export type Traits = Record<string, Trait<unknown, unknown>>;

export function trait<V, I = V>(
  initial: V | (() => V),
  expected: string,
  convert: (value: unknown) => V | undefined,
  rules: PropertyRules<V> = {},
): Trait<V, I> {
  return {
    ...rules,
    initial: typeof initial === "function" ? (initial as () => V) : () => initial,
    parse(value, name) {
      const converted = convert(value);
      if (converted === undefined) throw invalid(name, value, expected);
      return converted;
    },
  };
}

/** The house's way to refuse a value. */
export function invalid(name: string, value: unknown, expected: string): TypeError {
  const shown = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 8 });
  return new TypeError(`invalid ${name}: ${shown.slice(0, 120)}, expected ${expected}`);
}

export const bool = (initial = false) =>
  trait<boolean>(initial, "true or false", (v) => (typeof v === "boolean" ? v : undefined));

export const text = (initial = "") =>
  trait<string>(initial, "a string", (v) => (typeof v === "string" ? v : undefined));

export const float = (initial = 0) => trait<number>(initial, "a finite number", finite);

/** Fractions are cut off. */
export const int = (initial = 0) => trait<number>(initial, "an integer", whole);

export const choice = <const C extends readonly string[]>(choices: C, initial: C[number]) =>
  trait<C[number]>(initial, `one of ${choices.map((c) => JSON.stringify(c)).join(", ")}`, (v) =>
    choices.find((c) => c === v),
  );

/** The same or null; null by default. */
export function optional<V, I>(of: Trait<V, I>, initial: V | null = null): Trait<V | null, I | null> {
  return {
    references: of.references,
    initial: () => initial,
    parse: (value, name) => (value === null ? null : of.parse(value, name)),
  };
}

export function list<V, I>(of: Trait<V, I>, length?: number): Trait<readonly V[], readonly I[]> {
  const expected = length === undefined ? "a list" : `a list of ${length}`;
  return {
    references: of.references,
    initial: () => [],
    parse(value, name) {
      const fits = Array.isArray(value) && (length === undefined || value.length === length);
      if (!fits) throw invalid(name, value, expected);
      return value.map((item, i) => of.parse(item, `${name}[${i}]`));
    },
  };
}

/** Any value that JSON and buffers can carry. */
export const anything = <V = unknown>(initial: V | (() => V), rules: PropertyRules<V> = {}) =>
  trait<V>(initial, "a value", (v) => v as V, rules);

/** A file's bytes. What a front end sends is not echoed: it may be large. */
export const bytes = (rules: PropertyRules<Uint8Array> = {}) =>
  trait<Uint8Array, Uint8Array | ArrayBuffer>(
    () => new Uint8Array(0),
    "bytes",
    (v) => (v instanceof ArrayBuffer || ArrayBuffer.isView(v) ? bytesOf(v) : undefined),
    rules,
  );

/** Another widget. */
export const widget = () =>
  trait<AnyWidget>(
    () => {
      throw new Error("a widget has no default");
    },
    "a widget that is open",
    (v) => (v instanceof Widget && !v.closed ? v : undefined),
    { references: true },
  );

/** A widget of one class, made from its options where they are given. */
export const part = <W extends AnyWidget, O extends object>(kind: new (options?: O) => W) =>
  trait<W, W | O>(
    () => new kind(),
    `${/^[AEIOU]/.test(kind.name) ? "an" : "a"} ${kind.name} or its properties`,
    (v) => {
      if (v instanceof kind) return v;
      return typeof v === "object" && v !== null && !(v instanceof Widget) ? new kind(v as O) : undefined;
    },
    { references: true },
  );

function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function whole(value: unknown): number | undefined {
  const number = finite(value);
  return number === undefined ? undefined : Math.trunc(number);
}
