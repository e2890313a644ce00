import type { LensPage } from "../data/lens-state.js";
import type { MapCells } from "../data/patch-map.js";
import { type PatchValue, patchRect } from "../interaction/maxsim.js";
import type { ComparedHit } from "./compared-hits.js";
import { type PaperTone, paperTone } from "./paper-tone.js";
import type { Scene } from "./scene.js";
import type { SceneHit } from "./scene-hits.js";
import { node, type SvgNode } from "./svg.js";

/** Lengths in pixels of the screen. */
const PADDING = { x: 3, y: 1.5 };
const RADIUS = 3;
const LINE = 1;
const HALO = 3.5;

/** Colours of A, or of the only map, and of B, on light and on dark paper. */
const STROKES = { a: { light: "#6b3300", dark: "#ffd9a0" }, b: { light: "#123a86", dark: "#b3d1ff" } };

type Side = keyof typeof STROKES;

/**
 * Lines round the hits of a scene, in page coordinates: a rounded box round printed words, the outline of the patches where
 * nothing is printed. On paper they are multiplied, or screened where it is dark, so that they cannot cover a letter.
 * @param unit length of one screen pixel in page pixels
 * @param side whose colours they have; of a difference each hit has its own
 */
export function hitMarks(scene: Scene, unit: number, side: Side = "a"): SvgNode {
  const { hits, page, shown, view } = scene;
  const drawn = view.marks.hits ? hits.filter(({ small }) => !small) : [];
  return node(
    "g",
    { class: "cl-hit-marks", fill: "none" },
    ...drawn.flatMap((hit) => {
      const own = (hit as Partial<ComparedHit>).side ?? side;
      return lines(shape(hit, shown.map, page, unit), toneUnder(hit, shown.map, page), own, unit);
    }),
  );
}

function lines(of: SvgNode, tone: PaperTone, side: Side, unit: number): SvgNode[] {
  const stroke = (colour: string, width: number, opacity: number, blend?: string): SvgNode =>
    node(
      "g",
      {
        stroke: colour,
        "stroke-width": width * unit,
        "stroke-opacity": opacity,
        ...(blend && { style: `mix-blend-mode:${blend}` }),
      },
      of,
    );
  const { light, dark } = STROKES[side];
  switch (tone) {
    case "light":
      return [stroke(light, LINE, 0.6, "multiply")];
    case "dark":
      return [stroke(dark, LINE, 0.8, "screen")];
    case "between":
      return [stroke("#ffffff", HALO * LINE, 0.85), stroke(light, 1.5 * LINE, 1)];
  }
}

function shape({ text, rect, patches }: SceneHit, map: MapCells, page: LensPage, unit: number): SvgNode {
  if (text === "")
    return node("path", {
      d: outline(patches, map, page, PADDING.y * unit, RADIUS * unit),
      "stroke-linejoin": "round",
    });
  return node("rect", {
    x: rect.x - PADDING.x * unit,
    y: rect.y - PADDING.y * unit,
    width: rect.width + 2 * PADDING.x * unit,
    height: rect.height + 2 * PADDING.y * unit,
    rx: RADIUS * unit,
  });
}

/** What most of its patches lie on. */
function toneUnder({ patches }: SceneHit, { rows, columns }: MapCells, page: LensPage): PaperTone {
  const counts: Record<PaperTone, number> = { light: 0, dark: 0, between: 0 };
  for (const { row, column } of patches)
    counts[paperTone(page, (column + 0.5) / columns, (row + 0.5) / rows)]++;
  return (Object.keys(counts) as PaperTone[]).reduce((a, b) => (counts[b] > counts[a] ? b : a));
}

type Point = [x: number, y: number];

/**
 * The border of patches as a path with rounded corners, a little outside of them.
 * @param out how far outside
 * @param radius of the corners
 */
function outline(
  patches: readonly PatchValue[],
  map: MapCells,
  page: LensPage,
  out: number,
  radius: number,
): string {
  const { width, height } = patchRect(map, 0, 0, page);
  return loops(patches, map.columns)
    .map((loop) => {
      const corners = loop.filter(
        (at, i) => !isStraight(loop.at(i - 1) as Point, at, loop[(i + 1) % loop.length]),
      );
      const points = corners.map((at, i): Point => {
        const [before, after] = [corners.at(i - 1) as Point, corners[(i + 1) % corners.length]];
        // To the left of the way, on which the patches lie to the right.
        const [one, two] = [direction(before, at), direction(at, after)];
        return [at[0] * width + (one[1] + two[1]) * out, at[1] * height - (one[0] + two[0]) * out];
      });
      return rounded(points, radius);
    })
    .join("");
}

/** Corners of cells along each border, the inside to the right. */
function loops(patches: readonly PatchValue[], columns: number): Point[][] {
  const inside = new Set(patches.map(({ row, column }) => row * columns + column));
  const has = (row: number, column: number) =>
    column >= 0 && column < columns && inside.has(row * columns + column);
  const next = new Map<string, Point[]>();
  const edge = (from: Point, to: Point) => {
    const key = String(from);
    next.set(key, [...(next.get(key) ?? []), to]);
  };
  for (const { row, column } of patches) {
    if (!has(row - 1, column)) edge([column, row], [column + 1, row]);
    if (!has(row, column + 1)) edge([column + 1, row], [column + 1, row + 1]);
    if (!has(row + 1, column)) edge([column + 1, row + 1], [column, row + 1]);
    if (!has(row, column - 1)) edge([column, row + 1], [column, row]);
  }
  const all: Point[][] = [];
  for (const [start, ways] of next)
    while (ways.length > 0) {
      const loop: Point[] = [];
      let at = start;
      do {
        const to = (next.get(at) as Point[]).shift() as Point;
        loop.push(to);
        at = String(to);
      } while (at !== start);
      all.push(loop);
    }
  return all;
}

function direction([x, y]: Point, [toX, toY]: Point): Point {
  return [Math.sign(toX - x), Math.sign(toY - y)];
}

function isStraight(before: Point, at: Point, after: Point): boolean {
  return String(direction(before, at)) === String(direction(at, after));
}

function rounded(points: readonly Point[], radius: number): string {
  const parts = points.map((at, i) => {
    const [before, after] = [points.at(i - 1) as Point, points[(i + 1) % points.length]];
    const towards = ([x, y]: Point): Point => {
      const length = Math.hypot(x - at[0], y - at[1]);
      const part = Math.min(radius, length / 2) / Math.max(1e-9, length);
      return [at[0] + (x - at[0]) * part, at[1] + (y - at[1]) * part];
    };
    return `${i === 0 ? "M" : "L"}${written(towards(before))}Q${written(at)} ${written(towards(after))}`;
  });
  return `${parts.join("")}Z`;
}

function written([x, y]: Point): string {
  return `${Math.round(x * 100) / 100},${Math.round(y * 100) / 100}`;
}
