import { h } from "./dom.js";

/** Beside the page, instead of a scrollbar: what is in view, and a tick for each hit. */
export interface Ruler {
  element: HTMLElement;
  /** What of the height is in view, as fractions. */
  show(view: { from: number; to: number }): void;
  /** The hits, by their places as fractions of the height. */
  ticks(at: { y: number; current: boolean; ofB: boolean }[]): void;
}

/** @param scroll brings a place to the middle, as a fraction of the height */
export function createRuler(scroll: (to: number) => void): Ruler {
  const thumb = h("div", { class: "cl-ruler-view" });
  const marks = h("div", { class: "cl-ruler-ticks" });
  const element = h("div", { class: "cl-ruler", "aria-hidden": "true" }, thumb, marks);
  const to = ({ clientY }: PointerEvent) => {
    const { top, height } = element.getBoundingClientRect();
    scroll(Math.min(1, Math.max(0, (clientY - top) / height)));
  };
  element.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    to(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) to(event);
  });
  let drawn = "";
  return {
    element,
    show({ from, to: end }) {
      element.classList.toggle("cl-whole", end - from > 0.99);
      thumb.style.top = `${100 * from}%`;
      thumb.style.height = `${100 * (end - from)}%`;
    },
    ticks(at) {
      const now = JSON.stringify(at);
      if (now === drawn) return;
      drawn = now;
      marks.replaceChildren(
        ...at.map(({ y, current, ofB }) => {
          const tick = h("span", { class: `cl-tick${current ? " cl-current" : ""}${ofB ? " cl-of-b" : ""}` });
          tick.style.top = `${100 * y}%`;
          return tick;
        }),
      );
    },
  };
}
