import { comparedHits, SCORE_DROP, type SceneHit } from "../../core/index.js";
import type { Frame } from "./frame.js";

/** The hits that a list names and keys go through, in its order: of A beside B those of both. Spots without print are left out. */
export function listedHits({ scene, other }: Pick<Frame, "scene" | "other">): readonly SceneHit[] {
  const all = other ? comparedHits(scene, other) : scene.hits;
  return all.filter(({ small }) => !small);
}

/** Whether it is shown what covering the places does to the score. */
export function isCause({ scene }: Pick<Frame, "scene">): boolean {
  return scene.shown.kind !== "difference" && scene.shown.map.quantity === SCORE_DROP.name;
}

/** What the list is a list of. */
export function hitsTitle(frame: Pick<Frame, "scene" | "locked">): string {
  if (frame.locked.compare !== null) return "Differences";
  return isCause(frame) ? "When covered" : "Hits";
}

/** A hit is told by its place: lists of hits are made anew. */
export function isSameHit(a: SceneHit | null, b: SceneHit | null): boolean {
  if (!a || !b) return a === b;
  return (["x", "y", "width", "height"] as const).every((side) => a.rect[side] === b.rect[side]);
}
