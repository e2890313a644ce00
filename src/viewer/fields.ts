import { decimal, type LensView } from "../../core/index.js";
import { h, setText, uniqueId } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";

/** A select of a view property with a closed set of values. */
export function choice<
  K extends "aggregate" | "normalisation" | "palette" | "diverging" | "blend" | "cells" | "layout" | "chance",
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
    element: h("div", { class: "cl-setting" }, h("label", { for: id }, label), select),
    update: (frame) => {
      select.value = frame.locked[key];
      select.disabled = !possible(frame);
    },
  };
}

/** A slider of a numeric view property; `reset`, where given, is offered as "auto". */
export function slider(
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
    ? h(
        "button",
        { class: "cl-auto", "aria-label": `${label}: auto`, title: "Back to the scale's lower end" },
        "auto",
      )
    : null;
  if (auto && reset) auto.addEventListener("click", reset);
  input.addEventListener("input", () => actions.set({ [key]: Number(input.value) }));
  return {
    element: h(
      "div",
      { class: "cl-setting" },
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

/** Two numbers for the range of the colour scale, and "auto" for the model's own. */
export function range(actions: Actions, label: string): Part {
  const ends = (["lower", "upper"] as const).map((end) =>
    h("input", { type: "number", min: "-1", max: "1", step: "0.01", "aria-label": `${label}, ${end} end` }),
  );
  const auto = h(
    "button",
    { class: "cl-auto", "aria-label": `${label}: auto`, title: "Back to the model's own range" },
    "auto",
  );
  const set = () => {
    const [low, high] = ends.map((input) => input.valueAsNumber);
    const valid = low >= -1 && high <= 1 && low < high;
    for (const input of ends) input.setAttribute("aria-invalid", String(!valid));
    if (valid) actions.set({ domain: [low, high] });
    else actions.say(`${label}: expected two cosines from -1 to 1, the lower first`);
  };
  for (const input of ends) input.addEventListener("change", set);
  auto.addEventListener("click", () => actions.set({ domain: null }));
  return {
    element: h(
      "div",
      { class: "cl-setting", role: "group", "aria-label": label },
      h("span", {}, label),
      h("span", { class: "cl-slide" }, ...ends, auto),
    ),
    update({ locked, scene: { scale } }) {
      const own = locked.normalisation === "absolute" && scale.unit.startsWith("cosine");
      ends.forEach((input, i) => {
        input.disabled = !own;
        if (document.activeElement === input) return;
        input.value = String(Math.round(scale.domain[i] * 100) / 100);
        input.setAttribute("aria-invalid", "false");
      });
      auto.disabled = !own || locked.domain === null;
    },
  };
}
