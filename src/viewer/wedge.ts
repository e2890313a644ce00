import { alpha, type ColourScale, colourIndex, position } from "../../core/index.js";
import { h } from "./dom.js";

/** The colour of a value as it looks on white paper, as CSS has it. */
export function swatch(scale: ColourScale, value: number): string {
  const a = alpha(scale, value);
  const at = 3 * colourIndex(scale, value);
  const [r, g, b] = [0, 1, 2].map((k) => Math.round(scale.colours[at + k] * a + 255 * (1 - a)));
  return `rgb(${r}, ${g}, ${b})`;
}

const STEPS = 24;

/** The colours of a scale, the higher the stronger, with a tick at chance and a caret at what is pointed at. */
export interface Wedge {
  element: HTMLElement;
  show(scale: ColourScale): void;
  /** Puts the caret at a value; null takes it away. */
  point(value: number | null): void;
}

export function createWedge(): Wedge {
  const colours = h("span", { class: "cl-wedge-colours" });
  const tick = h("span", { class: "cl-wedge-tick" });
  const caret = h("span", { class: "cl-wedge-caret" });
  const element = h("span", { class: "cl-wedge", "aria-hidden": "true" }, colours, tick, caret);
  let shown: ColourScale | null = null;
  let painted = "";

  function place(mark: HTMLElement, value: number | null): void {
    const outside = shown === null || value === null;
    mark.hidden = outside;
    if (!outside) mark.style.left = `${100 * position(shown as ColourScale, value as number)}%`;
  }

  tick.hidden = caret.hidden = true;
  return {
    element,
    show(scale) {
      shown = scale;
      const [low, high] = scale.domain;
      const stops = Array.from({ length: STEPS }, (_, i) =>
        swatch(scale, low + ((i + 0.5) * (high - low)) / STEPS),
      );
      const gradient = stops
        .map((c, i) => `${c} ${(100 * i) / STEPS}% ${(100 * (i + 1)) / STEPS}%`)
        .join(", ");
      if (gradient !== painted) colours.style.background = `linear-gradient(90deg, ${gradient})`;
      painted = gradient;
      element.classList.toggle("cl-two-ends", scale.kind === "diverging");
      place(tick, scale.chance);
    },
    point: (value) => place(caret, value),
  };
}
