import { bin } from "d3-array";
import { textWidth } from "./font-metrics.js";
import { hex } from "./palettes.js";
import { decimal } from "./printable.js";
import { alpha, type ColourScale, position } from "./scale.js";
import type { Scene } from "./scene.js";
import { FONT_FAMILY, node, type SvgNode } from "./svg.js";

export const LEGEND_HEIGHT = 64;
const BINS = 48;
const BAR = { top: 32, height: 12 };
const STRIPS = 96;
const FONT_SIZE = 11;

/**
 * The colour scale with its axis in cosine. Above it the histogram of all cells of the shown map (heights
 * logarithmic: most cells are near 0); the bar's upper half is the palette, the lower half the same colours as
 * they look on white paper; what is below the threshold stays empty.
 * @param ink colour of text and axis
 */
export function legend(scene: Scene, width: number, ink: string): SvgNode {
  const { scale } = scene;
  const x = (value: number) => ((value - scale.axis[0]) / (scale.axis[1] - scale.axis[0])) * width;
  return node(
    "g",
    { class: "cl-legend" },
    ...histogram(scene, x, ink),
    ...bar(scale, x),
    node("rect", {
      x: 0.5,
      y: BAR.top,
      width: width - 1,
      height: BAR.height,
      fill: "none",
      stroke: ink,
      "stroke-opacity": 0.4,
    }),
    ...axis(scale, x, width, ink),
  );
}

function histogram(scene: Scene, x: (v: number) => number, ink: string): SvgNode[] {
  const [low, high] = scene.scale.axis;
  const edges = Array.from({ length: BINS - 1 }, (_, i) => low + ((i + 1) * (high - low)) / BINS);
  const counts = bin<number, number>().domain([low, high]).thresholds(edges)(scene.shown.map.data);
  const most = Math.log1p(Math.max(...counts.map((c) => c.length)));
  return counts
    .filter((c) => c.length > 0)
    .map((c) => {
      const height = Math.max(1, (28 * Math.log1p(c.length)) / most);
      const left = x(c.x0 as number);
      return node("rect", {
        x: left,
        y: 30 - height,
        width: Math.max(0.5, x(c.x1 as number) - left - 0.5),
        height,
        fill: ink,
        "fill-opacity": 0.45,
      });
    });
}

function bar(scale: ColourScale, x: (v: number) => number): SvgNode[] {
  const [low, high] = scale.axis;
  const strips: SvgNode[] = [];
  for (let i = 0; i < STRIPS; i++) {
    const value = low + ((i + 0.5) * (high - low)) / STRIPS;
    const opacity = alpha(scale, value);
    if (opacity === 0) continue;
    const fill = hex(scale.colours, Math.round(255 * position(scale, value)));
    const strip = { x: (i * x(high)) / STRIPS, width: x(high) / STRIPS, height: BAR.height / 2, fill };
    strips.push(node("rect", { ...strip, y: BAR.top }));
    strips.push(node("rect", { ...strip, y: BAR.top + BAR.height / 2, "fill-opacity": opacity }));
  }
  return [
    node("rect", { x: 0, y: BAR.top, width: x(high), height: BAR.height, fill: "#fff" }),
    node("g", { "shape-rendering": "crispEdges" }, ...strips),
  ];
}

/** Ticks at round cosines; a label that would run into the one before it is left out. */
function axis(scale: ColourScale, x: (v: number) => number, width: number, ink: string): SvgNode[] {
  const y = BAR.top + BAR.height;
  const out: SvgNode[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const value of scale.ticks) {
    const label = decimal(value);
    const half = textWidth(label, FONT_SIZE) / 2;
    const at = Math.min(width - half, Math.max(half, x(value)));
    out.push(node("path", { d: `M${x(value)},${y}v4`, stroke: ink, "stroke-opacity": 0.6 }));
    if (at - half < free) continue;
    free = at + half + 3;
    out.push(
      node(
        "text",
        {
          x: at,
          y: y + 16,
          "text-anchor": "middle",
          "font-family": FONT_FAMILY,
          "font-size": FONT_SIZE,
          fill: ink,
        },
        label,
      ),
    );
  }
  return out;
}
