import { median } from "d3-array";
import type { MapCells } from "../data/patch-map.js";
import type { PatchValue } from "./maxsim.js";

/**
 * The `k` highest places of a map, best first; fewer where it has no more. A place is a peak that stands apart: on every way
 * from it to a higher one the map falls at least half of the peak's height above the map's median (its topographic
 * prominence), so the cells of one printed word, however many, are one place. Cells that touch at a corner are neighbours.
 */
export function topPlaces(map: MapCells, k: number): PatchValue[] {
  const { data, rows, columns } = map;
  const floor = median(data) as number;
  const order = Array.from(data.keys()).sort((a, b) => data[b] - data[a] || a - b);
  // The map is flooded from above: each cell joins the lands beside it, and of two lands that meet the lower is no more.
  const land = new Int32Array(data.length).fill(-1);
  const landOf = (cell: number): number => {
    let root = cell;
    while (land[root] !== root) root = land[root];
    for (let at = cell; land[at] !== root; ) [land[at], at] = [root, land[at]];
    return root;
  };
  const found: number[] = [];
  const stands = (peak: number, saddle: number) =>
    data[peak] > floor && saddle - floor <= (data[peak] - floor) / 2;
  for (const cell of order) {
    land[cell] = cell;
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        if (land[r * columns + c] < 0) continue;
        const [one, other] = [landOf(cell), landOf(r * columns + c)];
        if (one === other) continue;
        const [high, low] =
          data[one] > data[other] || (data[one] === data[other] && one < other) ? [one, other] : [other, one];
        if (low !== cell && stands(low, data[cell])) found.push(low);
        land[low] = high;
      }
  }
  if (order.length > 0) found.push(order[0]);
  return found
    .sort((a, b) => data[b] - data[a] || a - b)
    .slice(0, k)
    .map((cell) => ({ row: Math.floor(cell / columns), column: cell % columns, value: data[cell] }));
}
