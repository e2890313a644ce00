import { control } from "./control.js";
import { boxStyle, described, orientation, sliding, usable } from "./dom-widget.js";
import { ProgressStyle } from "./layout.js";
import { bool, float, int, invalid, list, optional, part, type Trait, text } from "./traits.js";

type Bounds = { min: number; max: number };

const limits = { min: int(0), max: int(100) };
const floatLimits = { min: float(0), max: float(100) };
const typed = { ...usable, continuous_update: bool() };
const slider = { ...usable, ...sliding };
const bar = { ...described, orientation, bar_style: boxStyle, style: part(ProgressStyle) };

/** An integer from `min` to `max` (0 to 100 by default) on a slider. */
export class IntSlider extends control({
  name: "IntSlider",
  first: "value",
  traits: { ...slider, ...limits, value: int(), step: int(1), readout_format: text("d") },
  check: bounded("IntSlider"),
}) {}

/** A number from `min` to `max` (0 to 100 by default) on a slider. */
export class FloatSlider extends control({
  name: "FloatSlider",
  first: "value",
  traits: {
    ...slider,
    ...floatLimits,
    value: float(),
    step: optional(float(), 0.1),
    readout_format: text(".2f"),
  },
  check: bounded("FloatSlider"),
}) {}

/** A number from `base ** min` to `base ** max` on a slider of exponents. */
export class FloatLogSlider extends control({
  name: "FloatLogSlider",
  first: "value",
  traits: {
    ...slider,
    value: float(1),
    min: float(0),
    max: float(4),
    base: float(10),
    step: float(0.1),
    readout_format: text(".3g"),
  },
  check(next, change, before) {
    ordered("FloatLogSlider", next, change, before);
    const { value, base } = next;
    const [min, max] = [base ** next.min, base ** next.max];
    if (!(base > 0 && max < Number.POSITIVE_INFINITY))
      throw invalid("FloatLogSlider.base", base, "a number above 0 whose powers are numbers");
    return { value: clamp(value, { min, max }) };
  },
}) {}

/** Two integers, `[lower, upper]`, on a slider; the middle half by default. */
export class IntRangeSlider extends control({
  name: "IntRangeSlider",
  first: "value",
  traits: { ...slider, ...limits, value: pair(int()), step: int(1), readout_format: text("d") },
  check: range("IntRangeSlider", Math.trunc),
}) {}

/** Two numbers, `[lower, upper]`, on a slider; the middle half by default. */
export class FloatRangeSlider extends control({
  name: "FloatRangeSlider",
  first: "value",
  traits: {
    ...slider,
    ...floatLimits,
    value: pair(float()),
    step: optional(float(), 0.1),
    readout_format: text(".2f"),
  },
  check: range("FloatRangeSlider", (n) => n),
}) {}

/** A field for an integer. */
export class IntText extends control({
  name: "IntText",
  first: "value",
  traits: { ...typed, value: int(), step: int(1) },
}) {}

/** A field for an integer from `min` to `max`. */
export class BoundedIntText extends control({
  name: "BoundedIntText",
  view: "IntText",
  first: "value",
  traits: { ...typed, ...limits, value: int(), step: int(1) },
  check: bounded("BoundedIntText"),
}) {}

/** A field for a number. */
export class FloatText extends control({
  name: "FloatText",
  first: "value",
  traits: { ...typed, value: float(), step: optional(float()) },
}) {}

/** A field for a number from `min` to `max`. */
export class BoundedFloatText extends control({
  name: "BoundedFloatText",
  view: "FloatText",
  first: "value",
  traits: { ...typed, ...floatLimits, value: float(), step: optional(float()) },
  check: bounded("BoundedFloatText"),
}) {}

/** A bar that is full when `value` is `max`. */
export class IntProgress extends control({
  name: "IntProgress",
  view: "Progress",
  first: "value",
  traits: { ...bar, ...limits, value: int() },
  check: bounded("IntProgress"),
}) {}

/** A bar that is full when `value` is `max`. */
export class FloatProgress extends control({
  name: "FloatProgress",
  view: "Progress",
  first: "value",
  traits: { ...bar, ...floatLimits, value: float() },
  check: bounded("FloatProgress"),
}) {}

/** Buttons that count `value` up by `step` every `interval` milliseconds, in the browser. */
export class Play extends control({
  name: "Play",
  first: "value",
  traits: {
    ...usable,
    ...limits,
    value: int(),
    step: int(1),
    interval: int(100),
    playing: bool(),
    repeat: bool(),
    show_repeat: bool(true),
  },
  check: bounded("Play"),
}) {}

function bounded(name: string) {
  type State = Bounds & { value: number };
  return (next: State, change: Partial<State>, before: unknown): { value: number } => {
    ordered(name, next, change, before);
    return { value: clamp(next.value, next) };
  };
}

function range(name: string, round: (n: number) => number) {
  type State = Bounds & { value: readonly number[] };
  return (next: State, change: Partial<State>, before: unknown): { value: readonly number[] } => {
    ordered(name, next, change, before);
    const quarter = (next.max - next.min) / 4;
    const isNew = before === null && change.value === undefined;
    const value = isNew ? [round(next.min + quarter), round(next.max - quarter)] : next.value;
    if (value[0] > value[1])
      throw new RangeError(`invalid ${name}.value: [${value.join(", ")}], expected the lower number first`);
    return { value: value.map((n) => clamp(n, next)) };
  };
}

function pair(of: Trait<number>): Trait<readonly number[], readonly number[]> {
  return { ...list(of, 2), initial: () => [0, 1] };
}

/** Limits that cross are refused by the one that was moved. */
function ordered(name: string, { min, max }: Bounds, change: Partial<Bounds>, before: unknown): void {
  if (min <= max) return;
  const isMax = change.min === undefined;
  const wrong = isMax
    ? `max: ${max}, expected at least min, which is ${min}`
    : `min: ${min}, expected at most max, which is ${max}`;
  const remedy = before === null ? "give both, min and max" : "set({ min, max }) moves both";
  const isOne = isMax || change.max === undefined;
  throw new RangeError(`invalid ${name}.${wrong}${isOne ? `; ${remedy}` : ""}`);
}

function clamp(value: number, { min, max }: Bounds): number {
  return Math.min(Math.max(value, min), max);
}
