import {
  COSINE_QUANTITY,
  type ColorView,
  decimal,
  type LensView,
  type MarksView,
  placesOf,
  stepOf,
  type ViewChange,
} from "../../core/index.js";
import { h, setText, uniqueId } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";

/** A property of the view: its name, and how it is read and changed. */
export interface Setting<T> {
  name: string;
  read(view: LensView): T;
  change(value: T): ViewChange;
}

type Plain = Exclude<keyof LensView, "color" | "marks" | "zoom">;

/** One on the view itself. */
export function ofView<K extends Plain>(name: K): Setting<LensView[K]> {
  return { name, read: (view) => view[name], change: (value) => ({ [name]: value }) };
}

export function ofColor<K extends keyof ColorView>(name: K): Setting<ColorView[K]> {
  return { name, read: ({ color }) => color[name], change: (value) => ({ color: { [name]: value } }) };
}

export function ofMarks<K extends keyof MarksView>(name: K): Setting<MarksView[K]> {
  return { name, read: ({ marks }) => marks[name], change: (value) => ({ marks: { [name]: value } }) };
}

/** A select of a property with a closed set of values. */
export function choice<T extends string>(
  actions: Actions,
  { name, read, change }: Setting<T>,
  label: string,
  values: readonly T[],
  names: Record<string, string> = {},
  possible: (frame: Frame) => boolean = () => true,
): Part {
  const id = uniqueId(name);
  const select = h("select", { id }, ...values.map((v) => h("option", { value: v }, names[v] ?? v)));
  select.addEventListener("change", () => actions.set(change(select.value as T)));
  return {
    element: h("div", { class: "cl-setting" }, h("label", { for: id }, label), select),
    update: (frame) => {
      select.value = read(frame.locked);
      select.disabled = !possible(frame);
    },
  };
}

/** A select of a property that is on or off. */
export function flag(
  actions: Actions,
  { name, read, change }: Setting<boolean>,
  label: string,
  on: string,
): Part {
  const words = { name, read: (view: LensView) => (read(view) ? "on" : "off") };
  return choice<"on" | "off">(
    actions,
    { ...words, change: (value) => change(value === "on") } as Setting<"on" | "off">,
    label,
    ["on", "off"],
    { on, off: "none" },
  );
}

/**
 * A slider of a numeric property.
 * @param automatic where given, "auto" sets the property to null, and this is the value then
 */
export function slider<T extends number | null>(
  actions: Actions,
  { name, read, change }: Setting<T>,
  label: string,
  range: (frame: Frame) => { min: number; max: number; step: number },
  automatic?: (frame: Frame) => number,
): Part {
  const id = uniqueId(name);
  const input = h("input", { id, type: "range" });
  const output = h("output", { for: id });
  const auto = automatic
    ? h(
        "button",
        { class: "cl-auto", "aria-label": `${label}: auto`, title: "Back to the scale's lower end" },
        "auto",
      )
    : null;
  auto?.addEventListener("click", () => actions.set(change(null as T)));
  input.addEventListener("input", () => actions.set(change(Number(input.value) as T)));
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
      const now = automatic?.(frame) ?? Number(read(frame.locked));
      if (document.activeElement !== input || Number(input.value) !== now) input.value = String(now);
      setText(output, decimal(now, placesOf(step)));
      if (!auto) return;
      // Sums and differences have no threshold.
      input.disabled = frame.scene.scale.quantity.scale !== "sequential";
      auto.disabled = input.disabled || read(frame.locked) === null;
    },
  };
}

/** Two numbers for the range of the colour scale, and "auto" for its own: of cosines, the model's. */
export function range(actions: Actions, label: string): Part {
  const ends = (["lower", "upper"] as const).map((end) =>
    h("input", { type: "number", "aria-label": `${label}, ${end} end` }),
  );
  const auto = h(
    "button",
    { class: "cl-auto", "aria-label": `${label}: auto`, title: "Back to its own range" },
    "auto",
  );
  let quantity = COSINE_QUANTITY;
  const set = () => {
    const [low, high] = ends.map((input) => input.valueAsNumber);
    const [least, most] = quantity.range ?? [-Number.MAX_VALUE, Number.MAX_VALUE];
    const valid = low >= least && high <= most && low < high;
    for (const input of ends) input.setAttribute("aria-invalid", String(!valid));
    if (valid) actions.set({ color: { domain: [low, high] } });
    else {
      const from = quantity.range ? ` from ${least} to ${most}` : "";
      actions.say(`${label}: expected two ${quantity.plural}${from}, the lower first`);
    }
  };
  for (const input of ends) input.addEventListener("change", set);
  auto.addEventListener("click", () => actions.set({ color: { domain: null } }));
  return {
    element: h(
      "div",
      { class: "cl-setting", role: "group", "aria-label": label },
      h("span", {}, label),
      h("span", { class: "cl-slide" }, ...ends, auto),
    ),
    update({ locked, scene: { scale } }) {
      quantity = scale.quantity;
      const own = locked.color.scale === "absolute" && quantity.scale === "sequential";
      const [min, max] = quantity.range?.map(String) ?? ["", ""];
      ends.forEach((input, i) => {
        input.disabled = !own;
        Object.assign(input, { min, max, step: String(stepOf(quantity)) });
        if (document.activeElement === input) return;
        input.value = String(Number(scale.domain[i].toFixed(quantity.decimals)));
        input.setAttribute("aria-invalid", "false");
      });
      auto.disabled = !own || locked.color.domain === null;
    },
  };
}
