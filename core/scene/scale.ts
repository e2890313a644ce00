import { mean, ticks } from "d3-array";
import type { LensData, LensExplanation, LensView, ScaleName } from "../data/lens-state.js";
import type { PatchMap } from "../data/patch-map.js";
import { COSINE_ABOVE_BASELINE, type Quantity, reading, readings, stepOf } from "../data/quantities.js";
import { chanceLevel, justAbove } from "../interaction/chance.js";
import type { Shown } from "../view/view-selection.js";
import { type Colours, colours } from "./palettes.js";
import { extentOf, numbersExtent, spanOf, union } from "./span.js";

/** How numbers become colours. Affine on every scale, so its axis is always in the quantity of the map. */
export interface ColourScale {
  kind: "sequential" | "diverging";
  /** Ends of the palette. */
  domain: [number, number];
  /** Cells below are not painted (for differences: those closer to 0). */
  threshold: number;
  /** Opacity of the strongest cell. */
  opacity: number;
  /** Whether weaker cells are more transparent. Tints that are multiplied need not be: weaker ones are paler. */
  ramp: boolean;
  colours: Colours;
  /** The same as tints of dark paper; null where the colours do not follow the paper. */
  dark: Colours | null;
  /** What the numbers on the axis are. */
  quantity: Quantity;
  /** Cosine that marks chance on the axis, or null where there is none. */
  chance: number | null;
  /** Says in words what the domain is. */
  note: string;
  /** What the legend's axis spans: the domain and every number of the explanation, the same for all its tokens. */
  axis: [number, number];
  ticks: number[];
}

const NOTES: Record<ScaleName, string> = {
  absolute: "fixed range",
  token: "range of this map",
  query: "range of all tokens",
  pages: "range of all pages",
  percentile: "2nd to 98th percentile of this map",
  robust: "median ± 3 robust deviations of this map",
};

const ALL_MAPS = "range of all maps";

export function colourScale(
  data: LensData,
  view: LensView,
  explanation: LensExplanation,
  shown: Shown,
): ColourScale {
  const quantity = shown.map.description;
  if (quantity.scale === "diverging") return divergingScale(view, shown.map);
  const sums = quantity.scale === "from-zero";
  // With the baseline subtracted a typical patch keeps its colour; those that answer to everything lose theirs.
  const less = quantity === COSINE_ABOVE_BASELINE ? baselineRange(explanation) : NOTHING;
  const chance = chanceLevel(explanation, shown);
  const domain = widened(
    sums
      ? [0, Math.max(0, extentOf(shown.map.data)[1])]
      : spanOf(data, view, explanation, shown.map, less.mean),
    stepOf(quantity),
  );
  const [least, most] = numbersExtent(explanation, quantity.name);
  const axis: [number, number] = sums ? domain : union(domain, [least - less.most, most - less.least]);
  const threshold = view.color.threshold === null || sums ? domain[0] : view.color.threshold;
  const hides = view.chance === "hidden" && chance !== null;
  return {
    kind: "sequential",
    domain,
    threshold: hides ? Math.max(threshold, justAbove(chance)) : threshold,
    ...paint(view, quantity),
    quantity,
    chance,
    note: sums ? "0 to the largest" : noteOf(view, explanation, quantity),
    axis,
    ticks: ticks(axis[0], axis[1], 5),
  };
}

/** What of a scale does not depend on the numbers. */
type Paint = Pick<ColourScale, "opacity" | "ramp" | "colours" | "dark">;

/** The same scale in the colours of a view. */
export function repainted(scale: ColourScale, view: LensView): ColourScale {
  return { ...scale, ...paint(view, scale.quantity) };
}

function paint({ color }: LensView, { scale, similarity }: Quantity): Paint {
  const { blend, palette, opacity } = color;
  const auto = palette === "auto" ? (similarity ? "amber" : "violet") : palette;
  const name = scale === "diverging" ? color.diverging : auto;
  const isTint = blend === "tint" || blend === "multiply";
  return {
    opacity,
    ramp: !isTint,
    colours: colours(name, isTint ? "light" : "none"),
    dark: blend === "tint" ? colours(name, "dark") : null,
  };
}

