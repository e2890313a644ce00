import type { Rect } from "../../core/index.js";
import { h } from "./dom.js";

/** A page of which a part is seen. */
export interface Sheet {
  element: HTMLElement;
  /**
   * @param width pixels of the screen that the whole page is wide
   * @param aspect its width over its height
   * @param area the part that is seen, as fractions of the page
   */
  lay(width: number, aspect: number, area: Rect): void;
}

export function createSheet(paper: HTMLElement): Sheet {
  const element = h("div", { class: "cl-sheet" }, paper);
  return {
    element,
    lay(width, aspect, area) {
      const height = width / aspect;
      const px = (value: number) => `${Math.round(value * 100) / 100}px`;
      Object.assign(element.style, { width: px(width * area.width), height: px(height * area.height) });
      Object.assign(paper.style, {
        width: px(width),
        height: px(height),
        left: px(-area.x * width),
        top: px(-area.y * height),
      });
    },
  };
}
