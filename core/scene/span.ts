import { extent, quantile } from "d3-array";
import { explanationOf } from "../data/explanation-of.js";
import { layerOf } from "../data/layers.js";
import type { LensData, LensExplanation, LensView } from "../data/lens-state.js";
import type { PatchMap } from "../data/patch-map.js";
import { siblings } from "../interaction/siblings.js";
import { scopeTokens } from "../view/view-selection.js";

type Span = [number, number];

/**
 * What the colours of a map span, as the view's scale says, in the map's quantity.
 * @param less what is subtracted from cosines on average, where the baseline is
 */
export function spanOf(
  data: LensData,
  view: LensView,
  explanation: LensExplanation,
  map: PatchMap,
  less: number,
): Span {
  const { quantity } = map;
  switch (view.color.scale) {
    case "absolute":
      return view.color.domain ?? ownSpan(explanation, map, less);
    case "token":
      return extentOf(map.data);
    case "query":
      return shifted(scopeExtent(explanation, view, quantity), less);
    case "pages":
      return shifted(
        siblings(data, explanation.key)
          .map((key) => explanationOf(data, key))
          .filter((other) => map.description.similarity || layerOf(other, quantity))
          .map((other) => scopeExtent(other, view, quantity))
          .reduce(union),
        less,
      );
    case "percentile":
      return [quantile(map.data, 0.02) as number, quantile(map.data, 0.98) as number];
    case "robust": {
      const middle = quantile(map.data, 0.5) as number;
      const deviations = map.data.map((v) => Math.abs(v - middle));
      // 1.4826 makes the median absolute deviation estimate a normal's standard deviation.
      const spread = 3 * 1.4826 * (quantile(deviations, 0.5) as number);
      return [middle - spread, middle + spread];
    }
  }
}

/** Of cosines what the model has; of others what the quantity says, or all its numbers. */
function ownSpan(explanation: LensExplanation, { description, quantity }: PatchMap, less: number): Span {
  if (description.similarity) return shifted(explanation.domain, less);
  return description.domain ?? description.range ?? numbersExtent(explanation, quantity);
}

function shifted([low, most]: Span, less: number): Span {
  return [low - less, most - less];
}

/** Extremes of all tokens in scope; of a layer, of all its maps. */
function scopeExtent(explanation: LensExplanation, view: LensView, quantity: string): Span {
  if (layerOf(explanation, quantity)) return numbersExtent(explanation, quantity);
  const cells = explanation.grid.rows * explanation.grid.columns;
  return scopeTokens(explanation, view.scope)
    .map((t) => extentOf(explanation.maps.data.subarray(t * cells, (t + 1) * cells)))
    .reduce(union);
}

const extents = new WeakMap<Float32Array, Span>();

/** Extremes of all numbers that an explanation has of a quantity. */
export function numbersExtent(explanation: LensExplanation, quantity: string): Span {
  const all = layerOf(explanation, quantity)?.maps ?? [explanation.maps];
  return all
    .map(({ data }) => {
      const ends = extents.get(data) ?? extentOf(data);
      extents.set(data, ends);
      return ends;
    })
    .reduce(union);
}

export function extentOf(data: Float32Array): Span {
  return extent(data) as Span;
}

export function union(a: Span, b: Span): Span {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
