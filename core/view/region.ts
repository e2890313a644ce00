import { integer, oneOf, record, refusal } from "../data/check.js";
import { explanationOf } from "../data/explanation-of.js";
import type { LensData, LensView, Region } from "../data/lens-state.js";

type Grid = { rows: number; columns: number };
type Patch = { row: number; column: number };

const SIDES = ["a", "b"] as const;

/** A place on a page, as fractions of its width and height. */
export interface PagePoint {
  x: number;
  y: number;
}

/** The patch at a place of the page, or null beside the page. */
export function patchAt({ rows, columns }: Grid, { x, y }: PagePoint): Patch | null {
  if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return null;
  return { row: Math.floor(y * rows), column: Math.floor(x * columns) };
}

/** The middle of a patch: where it is on the page, whatever grid another map of the page has. */
export function patchCentre({ rows, columns }: Grid, { row, column }: Patch): PagePoint {
  return { x: (column + 0.5) / columns, y: (row + 0.5) / rows };
}

/** The region of a view where it lies on this side of a comparison, in patches of that side's grid. */
export function regionOf({ region }: Pick<LensView, "region">, side: "a" | "b"): Region | null {
  if (!region || (region.side ?? "a") !== side) return null;
  const { side: _, ...block } = region;
  return block;
}

/**
 * A region belongs to the page it was drawn on. It goes along when that page changes sides, stays in place on another page
 * with the same grid, and is dropped where its grid or its side is gone.
 */
export function followingRegion({ results }: LensData, before: LensView, next: LensView): Region | null {
  const { region } = before;
  if (!region) return null;
  const was = region.side === "b" ? before.compare : before.result;
  const own = region.side === "b" ? next.compare : next.result;
  const crossed = region.side === "b" ? next.result : next.compare;
  const moved = own !== was && crossed === was;
  const now = moved ? crossed : own;
  const [from, to] = [was, now].map((key) => (key === null ? undefined : results[key]?.maps));
  if (!from || !to || from.rows !== to.rows || from.columns !== to.columns) return null;
  const { side: _, ...block } = region;
  return (region.side === "b") === moved ? block : { ...block, side: "b" };
}

/** @throws RangeError naming the property */
export function decodeRegion(value: unknown, data: LensData, view: LensView): Region {
  const given = record(value, "view.region");
  const side = oneOf(given.side ?? "a", "view.region.side", SIDES);
  const on = side === "b" ? view.compare : view.result;
  if (on === null) throw refusal("view.region.side", '"b"', '"a": view.compare is null, so there is no B');
  const { rows, columns } = explanationOf(data, on).grid;
  const row = integer(given.row, "view.region.row", 0, rows - 1);
  const column = integer(given.column, "view.region.column", 0, columns - 1);
  return {
    row,
    column,
    rows: integer(given.rows, "view.region.rows", 1, rows - row),
    columns: integer(given.columns, "view.region.columns", 1, columns - column),
    ...(side === "b" && { side }),
  };
}
