import type { PatchMap } from "../data/patch-map.js";
import type { Rect } from "../data/vocabulary.js";
import { overlap } from "../interaction/hits.js";
import type { PatchValue } from "../interaction/maxsim.js";
import { patchAt, patchCentre } from "../view/region.js";
import { type HitSubject, type SceneHit, sceneHits } from "./scene-hits.js";

/** A hit of A or of B, with what both have there. */
export interface ComparedHit extends SceneHit {
  side: "a" | "b";
  /** The highest number of each side at the place; null on a side that shows another page. */
  a: number | null;
  b: number | null;
}

/**
 * The hits of both sides of a comparison, the largest differences first, each place once; of two pages, which share no places,
 * the highest first. The `value` of a hit is A less B, where it is known.
 */
export function comparedHits(a: HitSubject, b: HitSubject): ComparedHit[] {
  const samePage = a.explanation.page === b.explanation.page;
  const of = (side: "a" | "b", own: HitSubject, other: HitSubject) =>
    sceneHits(own).map((hit): ComparedHit => {
      const there = samePage ? highestAt(other.shown.map, own.shown.map, hit.patches) : null;
      const [left, right] = side === "a" ? [hit.value, there] : [there, hit.value];
      const value = left !== null && right !== null ? left - right : hit.value;
      return { ...hit, value, side, a: left, b: right };
    });
  const all = [...of("a", a, b), ...of("b", b, a)].sort(
    (one, two) => Number(one.small) - Number(two.small) || Math.abs(two.value) - Math.abs(one.value),
  );
  if (!samePage) return all;
  return all.filter(({ rect }, i) => !all.slice(0, i).some((earlier) => isSamePlace(earlier.rect, rect)));
}

/** Highest number of a map at patches of another, whose grid may be finer or coarser. */
function highestAt(map: PatchMap, from: PatchMap, patches: readonly PatchValue[]): number {
  return patches.reduce((most, patch) => {
    const at = patchAt(map, patchCentre(from, patch));
    return at ? Math.max(most, map.at(at.row, at.column)) : most;
  }, Number.NEGATIVE_INFINITY);
}

function isSamePlace(a: Rect, b: Rect): boolean {
  return overlap(a, b) > Math.min(a.width * a.height, b.width * b.height) / 2;
}
