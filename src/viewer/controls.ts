import {
  AGGREGATES,
  BLENDS,
  CELLS,
  CHANCES,
  decimal,
  LAYOUTS,
  type LensView,
  NORMALISATIONS,
  PALETTE_NAMES,
} from "../../core/index.js";
import { h, setText, uniqueId } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";

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
  subtracted: "subtract controls",
};
const CELL_NAMES = { nearest: "as they are", smooth: "smooth (display only)" };

/** The settings of the map; each is a property of the view. */
export function createControls(actions: Actions): Part {
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
      ({ scene }) => scene.explanation.controls !== null,
    ),
    choice(actions, "normalisation", "scale", NORMALISATIONS, SCALE_NAMES),
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
    element: h("div", { class: "cl-controls" }, ...rows.map((r) => r.element)),
    update: (frame) => {
      for (const row of rows) row.update(frame);
    },
  };
}

function round(value: number, how: (v: number) => number): number {
  return how(value * 100) / 100;
}

/** A select of a view property with a closed set of values. */
function choice<
  K extends "aggregate" | "normalisation" | "palette" | "blend" | "cells" | "layout" | "chance",
>(
  actions: Actions,
  key: K,
  label: string,
  values: readonly LensView[K][],
  names: Record<string, string> = {},
  possible: (frame: Frame) => boolean = () => true,
): Part {
  const id = uniqueId(key);
  const select = h("select", { id }, ...values.map((v) => h("option", { value: v }, names[v] ?? v)));
  select.addEventListener("change", () => actions.set({ [key]: select.value as LensView[K] }));
  return {
    element: h("div", { class: "cl-control" }, h("label", { for: id }, label), select),
    update: (frame) => {
      select.value = frame.locked[key];
      select.disabled = !possible(frame);
    },
  };
}

/** A slider of a numeric view property; `reset`, where given, is offered as "auto". */
function slider(
  actions: Actions,
  key: "opacity" | "threshold" | "top" | "contours",
  label: string,
  range: (frame: Frame) => { min: number; max: number; step: number },
  value: (view: LensView, frame: Frame) => number,
  reset?: () => void,
): Part {
  const id = uniqueId(key);
  const input = h("input", { id, type: "range" });
  const output = h("output", { for: id });
  const auto = reset
    ? h("button", { class: "cl-auto", title: "Back to the scale's lower end" }, "auto")
    : null;
  if (auto && reset) auto.addEventListener("click", reset);
  input.addEventListener("input", () => actions.set({ [key]: Number(input.value) }));
  return {
    element: h(
      "div",
      { class: "cl-control" },
      h("label", { for: id }, label),
      h("span", { class: "cl-slide" }, input, auto, output),
    ),
    update(frame) {
      const { min, max, step } = range(frame);
      Object.assign(input, { min: String(min), max: String(max), step: String(step) });
      const now = value(frame.locked, frame);
      if (document.activeElement !== input || Number(input.value) !== now) input.value = String(now);
      setText(output, step < 1 ? decimal(now) : String(now));
      if (!auto) return;
      // Sums and differences have no threshold.
      input.disabled = !frame.scene.scale.unit.startsWith("cosine");
      auto.disabled = input.disabled || frame.locked.threshold === null;
    },
  };
}
