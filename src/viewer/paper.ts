import {
  altText,
  mapTitle,
  overlay,
  type PagePoint,
  type RasterLayer,
  rasters,
  type Scene,
} from "../../core/index.js";
import { fromSvg, h } from "./dom.js";
import type { Pictures } from "./pictures.js";

/** One page with its coloured cells and marks. */
export interface Paper {
  element: HTMLElement;
  /** @param unit length of one screen pixel in page pixels */
  draw(scene: Scene, unit: number): void;
  /** Outlines a patch of a grid, or none. */
  point(grid: { rows: number; columns: number }, patch: { row: number; column: number } | null): void;
}

export function createPaper(pictures: Pictures): Paper {
  const picture = h("img", { class: "cl-page", alt: "", draggable: "false" });
  const canvases = BLENDS.map((blend) => h("canvas", { class: `cl-raster cl-${blend}` }));
  const drawing = fromSvg({
    tag: "svg",
    attributes: { class: "cl-overlay", "aria-hidden": "true" },
    children: [],
  });
  const cursor = h("div", { class: "cl-cursor" });
  cursor.hidden = true;
  const element = h("div", { class: "cl-paper" }, picture, ...canvases, drawing, cursor);
  return {
    element,
    draw(scene, unit) {
      const { page } = scene;
      const source = pictures.url(page);
      if (picture.src !== source) picture.src = source;
      element.style.setProperty("--cl-aspect", String(page.width / page.height));
      const layers = rasters(scene);
      for (const [i, blend] of BLENDS.entries())
        paint(canvases[i], layers.find((layer) => layer.blend === blend)?.raster);
      drawing.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
      drawing.replaceChildren(fromSvg(overlay(scene, unit)));
    },
    point({ rows, columns }, patch) {
      cursor.hidden = patch === null;
      if (!patch) return;
      // Moved, not laid out: by as many times its own size as there are patches before it.
      cursor.style.width = `${100 / columns}%`;
      cursor.style.height = `${100 / rows}%`;
      cursor.style.transform = `translate(${100 * patch.column}%, ${100 * patch.row}%)`;
    },
  };
}

const BLENDS = ["multiply", "screen", "normal"] as const satisfies readonly RasterLayer["blend"][];

function paint(canvas: HTMLCanvasElement, raster: RasterLayer["raster"] | undefined): void {
  canvas.hidden = !raster;
  if (!raster) return;
  if (canvas.width !== raster.width) canvas.width = raster.width;
  if (canvas.height !== raster.height) canvas.height = raster.height;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const image = context.createImageData(raster.width, raster.height);
  image.data.set(raster.data);
  context.putImageData(image, 0, 0);
}

/** A place in the window. */
export interface Pointer {
  clientX: number;
  clientY: number;
}

/** Where a pointer is on a paper, or null beside it. */
export function pointIn(paper: HTMLElement, { clientX, clientY }: Pointer): PagePoint | null {
  const box = paper.getBoundingClientRect();
  const at = { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  return at.x >= 0 && at.x < 1 && at.y >= 0 && at.y < 1 ? at : null;
}

export function describePaper(paper: HTMLElement, scene: Scene): void {
  paper.setAttribute("aria-roledescription", mapTitle(scene.shown.map.description));
  paper.setAttribute("aria-label", altText(scene));
}
