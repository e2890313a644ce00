import {
  AGGREGATES,
  BLENDS,
  CELLS,
  CHANCES,
  DIVERGING_NAMES,
  defaultView,
  type LensView,
  PALETTE_CHOICES,
  SCALE_NAMES,
  SCOPES,
  sameView,
  stepOf,
} from "../../../core/index.js";
import { h, setText } from "../dom.js";
import { choice, flag, ofColor, ofMarks, ofView, range, slider } from "../fields.js";
import type { Actions, Frame, Part } from "../frame.js";
import { createFold } from "./fold.js";
import { createScaleNote } from "./scale-note.js";

const AGGREGATE_LABELS = {
  max: "best word per patch",
  mean: "mean of the words",
  winner: "what counts in the score",
};
const SCALE_LABELS = {
  absolute: "same for all pages",
  token: "this map only",
  query: "all maps of the query",
  pages: "all pages of the query",
  percentile: "2nd to 98th percentile",
  robust: "median ± 3 deviations",
};
const SCOPE_LABELS = { words: "whole words", all: "the model’s pieces" };
const BLEND_LABELS = {
  tint: "highlighter",
  alpha: "see-through",
  multiply: "multiplied",
  outline: "outline only",
};
const CHANCE_LABELS = { marked: "shown paler", hidden: "hidden", subtracted: "subtracted" };
const CELL_LABELS = { nearest: "as they are", smooth: "smoothed, display only" };

/** How the map looks; each setting is a property of the view. */
export function createAppearance(actions: Actions): Part {
  const main = [
    slider(actions, ofColor("opacity"), "Tint", () => ({ min: 0, max: 1, step: 0.05 })),
    slider(actions, ofColor("threshold"), "Show from", thresholdRange, ({ scene }) => scene.scale.threshold),
    choice(actions, ofColor("palette"), "Colours", PALETTE_CHOICES),
    choice(actions, ofView("cells"), "Patches", CELLS, CELL_LABELS),
    flag(actions, ofMarks("hits"), "Outline", "round every hit"),
    choice(
      actions,
      ofView("chance"),
      "Below chance",
      CHANCES,
      CHANCE_LABELS,
      ({ scene }) => scene.explanation.baseline !== null && scene.shown.map.description.similarity,
    ),
    choice(actions, ofColor("scale"), "Scale", SCALE_NAMES, SCALE_LABELS),
    choice(actions, ofView("aggregate"), "“All” shows", AGGREGATES, AGGREGATE_LABELS),
    choice(actions, ofView("scope"), "Words", SCOPES, SCOPE_LABELS),
  ];
  const further = [
    choice(actions, ofColor("blend"), "Blend", BLENDS, BLEND_LABELS),
    range(actions, "Range"),
    choice(
      actions,
      ofColor("diverging"),
      "Difference",
      DIVERGING_NAMES,
      {},
      ({ locked }) => locked.compare !== null && locked.difference,
    ),
    slider(actions, ofMarks("best"), "Best patches", () => ({ min: 0, max: 20, step: 1 })),
    slider(actions, ofMarks("contours"), "Contours", () => ({ min: 0, max: 9, step: 1 })),
  ];
  const scale = createScaleNote();
  const reset = h("button", { class: "cl-link" }, "Reset");
  let last: Frame | null = null;
  reset.addEventListener("click", () => {
    if (last) actions.set(appearanceOf(defaultView(last.data)));
  });
  const more = h(
    "details",
    { class: "cl-more" },
    h("summary", {}, "More"),
    ...further.map((r) => r.element),
    scale.element,
  );
  more.addEventListener("toggle", fill);
  const fold = createFold(
    { name: "Appearance", key: "appearance" },
    [h("div", { class: "cl-settings" }, ...main.map((row) => row.element)), more, reset],
    fill,
  );

  /** Only what is open: what changes in a shut part makes the browser lay out the page twice a frame. */
  function fill(): void {
    if (!last || !fold.element.open) return;
    for (const part of more.open ? [...main, ...further, scale] : main) part.update(last);
  }

  return {
    element: fold.element,
    update(frame) {
      last = frame;
      fill();
      const isChanged = !sameView(
        { ...frame.locked, ...appearanceOf(defaultView(frame.data)) } as LensView,
        frame.locked,
      );
      setText(fold.remark, isChanged ? "changed" : "");
      reset.disabled = !isChanged;
    },
  };
}

/** What of a view says how it looks, not what is looked at. */
function appearanceOf({ color, marks, cells, chance, aggregate, scope }: LensView) {
  return { color, marks, cells, chance, aggregate, scope };
}

function thresholdRange({ scene: { scale } }: Frame): { min: number; max: number; step: number } {
  const { decimals } = scale.quantity;
  const rounded = (value: number, how: (v: number) => number) => how(value * 10 ** decimals) / 10 ** decimals;
  return {
    min: rounded(scale.axis[0], Math.floor),
    max: rounded(scale.axis[1], Math.ceil),
    step: stepOf(scale.quantity),
  };
}
