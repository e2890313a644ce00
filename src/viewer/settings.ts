import {
  AGGREGATES,
  BLENDS,
  CELLS,
  CHANCES,
  LAYOUTS,
  NORMALISATIONS,
  PALETTE_NAMES,
} from "../../core/index.js";
import { h } from "./dom.js";
import { choice, range, slider } from "./fields.js";
import type { Actions, Part } from "./frame.js";

const AGGREGATE_NAMES = { max: "maximum", mean: "mean", winner: "MaxSim winners" };
const SCALE_NAMES = {
  absolute: "fixed cosine range",
  token: "this map's range",
  query: "all tokens' range",
  pages: "all pages' range",
  percentile: "2nd–98th percentile",
  robust: "robust (median, MAD)",
};
const LAYOUT_NAMES = { single: "one page", multiples: "a map per word" };
const BLEND_NAMES = { alpha: "see-through", multiply: "multiply", outline: "outline only" };
const CHANCE_NAMES = {
  marked: "marked ◆",
  hidden: "hide what it explains",
  subtracted: "subtract baseline",
};
const CELL_NAMES = { nearest: "as they are", smooth: "smooth (display only)" };

/** The settings of the map; each is a property of the view. */
export function createSettings(actions: Actions): Part {
  const rows = [
    choice(actions, "layout", "show", LAYOUTS, LAYOUT_NAMES),
    choice(actions, "aggregate", "all means", AGGREGATES, AGGREGATE_NAMES),
    slider(
      actions,
      "opacity",
      "opacity",
      () => ({ min: 0, max: 1, step: 0.05 }),
      (v) => v.opacity,
    ),
    slider(
      actions,
      "threshold",
      "threshold",
      ({ scene }) => ({
        min: round(scene.scale.axis[0], Math.floor),
        max: round(scene.scale.axis[1], Math.ceil),
        step: 0.01,
      }),
      (_, { scene }) => scene.scale.threshold,
      () => actions.set({ threshold: null }),
    ),
    choice(
      actions,
      "chance",
      "chance",
      CHANCES,
      CHANCE_NAMES,
      ({ scene }) => scene.explanation.baseline !== null,
    ),
    choice(actions, "normalisation", "scale", NORMALISATIONS, SCALE_NAMES),
    range(actions, "range"),
    choice(actions, "palette", "palette", PALETTE_NAMES),
    choice(actions, "blend", "colours", BLENDS, BLEND_NAMES),
    choice(actions, "cells", "cells", CELLS, CELL_NAMES),
    slider(
      actions,
      "top",
      "best marked",
      () => ({ min: 0, max: 20, step: 1 }),
      (v) => v.top,
    ),
    slider(
      actions,
      "contours",
      "contours",
      () => ({ min: 0, max: 9, step: 1 }),
      (v) => v.contours,
    ),
  ];
  return {
    element: h("div", { class: "cl-settings" }, ...rows.map((r) => r.element)),
    update: (frame) => {
      for (const row of rows) row.update(frame);
    },
  };
}

function round(value: number, how: (v: number) => number): number {
  return how(value * 100) / 100;
}