function noteOf({ color }: LensView, { provenance }: LensExplanation, of: Quantity): string {
  if (color.scale === "query" && !of.similarity) return ALL_MAPS;
  if (color.scale !== "absolute" || color.domain) return NOTES[color.scale];
  if (!of.similarity) return of.domain || of.range ? NOTES.absolute : ALL_MAPS;
  return provenance.model.domain === "assumed" ? "assumed range" : NOTES.absolute;
}

const NOTHING = { mean: 0, least: 0, most: 0 };

/** What is subtracted: its mean and extremes over all patches and kinds of tokens. */
function baselineRange({ baseline }: LensExplanation): typeof NOTHING {
  const all = Object.values(baseline?.mean ?? {});
  const average = baseline?.mean.word ?? all[0];
  if (!average) return NOTHING;
  const [least, most] = all.map(extentOf).reduce(union);
  return { mean: mean(average) as number, least, most };
}

function divergingScale(view: LensView, map: PatchMap): ColourScale {
  const quantity = map.description;
  const [low, most] = extentOf(map.data);
  const limit = Math.max(stepOf(quantity), Math.abs(low), Math.abs(most));
  return {
    kind: "diverging",
    domain: [-limit, limit],
    threshold: 0,
    ...paint(view, quantity),
    quantity,
    chance: null,
    note: "symmetric about 0",
    axis: [-limit, limit],
    ticks: ticks(-limit, limit, 5),
  };
}

/** A map of one value still gets a scale. */
function widened([low, most]: [number, number], step: number): [number, number] {
  return most - low >= step / 10 ? [low, most] : [low - step / 2, low + step / 2];
}

/** Where a value lies on the palette, 0 to 1. */
export function position(scale: ColourScale, value: number): number {
  // No destructuring: it is called for every pixel.
  const low = scale.domain[0];
  return Math.min(1, Math.max(0, (value - low) / (scale.domain[1] - low)));
}

/**
 * Which of the 256 colours a value has. Of a tint the opacity says how far the strongest goes: print under it must be
 * readable, and what is paler already need not be see-through.
 */
export function colourIndex(scale: ColourScale, value: number): number {
  const none = scale.kind === "diverging" ? 0.5 : 0;
  const strength = scale.dark ? scale.opacity : 1;
  return Math.round(255 * (none + strength * (position(scale, value) - none)));
}

/**
 * How opaque a value is painted, 0 to `opacity`. A ramp rises with the value above the threshold, so text stays readable; a
 * tint of paper is opaque where there is any.
 */
export function alpha(scale: ColourScale, value: number): number {
  const { kind, ramp, threshold, domain, quantity, dark } = scale;
  const opacity = dark ? Math.ceil(scale.opacity) : scale.opacity;
  const painted = kind === "diverging" ? value !== 0 : value >= threshold;
  if (!painted || !ramp) return painted ? opacity : 0;
  if (kind === "diverging") return opacity * Math.min(1, Math.abs(value) / domain[1]);
  const top = Math.max(domain[1], threshold + stepOf(quantity) / 10);
  return opacity * Math.min(1, (value - threshold) / (top - threshold));
}

/** The scale in words: `cosine 0.25 to 0.75, fixed range`. */
export function describeScale(scale: ColourScale): string {
  const { kind, threshold, domain, quantity, note } = scale;
  const from =
    kind === "sequential" && threshold > domain[0] ? `, painted from ${reading(threshold, quantity)}` : "";
  const chance = scale.chance === null ? "" : `, chance level ${reading(scale.chance, quantity)}`;
  return `${describeDomain(scale)} (${note}${from}${chance})`;
}

/** What the colours span: `cosine 0.25 to 0.75`. */
export function describeDomain({ domain, quantity }: ColourScale): string {
  return `${quantity.noun} ${readings(domain, quantity)}`;
}
