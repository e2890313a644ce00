import { PAPER_SIDE } from "../data/lens-state.js";
import { decimal } from "../data/printable.js";
import { axisTitle, numeral } from "../data/quantities.js";
import { shorten, textWidth } from "../scene/font-metrics.js";
import { alpha, type ColourScale, colourIndex } from "../scene/scale.js";
import type { Scene } from "../scene/scene.js";
import { node, type SvgNode } from "../scene/svg.js";
import { type Block, GREY, INK, words } from "./figure-text.js";

const STEPS = 64;

/** Width of a legend by the size of its text. */
export function legendWidth(text: number): number {
  return 18 * text;
}

/**
 * The colours from end to end, with the ends' numbers, what they are, and where chance is; below it whatever of the scale or
 * the cells is for display only.
 */
export function figureLegend(
  scene: Scene,
  x: number,
  top: number,
  width: number,
  text: number,
  of = "",
): Block {
  const { scale, view } = scene;
  const bar = { x, y: top + 1.35 * text, width, height: text };
  const base = bar.y + bar.height + 1.3 * text;
  const [low, high] = ends(scale);
  const room = width - textWidth(low, text) - textWidth(high, text) - text;
  const name = `${of}${axisTitle(scale.quantity)}${scale.quantity.noun === "cosine" ? " similarity" : ""}`;
  const isLong = textWidth(name, text) > room;
  const notes = [
    ...(isLong ? [name] : []),
    ...(view.color.scale === "absolute" && view.color.domain === null ? [] : [scale.note]),
    ...(scale.kind === "sequential" && scale.threshold > scale.domain[0]
      ? [`shown from ${numeral(scale.threshold, scale.quantity)}`]
      : []),
    ...(view.cells === "smooth" ? ["interpolated for display"] : []),
  ];
  const middle = x + (width + textWidth(low, text) - textWidth(high, text)) / 2;
  return {
    nodes: [
      ...strips(scene, bar),
      node("rect", { ...bar, fill: "none", stroke: "#888888", "stroke-width": 0.75 }),
      ...chance(scale, bar, text),
      words(low, x, base, { size: text }),
      ...(isLong ? [] : [words(name, middle, base, { size: text, fill: GREY, anchor: "middle" })]),
      words(high, x + width, base, { size: text, anchor: "end" }),
      ...notes.map((note, i) =>
        words(shorten(note, text, width), x + width / 2, base + (i + 1) * 1.3 * text, {
          size: text,
          fill: GREY,
          anchor: "middle",
        }),
      ),
    ],
    bottom: base + notes.length * 1.3 * text + 0.3 * text,
  };
}

/** Of a difference each side has its own end. */
function ends({ kind, domain, quantity }: ColourScale): [string, string] {
  if (kind !== "diverging") return [numeral(domain[0], quantity), numeral(domain[1], quantity)];
  if (!quantity.name.endsWith("-difference"))
    return [numeral(domain[0], quantity), `+${numeral(domain[1], quantity)}`];
  return [`B +${numeral(domain[1], quantity)}`, `A +${numeral(domain[1], quantity)}`];
}

interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Each reaches to the right end, under the next one: no gap shows between them in any viewer. */
function strips(scene: Scene, bar: Bar): SvgNode[] {
  const { scale } = scene;
  const [low, high] = scale.domain;
  const isDark = scale.dark !== null && isMostlyDark(scene);
  const table = isDark && scale.dark ? scale.dark : scale.colours;
  const paper = isDark ? 0 : 255;
  return Array.from({ length: STEPS }, (_, i) => {
    const value = low + ((i + 0.5) * (high - low)) / STEPS;
    const opacity = alpha(scale, value);
    const at = 3 * colourIndex(scale, value);
    const colour = [0, 1, 2].map((k) => Math.round(table[at + k] * opacity + paper * (1 - opacity)));
    const left = (i * bar.width) / STEPS;
    return node("rect", {
      ...bar,
      x: bar.x + left,
      width: bar.width - left,
      fill: `#${colour.map((c) => c.toString(16).padStart(2, "0")).join("")}`,
    });
  });
}

function isMostlyDark({ page: { picture } }: Scene): boolean {
  const dark = picture.paper?.reduce((count, luma) => count + (luma < 64 ? 1 : 0), 0) ?? 0;
  return dark > PAPER_SIDE ** 2 / 2;
}

function chance({ chance: level, domain }: ColourScale, bar: Bar, text: number): SvgNode[] {
  if (level === null || level < domain[0] || level > domain[1]) return [];
  const at = bar.x + ((level - domain[0]) / (domain[1] - domain[0])) * bar.width;
  const label = `chance ${decimal(level)}`;
  const half = textWidth(label, text) / 2;
  const middle = Math.min(bar.x + bar.width - half, Math.max(bar.x + half, at));
  return [
    node("path", {
      d: `M${at},${bar.y - 0.3 * text}v${bar.height + 0.6 * text}`,
      stroke: INK,
      "stroke-width": 1.2,
      fill: "none",
    }),
    words(label, middle, bar.y - 0.5 * text, { size: text, anchor: "middle" }),
  ];
}
