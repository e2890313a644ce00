import type { JudgedCurve } from "../interaction/removal-test.js";
import { FONT_FAMILY, node, type SvgNode } from "../scene/svg.js";

/** A curve as it is drawn. */
export interface DrawnCurve extends JudgedCurve {
  shares: readonly number[];
  scores: readonly number[];
}

const PANEL = { width: 172, height: 124 };
const MARGIN = { top: 22, right: 18, bottom: 24, left: 30 };
const INK = "#333";
const LOOKS = {
  random: { stroke: "#9aa0a6", "stroke-width": 1, "stroke-opacity": 0.6 },
  permuted: { stroke: "#0f766e", "stroke-width": 1, "stroke-opacity": 0.6, "stroke-dasharray": "1 2" },
  reversed: { stroke: "#1d5fc4", "stroke-width": 1.5, "stroke-dasharray": "4 3" },
  map: { stroke: "#b45309", "stroke-width": 2.25 },
};
/** Lines that are drawn of random and of permuted orders: of a hundred, the rest would be one grey. */
const MOST_DRAWN = 20;
/** Between two names of the key: those of all orders stand under two panels. */
const KEY_STEP = 78;

/**
 * A panel a test: the score over the share of patches that are dropped or revealed. The share's axis is of square roots,
 * because most happens among the first patches.
 */
export function removalFigure(curves: readonly DrawnCurve[]): SvgNode {
  const keys = [...new Set(curves.map(({ level, test }) => `${level} ${test}`))];
  const most = Math.max(...curves.flatMap(({ scores }) => scores), 1e-6);
  const panels = keys.map((key, i) => {
    const own = curves.filter(({ level, test }) => `${level} ${test}` === key);
    return node("g", { transform: `translate(${i * PANEL.width},0)` }, ...panel(own, most));
  });
  const [width, height] = [PANEL.width * keys.length, PANEL.height + 20];
  const label =
    "Score over the share of patches dropped or revealed: by the map, in random orders, by permuted maps, and reversed";
  return node(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": label,
      "font-family": FONT_FAMILY,
      "font-size": 9,
      fill: INK,
    },
    node("rect", { width, height, fill: "#fff" }),
    ...panels,
    ...key(height - 9),
  );
}

function panel(curves: readonly DrawnCurve[], most: number): SvgNode[] {
  const [wide, high] = [PANEL.width - MARGIN.left - MARGIN.right, PANEL.height - MARGIN.top - MARGIN.bottom];
  const x = (share: number) => MARGIN.left + Math.sqrt(share) * wide;
  const y = (score: number) => MARGIN.top + high * (1 - Math.max(0, score) / most);
  const { level, test } = curves[0];
  const drawn = (["random", "permuted", "reversed", "map"] as const).flatMap((order) =>
    curves
      .filter((curve) => curve.order === order)
      .slice(0, MOST_DRAWN)
      .map(({ shares, scores }) => {
        const points = shares.map((share, i) => `${x(share).toFixed(1)},${y(scores[i]).toFixed(1)}`);
        const d = `M${points.join("L")}`;
        return node("path", { d, fill: "none", "stroke-linejoin": "round", ...LOOKS[order] });
      }),
  );
  const text = (at: { x: number; y: number }, anchor: string, words: string, bold = false) =>
    node("text", { ...at, "text-anchor": anchor, ...(bold && { "font-weight": "bold" }) }, words);
  const below = MARGIN.top + high;
  return [
    text({ x: 6, y: 12 }, "start", `${level}: ${test}`, true),
    node("path", {
      d: `M${MARGIN.left},${MARGIN.top}V${below}H${MARGIN.left + wide}`,
      fill: "none",
      stroke: INK,
    }),
    ...[0, 0.1, 0.5, 1].map((share) => text({ x: x(share), y: below + 11 }, "middle", `${100 * share} %`)),
    ...[0, most].map((score) => text({ x: MARGIN.left - 4, y: y(score) + 3 }, "end", score.toFixed(1))),
    ...drawn,
  ];
}

function key(y: number): SvgNode[] {
  const names = [
    ["map", "by the map"],
    ["random", "random"],
    ["permuted", "permuted"],
    ["reversed", "reversed"],
  ] as const;
  return names.flatMap(([order, name], i) => {
    const x = MARGIN.left + KEY_STEP * i;
    return [
      node("path", { d: `M${x},${y}h20`, fill: "none", ...LOOKS[order] }),
      node("text", { x: x + 25, y: y + 3 }, name),
    ];
  });
}
