import { explanationOf } from "../data/explanation-of.js";
import type { LensData, LensState, LensView } from "../data/lens-state.js";
import { sameModel } from "../interaction/siblings.js";
import { counterpart } from "../view/difference.js";
import { regionOf } from "../view/region.js";
import { sceneName } from "./caption.js";
import { type Scene, sceneOf } from "./scene.js";

/**
 * The B of a comparison beside A, or null when there is none or the difference is shown. B shows what was
 * selected on A (same token, else same word, else the aggregate) on A's scale where both come from the same
 * model; cosines of different models are not comparable, so there each keeps its own scale.
 */
export function comparison({ data, view }: Pick<LensState, "data" | "view">, a: Scene): Scene | null {
  if (view.compare === null || view.difference) return null;
  const b = explanationOf(data, view.compare);
  const selected = counterpart(a.explanation, b, view);
  const { color } = view;
  const other: LensView = {
    ...view,
    result: view.compare,
    compare: null,
    region: regionOf(view, "b"),
    color: { ...color, palette: color.palette === "auto" ? "blue" : color.palette },
  };
  return sceneOf(data, other, selected, sameModel(a.explanation, b) ? { scale: a.scale } : {});
}

/** What tells one result from others: query, page, model. */
export function resultName(data: LensData, key: string): string {
  const explanation = explanationOf(data, key);
  return sceneName({ explanation, page: data.pages[explanation.page] });
}
