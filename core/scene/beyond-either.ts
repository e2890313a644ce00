import type { MapCells } from "../data/patch-map.js";
import { patchAt, patchCentre } from "../view/region.js";
import { type HitSubject, sceneHits } from "./scene-hits.js";

/**
 * The cells of a difference of which something can be said: at which A or B is beyond chance. Elsewhere two numbers that mean
 * nothing are apart by chance. Null where chance was not measured for both, so that no cell is known to mean nothing.
 * @param map on the finer of the grids of A and B
 * @returns 1 for each such cell, row by row
 */
export function beyondEither(a: HitSubject, b: HitSubject, map: MapCells): Uint8Array | null {
  const sides = [a, b];
  if (sides.some(({ explanation, shown }) => !explanation.baseline || !shown.map.description.similarity))
    return null;
  const beyond = sides.map((side) => {
    const { columns } = side.shown.map;
    const cells = new Set(
      sceneHits(side).flatMap(({ patches }) => patches.map((p) => p.row * columns + p.column)),
    );
    return (row: number, column: number) => {
      const patch = patchAt(side.shown.map, patchCentre(map, { row, column }));
      return patch !== null && cells.has(patch.row * columns + patch.column);
    };
  });
  return Uint8Array.from({ length: map.rows * map.columns }, (_, cell) => {
    const [row, column] = [Math.floor(cell / map.columns), cell % map.columns];
    return beyond.some((is) => is(row, column)) ? 1 : 0;
  });
}
