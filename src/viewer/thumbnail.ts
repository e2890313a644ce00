import {
  changeView,
  type LensPage,
  type LensView,
  type Scene,
  type SceneHit,
  scene,
} from "../../core/index.js";
import { h } from "./dom.js";
import type { Frame } from "./frame.js";
import { createPaper } from "./paper.js";
import type { Pictures } from "./pictures.js";
import { swatch } from "./wedge.js";

/** A small page with the map that the page in view has now. */
export interface Thumbnail {
  element: HTMLElement;
  /** @param set what the map depends on beside what is selected: drawn once for each */
  draw(frame: Frame, select: Pick<LensView, "result" | "token" | "word">, set: string): void;
}

export function createThumbnail(page: LensPage, pictures: Pictures): Thumbnail {
  const paper = createPaper(pictures);
  paper.element.style.setProperty("--cl-aspect", String(page.width / page.height));
  const hits = h("span", { class: "cl-thumb-hits" });
  paper.element.append(hits);
  let drawn: string | null = null;
  return {
    element: h("span", { class: "cl-thumb-page" }, paper.element),
    draw({ data, locked }, select, set) {
      if (set === drawn) return;
      drawn = set;
      const view = changeView(data, locked, {
        ...select,
        compare: null,
        difference: false,
        region: null,
        marks: { best: 0, contours: 0 },
      });
      const small = scene({ data, view });
      paper.draw(small, 1);
      hits.replaceChildren(
        ...small.hits.filter(({ patches }) => patches.length <= LARGE).map((hit) => spot(small, hit)),
      );
    },
  };
}

/** Larger hits can be seen by themselves. */
const LARGE = 40;

/** A hit large enough to be seen on a small page. */
function spot({ page, scale }: Scene, { rect, value }: SceneHit): HTMLElement {
  const element = h("span", { class: "cl-spot" });
  const width = `max(4px, ${(100 * rect.width) / page.width}%)`;
  const height = `max(4px, ${(100 * rect.height) / page.height}%)`;
  Object.assign(element.style, {
    width,
    height,
    left: `calc(${(100 * (rect.x + rect.width / 2)) / page.width}% - ${width} / 2)`,
    top: `calc(${(100 * (rect.y + rect.height / 2)) / page.height}% - ${height} / 2)`,
    background: swatch(scale, value),
  });
  return element;
}
