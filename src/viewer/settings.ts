import {
  AGGREGATES,
  BLENDS,
  CELLS,
  CHANCES,
  DIVERGING_NAMES,
  PALETTE_CHOICES,
  SCALE_NAMES,
  SCOPES,
  stepOf,
} from "../../core/index.js";
import { h } from "./dom.js";
import { choice, ofColor, ofMarks, ofView, range, slider } from "./fields.js";
import type { Actions, Part } from "./frame.js";

const AGGREGATE_LABELS = { max: "maximum", mean: "mean", winner: "MaxSim winners" };
const SCALE_LABELS = {
  absolute: "fixed range",
  token: "this map's range",
  query: "all tokens' range",
  pages: "all pages' range",
  percentile: "2nd–98th percentile",
  robust: "robust (median, MAD)",
};
const SCOPE_LABELS = { words: "words only", all: "all tokens" };
const BLEND_LABELS = {
  tint: "highlighter",
  alpha: "see-through",
  multiply: "multiply",
  outline: "outline only",
};
const CHANCE_LABELS = {
  marked: "marked ◆",
  hidden: "hide what it explains",
  subtracted: "subtract baseline",
};
const CELL_LABELS = { nearest: "as they are", smooth: "smooth (display only)" };

/** The settings of the map; each is a property of the view. */
export function createSettings(actions: Actions): Part {
  const rows = [
    choice(actions, ofView("scope"), "words", SCOPES, SCOPE_LABELS),
    choice(actions, ofView("aggregate"), "all means", AGGREGATES, AGGREGATE_LABELS),
    slider(actions, ofColor("opacity"), "opacity", () => ({ min: 0, max: 1, step: 0.05 })),
    slider(
      actions,
      ofColor("threshold"),
      "threshold",
      ({ scene: { scale } }) => {
        const { decimals } = scale.quantity;
        return {
          min: rounded(scale.axis[0], decimals, Math.floor),
          max: rounded(scale.axis[1], decimals, Math.ceil),
          step: stepOf(scale.quantity),
        };
      },
      ({ scene }) => scene.scale.threshold,
    ),
    choice(
      actions,
      ofView("chance"),
      "chance",
      CHANCES,
      CHANCE_LABELS,
      ({ scene }) => scene.explanation.baseline !== null && scene.shown.map.description.similarity,
    ),
    choice(actions, ofColor("scale"), "scale", SCALE_NAMES, SCALE_LABELS),
    range(actions, "range"),
    choice(actions, ofColor("palette"), "palette", PALETTE_CHOICES),
    choice(
      actions,
      ofColor("diverging"),
      "difference",
      DIVERGING_NAMES,
      {},
      ({ locked }) => locked.compare !== null && locked.difference,
    ),
    choice(actions, ofColor("blend"), "colours", BLENDS, BLEND_LABELS),
    choice(actions, ofView("cells"), "cells", CELLS, CELL_LABELS),
    slider(actions, ofMarks("best"), "best marked", () => ({ min: 0, max: 20, step: 1 })),
    slider(actions, ofMarks("contours"), "contours", () => ({ min: 0, max: 9, step: 1 })),
  ];
  return {
    element: h("div", { class: "cl-settings" }, ...rows.map((r) => r.element)),
    update: (frame) => {
      for (const row of rows) row.update(frame);
    },
  };
}

function rounded(value: number, places: number, how: (v: number) => number): number {
  return how(value * 10 ** places) / 10 ** places;
}
