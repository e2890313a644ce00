import type { Rect } from "../data/vocabulary.js";
import { type Raster, rasters } from "../scene/raster.js";
import type { Scene } from "../scene/scene.js";
import { node, overlay, type SvgNode } from "../scene/svg.js";

/** Encoded pictures that a panel of a figure needs, as data URLs. */
export interface FigurePictures {
  page: string;
  /** The layers of the raster, in their order: needed for smooth cells only; others are drawn as shapes. */
  layers?: string[];
}

/**
 * A page with its cells and marks at a place of the figure.
 * @param shared id of the page's picture in the figure's definitions, when several panels show it
 * @param strokes width of the marks' lines, 1 as on the screen
 */
export function figurePage(
  scene: Scene,
  at: Rect,
  pictures: FigurePictures,
  shared: string | null,
  strokes: number,
): SvgNode {
  const size = { width: scene.page.width, height: scene.page.height };
  const scale = at.width / size.width;
  return node(
    "g",
    { transform: `translate(${at.x} ${at.y}) scale(${scale})` },
    shared ? node("use", { href: `#${shared}` }) : pagePicture(scene, pictures),
    ...cells(scene, pictures),
    overlay(scene, strokes / scale),
    node("rect", { ...size, fill: "none", stroke: "#9aa0a8", "stroke-width": 1 / scale }),
  );
}

/** The page's picture in page coordinates. */
export function pagePicture({ page }: Scene, { page: href }: FigurePictures): SvgNode {
  return node("image", { width: page.width, height: page.height, preserveAspectRatio: "none", href });
}

function cells(scene: Scene, pictures: FigurePictures): SvgNode[] {
  const { width, height } = scene.page;
  return rasters(scene).map(({ blend, raster }, i) => {
    const style: Record<string, string> = blend === "normal" ? {} : { style: `mix-blend-mode:${blend}` };
    const href = scene.view.cells === "smooth" && pictures.layers?.[i];
    if (href) return node("image", { ...style, width, height, preserveAspectRatio: "none", href });
    const transform = `scale(${width / raster.width} ${height / raster.height})`;
    return node("g", { ...style, transform, "shape-rendering": "crispEdges" }, ...shapes(raster));
  });
}

/** The raster as one path a colour, made of runs of equal cells: stays sharp at any size. */
function shapes({ width, height, data }: Raster): SvgNode[] {
  const paths = new Map<number, string>();
  const pixel = new DataView(data.buffer, data.byteOffset);
  const colour = (row: number, column: number) => pixel.getUint32(4 * (row * width + column));
  for (let row = 0; row < height; row++)
    for (let start = 0, end = 0; start < width; start = end) {
      const value = colour(row, start);
      for (end = start + 1; end < width && colour(row, end) === value; ) end++;
      if ((value & 255) === 0) continue;
      paths.set(value, `${paths.get(value) ?? ""}M${start},${row}h${end - start}v1h${start - end}z`);
    }
  return Array.from(paths, ([value, d]) =>
    node("path", {
      d,
      fill: `#${(value >>> 8).toString(16).padStart(6, "0")}`,
      "fill-opacity": (value & 255) / 255,
    }),
  );
}
