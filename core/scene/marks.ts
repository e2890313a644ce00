import { contours } from "d3-contour";
import type { LensPage, LensView, Region } from "../data/lens-state.js";
import type { PatchMap } from "../data/patch-map.js";
import { type PatchValue, patchRect } from "../interaction/maxsim.js";
import type { ColourScale } from "./scale.js";

/** What is drawn over the coloured cells, in page pixels. */
export type Mark =
  | {
      kind: "rect";
      role: "best" | "next" | "region" | "reader" | "sink";
      x: number;
      y: number;
      width: number;
      height: number;
    }
  | { kind: "label"; role: "best" | "next"; x: number; y: number; text: string }
  | { kind: "path"; role: "contour" | "outline"; d: string };

export function marks(
  view: LensView,
  map: PatchMap,
  scale: ColourScale,
  best: readonly PatchValue[],
  page: LensPage,
): Mark[] {
  const out: Mark[] = [];
  if (view.color.blend === "outline") out.push(outline(map, scale, page));
  if (view.marks.contours > 0 && scale.kind === "sequential")
    out.push(...contourMarks(view.marks.contours, map, scale, page));
  const worth = view.chance === "hidden" ? best.filter((p) => p.value >= scale.threshold) : best;
  worth.slice(0, view.marks.best).forEach(({ row, column }, rank) => {
    const rect = patchRect(map, row, column, page);
    const role = rank === 0 ? "best" : "next";
    out.push({ kind: "rect", role, ...rect });
    if (view.marks.best > 1)
      out.push({ kind: "label", role, x: rect.x + rect.width, y: rect.y, text: String(rank + 1) });
  });
  return out;
}

/** The selected block. It counts in the page's own patches, which a difference of two grids may cut finer. */
export function regionMark(
  region: Region | null,
  grid: { rows: number; columns: number },
  page: LensPage,
): Mark[] {
  if (!region) return [];
  const { row, column, rows, columns } = region;
  const { x, y, width, height } = patchRect(grid, row, column, page);
  return [{ kind: "rect", role: "region", x, y, width: width * columns, height: height * rows }];
}

/** Border of the painted area along cell edges. */
function outline(map: PatchMap, scale: ColourScale, page: LensPage): Mark {
  const { rows, columns, data } = map;
  const inside = (r: number, c: number) =>
    r >= 0 && c >= 0 && r < rows && c < columns && data[r * columns + c] >= scale.threshold;
  const [w, h] = [page.width / columns, page.height / rows];
  let d = "";
  for (let r = 0; r <= rows; r++)
    for (let c = 0; c <= columns; c++) {
      if (inside(r, c) !== inside(r - 1, c)) d += `M${short(c * w)},${short(r * h)}h${short(w)}`;
      if (inside(r, c) !== inside(r, c - 1)) d += `M${short(c * w)},${short(r * h)}v${short(h)}`;
    }
  return { kind: "path", role: "outline", d };
}

/** Lines of equal cosine, evenly spaced between threshold and upper end, interpolated between cell centres. */
function contourMarks(count: number, map: PatchMap, scale: ColourScale, page: LensPage): Mark[] {
  const [low, high] = [scale.threshold, scale.domain[1]];
  const levels = Array.from({ length: count }, (_, i) => low + ((i + 1) * (high - low)) / (count + 1));
  const [w, h] = [page.width / map.columns, page.height / map.rows];
  const shapes = contours().size([map.columns, map.rows]).thresholds(levels)(Array.from(map.data));
  return shapes.map(({ coordinates }) => ({
    kind: "path",
    role: "contour",
    d: coordinates
      .flat()
      .map((ring) => `M${ring.map(([x, y]) => `${short(x * w)},${short(y * h)}`).join("L")}Z`)
      .join(""),
  }));
}

function short(value: number): number {
  return Math.round(value * 100) / 100;
}
