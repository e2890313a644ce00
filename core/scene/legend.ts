import { decimal, placesOf } from "../data/printable.js";
import { textWidth } from "./font-metrics.js";
import { hex } from "./palettes.js";
import { alpha, type ColourScale, colourIndex } from "./scale.js";
import type { Scene } from "./scene.js";
import { FONT_FAMILY, node, type SvgNode } from "./svg.js";

export const LEGEND_HEIGHT = 64;
const BINS = 48;
const BAR = { top: 32, height: 12 };
const STRIPS = 96;
const FONT_SIZE = 11;

/** The colour scale with its axis and the histogram of all cells of the shown map above it. */
export function legend(scene: Scene, width: number, ink: string): SvgNode {
  return node(
    "g",
    { class: "cl-legend" },
    legendHistogram(scene, width, ink),
    legendScale(scene.scale, width, ink),
  );
}

/**
 * The bar's upper half is the palette, the lower half the same colours as they look on white paper; what is below
 * the threshold stays empty.
 * @param ink colour of text and axis
 */
export function legendScale(scale: ColourScale, width: number, ink: string): SvgNode {
  const x = along(scale, width);
  return node(
    "g",
    {},
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
    ...chanceMark(scale, x, ink),
    ...axis(scale, x, width, ink),
  );
}

/** How many cells have which value. Heights are logarithmic: most cells are near 0. */
export function legendHistogram({ scale, shown }: Scene, width: number, ink: string): SvgNode {
  const [low, high] = scale.axis;
  const counts = new Uint32Array(BINS);
  for (const value of shown.map.data) {
    const at = Math.floor((BINS * (value - low)) / (high - low));
    counts[Math.min(BINS - 1, Math.max(0, at))]++;
  }
  const most = Math.log1p(Math.max(...counts));
  const step = width / BINS;
  let d = "";
  counts.forEach((count, i) => {
    if (count === 0) return;
    const height = Math.max(1, (28 * Math.log1p(count)) / most);
    d += `M${(i * step).toFixed(2)},30v${(-height).toFixed(2)}h${(step - 0.5).toFixed(2)}v${height.toFixed(2)}z`;
  });
  return node("path", { d, fill: ink, "fill-opacity": 0.45 });
}

function along(scale: ColourScale, width: number): (value: number) => number {
  const [low, high] = scale.axis;
  return (value) => ((value - low) / (high - low)) * width;
}

function bar(scale: ColourScale, x: (v: number) => number): SvgNode[] {
  const [low, high] = scale.axis;
  const strips: SvgNode[] = [];
  for (let i = 0; i < STRIPS; i++) {
    const value = low + ((i + 0.5) * (high - low)) / STRIPS;
    const opacity = alpha(scale, value);
    if (opacity === 0) continue;
    const fill = hex(scale.colours, colourIndex(scale, value));
    const strip = { x: (i * x(high)) / STRIPS, width: x(high) / STRIPS, height: BAR.height / 2, fill };
    strips.push(node("rect", { ...strip, y: BAR.top }));
    strips.push(node("rect", { ...strip, y: BAR.top + BAR.height / 2, "fill-opacity": opacity }));
  }
  return [
    node("rect", { x: 0, y: BAR.top, width: x(high), height: BAR.height, fill: "#fff" }),
    node("g", { "shape-rendering": "crispEdges" }, ...strips),
  ];
}

/** A diamond on a line through the bar: cells to the right of it are more than chance. */
function chanceMark({ chance }: ColourScale, x: (v: number) => number, ink: string): SvgNode[] {
  if (chance === null) return [];
  const at = x(chance);
  return [
    node("path", { d: `M${at},${BAR.top - 3}v${BAR.height + 6}`, stroke: "#fff", "stroke-width": 3 }),
    node("path", { d: `M${at},${BAR.top - 4}v${BAR.height + 8}`, stroke: ink, "stroke-width": 1.25 }),
    node("path", {
      d: `M${at},${BAR.top - 10}l4,4l-4,4l-4,-4z`,
      fill: ink,
    }),
  ];
}

/** Ticks at round numbers; a label that would run into the one before it is left out. */
function axis(scale: ColourScale, x: (v: number) => number, width: number, ink: string): SvgNode[] {
  const y = BAR.top + BAR.height;
  const out: SvgNode[] = [];
  const [first, second = first + 1] = scale.ticks;
  const places = Math.max(scale.quantity.decimals, placesOf(second - first));
  let free = Number.NEGATIVE_INFINITY;
  for (const value of scale.ticks) {
    const label = decimal(value, places);
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
