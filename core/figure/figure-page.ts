import { pictureSize } from "../data/picture.js";
import type { Rect } from "../data/vocabulary.js";
import { hitMarks } from "../scene/hit-marks.js";
import { type Raster, type RasterLayer, rasters } from "../scene/raster.js";
import type { Scene } from "../scene/scene.js";
import { node, overlay, type SvgNode } from "../scene/svg.js";

/** What a panel of a figure needs as encoded pictures, and where it lies on the page. Nothing beside it gets into a file. */
export interface PanelCut {
  /** Of the page's own encoded picture, in its pixels. */
  picture: { left: number; top: number; width: number; height: number };
  /** The same in pixels of the page. */
  place: Rect;
  /** The layers of the raster, cells enlarged to several pixels, and their places in pixels of the page. */
  layers: { blend: RasterLayer["blend"]; raster: Raster; place: Rect }[];
}

/** Data URLs of what `PanelCut` says. */
export interface FigurePictures {
  page: string;
  layers: string[];
}

/** Viewers that smooth pictures blur a cell's edge by a pixel: cells are as large as this allows. */
const ENLARGED = 1024;

export function panelCut(scene: Scene, crop: Rect): PanelCut {
  const { page } = scene;
  const size = pictureSize(page.picture.data) ?? page;
  const cut = whole(crop, page, size);
  return {
    picture: { left: cut.x, top: cut.y, width: cut.width, height: cut.height },
    place: scaled(cut, page.width / size.width, page.height / size.height),
    layers: rasters(scene).map(({ blend, raster }) => {
      const cells = whole(crop, page, raster);
      const times = Math.max(1, Math.floor(ENLARGED / Math.max(cells.width, cells.height)));
      return {
        blend,
        raster: enlarged(raster, cells, scene.view.cells === "smooth" ? 1 : times, EMPTY[blend]),
        place: scaled(cells, page.width / raster.width, page.height / raster.height),
      };
    }),
  };
}

/**
 * A page, or the part of it that is shown, with its cells and marks at a place of the figure.
 * @param shared id of the page's picture in the figure's definitions, when several panels show it
 * @param unit length of one pixel of the screen in the figure, to which lines keep
 * @param side of a comparison
 */
export function figurePage(
  scene: Scene,
  at: Rect,
  crop: Rect,
  { cut, pictures, shared }: { cut: PanelCut; pictures: FigurePictures; shared: string | null },
  unit: number,
  side: "a" | "b",
): SvgNode {
  const perUnit = (unit * crop.width) / at.width;
  return node(
    "g",
    {},
    node(
      "svg",
      { ...at, viewBox: `${crop.x} ${crop.y} ${crop.width} ${crop.height}`, preserveAspectRatio: "none" },
      shared ? node("use", { href: `#${shared}` }) : pagePicture(cut, pictures),
      ...cut.layers.map(({ blend, place }, i) =>
        node("image", {
          ...place,
          preserveAspectRatio: "none",
          style: layerStyle(blend, scene.view.cells === "nearest"),
          href: pictures.layers[i],
        }),
      ),
      hitMarks(scene, perUnit, side),
      overlay(scene, perUnit),
    ),
    node("rect", { ...at, fill: "none", stroke: "#9a9a9a", "stroke-width": 0.75 }),
  );
}

/** The page's picture in page coordinates. */
export function pagePicture({ place }: PanelCut, { page: href }: FigurePictures): SvgNode {
  return node("image", { ...place, preserveAspectRatio: "none", href });
}

function layerStyle(blend: RasterLayer["blend"], isSharp: boolean): string {
  return [
    ...(blend === "normal" ? [] : [`mix-blend-mode:${blend}`]),
    `image-rendering:${isSharp ? "pixelated" : "auto"}`,
  ].join(";");
}

/** The least rectangle of whole pixels of a picture that holds a part of the page. */
function whole(
  { x, y, width, height }: Rect,
  page: { width: number; height: number },
  picture: { width: number; height: number },
): Rect {
  const [across, down] = [picture.width / page.width, picture.height / page.height];
  // What rounding adds is no pixel.
  const [left, top] = [Math.floor(x * across + 1e-6), Math.floor(y * down + 1e-6)];
  const right = Math.min(picture.width, Math.ceil((x + width) * across - 1e-6));
  const bottom = Math.min(picture.height, Math.ceil((y + height) * down - 1e-6));
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

function scaled({ x, y, width, height }: Rect, across: number, down: number): Rect {
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

/** What leaves the page as it is: a viewer that smooths pictures mixes it into the edges of cells. */
const EMPTY: Record<RasterLayer["blend"], number> = {
  multiply: 0xffffffff,
  screen: 0xff000000,
  normal: 0,
};

/**
 * A part of a raster with each of its pixels as a square of `times` x `times`.
 * @param empty what stands for a pixel without colour, ABGR
 */
function enlarged(raster: Raster, part: Rect, times: number, empty: number): Raster {
  const [width, height] = [part.width * times, part.height * times];
  const from = new Uint32Array(raster.data.buffer, raster.data.byteOffset, raster.width * raster.height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (part.y + Math.floor(y / times)) * raster.width + part.x;
    for (let x = 0; x < width; x++) to[y * width + x] = from[row + Math.floor(x / times)] || empty;
  }
  return { kind: "raster", width, height, data: new Uint8ClampedArray(to.buffer) };
}
