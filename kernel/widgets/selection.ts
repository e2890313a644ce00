import { isDeepStrictEqual } from "node:util";
import type { Widget } from "../jupyter/widget-protocol/widgets.js";
import { control, type OptionsOf, type StateOf } from "./control.js";
import { buttonStyle, sliding, usable } from "./dom-widget.js";
import { ToggleButtonsStyle } from "./layout.js";
import { anything, choice, int, invalid, list, optional, part, type Traits, text } from "./traits.js";

/** What can be chosen: values, pairs of label and value, or an object of values by label. */
export type Choices<V> = readonly V[] | readonly (readonly [label: string, value: V])[] | Record<string, V>;

/** The choice, by what it is, is called, or where it stands; by default the first. */
interface Chosen<V> {
  options: Choices<V>;
  value?: V | null;
  label?: string | null;
  index?: number | null;
}

interface ChosenMany<V> {
  options: Choices<V>;
  value?: readonly V[];
  label?: readonly string[];
  index?: readonly number[];
}

const local = { local: true } as const;
const choices = { ...usable, _options_labels: list(text()), options: anything<unknown>(() => [], local) };
const chosen = {
  ...choices,
  index: optional(int()),
  value: anything<unknown>(null, local),
  label: { ...optional(text()), ...local },
};
const chosenMany = {
  ...choices,
  index: list(int()),
  value: anything<readonly unknown[]>(() => [], local),
  label: { ...list(text()), ...local },
};
/** What a class of controls takes, and what its value is, when its choices are of type `V`. */
interface Kinds<V> {
  one: { given: Chosen<V>; value: V | null };
  /** One, always. */
  sure: { given: Chosen<V>; value: V };
  many: { given: ChosenMany<V>; value: readonly V[] };
}

interface ChoiceClass<T extends Traits, K extends keyof Kinds<unknown>> {
  new <V = unknown>(
    options: Kinds<V>[K]["given"] & Omit<OptionsOf<T>, "options" | "value" | "label" | "index">,
  ): Widget<StateOf<T>> &
    Omit<StateOf<T>, "options" | "value"> & { options: Choices<V>; value: Kinds<V>[K]["value"] };
  readonly traits: T;
}

/** One of a list that opens. */
export class Dropdown<V = unknown> extends one("Dropdown", chosen)<V> {}
/** One of several, each with a round button. */
export class RadioButtons<V = unknown> extends one("RadioButtons", {
  ...chosen,
  orientation: choice(["horizontal", "vertical"], "vertical"),
})<V> {}
/** One of a list with `rows` lines. */
export class Select<V = unknown> extends one("Select", { ...chosen, rows: int(5) })<V> {}
/** One of several, each a button that stays down. */
export class ToggleButtons<V = unknown> extends one("ToggleButtons", {
  ...chosen,
  tooltips: list(text()),
  icons: list(text()),
  button_style: buttonStyle,
  style: part(ToggleButtonsStyle),
})<V> {}
/** One of several, in order, on a slider. There must be at least one. */
export class SelectionSlider<V = unknown> extends sure("SelectionSlider", { ...chosen, ...sliding })<V> {}
/** Any number of a list with `rows` lines. */
export class SelectMultiple<V = unknown> extends many("SelectMultiple", {
  ...chosenMany,
  rows: int(5),
})<V> {}
/** The first and the last of a range of choices, on a slider. There must be at least one choice. */
export class SelectionRangeSlider<V = unknown> extends many(
  "SelectionRangeSlider",
  { ...chosenMany, ...sliding },
  true,
)<V> {}

function one<T extends Traits>(name: string, traits: T) {
  return control({ name, traits, check: checkOne(name) as never }) as unknown as ChoiceClass<T, "one">;
}

function sure<T extends Traits>(name: string, traits: T) {
  return control({ name, traits, check: checkOne(name, true) as never }) as unknown as ChoiceClass<T, "sure">;
}

function many<T extends Traits>(name: string, traits: T, isRange = false) {
  const check = checkMany(name, isRange) as never;
  return control({ name, traits, check }) as unknown as ChoiceClass<T, "many">;
}

interface State<I, V, L> {
  options: unknown;
  index: I;
  value: V;
  label: L;
}

/** Keeps index, value and label together; the last of them that was given decides. */
function checkOne(name: string, nonempty = false) {
  type One = State<number | null, unknown, string | null>;
  return (next: One, change: Partial<One>, before: One | null) => {
    const pairs = pairsOf(name, next.options, nonempty);
    const isOther = before === null || change.options !== undefined;
    let index = isOther ? (pairs.length > 0 ? 0 : null) : before.index;
    if (change.label !== undefined) index = placeOf(name, "label", pairs, change.label);
    if (change.value !== undefined) index = placeOf(name, "value", pairs, change.value);
    if (change.index !== undefined) index = inside(name, pairs, change.index);
    if (index === null && nonempty) throw invalid(`${name}.index`, index, "one of the options");
    const [label, value] = index === null ? [null, null] : pairs[index];
    return { _options_labels: pairs.map(([l]) => l), index, value, label };
  };
}

function checkMany(name: string, isRange = false) {
  type Many = State<readonly number[], readonly unknown[], readonly string[]>;
  return (next: Many, change: Partial<Many>, before: Many | null) => {
    const pairs = pairsOf(name, next.options, isRange);
    const isOther = before === null || change.options !== undefined;
    let index: readonly number[] = isOther ? (isRange ? [0, 0] : []) : before.index;
    const places = (key: "label" | "value", items: readonly unknown[]) =>
      items.map((item) => placeOf(name, key, pairs, item) as number);
    if (change.label !== undefined) index = places("label", change.label);
    if (change.value !== undefined) index = places("value", change.value);
    if (change.index !== undefined) index = change.index.map((i) => inside(name, pairs, i) as number);
    if (isRange && index.length !== 2) throw invalid(`${name}.index`, index, "the first and the last");
    return {
      _options_labels: pairs.map(([label]) => label),
      index,
      value: index.map((i) => pairs[i][1]),
      label: index.map((i) => pairs[i][0]),
    };
  };
}

type Pair = readonly [label: string, value: unknown];

function pairsOf(name: string, options: unknown, nonempty: boolean): Pair[] {
  if (typeof options !== "object" || options === null)
    throw invalid(`${name}.options`, options, "a list or an object of values by label");
  const items: unknown[] = Array.isArray(options) ? options : Object.entries(options);
  if (nonempty && items.length === 0) throw invalid(`${name}.options`, items, "at least one");
  const isPair = (item: unknown) => Array.isArray(item) && item.length === 2;
  return items.every(isPair)
    ? items.map((item) => [String((item as Pair)[0]), (item as Pair)[1]])
    : items.map((item) => [String(item), item]);
}

function placeOf(
  name: string,
  key: "label" | "value",
  pairs: readonly Pair[],
  wanted: unknown,
): number | null {
  if (wanted === null) return null;
  const at = pairs.findIndex(([label, value]) => isDeepStrictEqual(key === "label" ? label : value, wanted));
  if (at >= 0) return at;
  const labels = pairs.map(([label]) => JSON.stringify(label)).join(", ");
  throw invalid(`${name}.${key}`, wanted, labels === "" ? "null: there are no options" : `one of ${labels}`);
}

function inside(name: string, pairs: readonly Pair[], index: number | null): number | null {
  if (index === null || (index >= 0 && index < pairs.length)) return index;
  throw invalid(`${name}.index`, index, `0 to ${pairs.length - 1}`);
}
