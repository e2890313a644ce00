import { comparedHits, type SceneHit } from "../../core/index.js";
import type { Frame } from "./frame.js";

/** The hits that a list names and keys go through, in its order: of A beside B those of both. Spots without print are left out. */
export function listedHits({ scene, other }: Pick<Frame, "scene" | "other">): readonly SceneHit[] {
  const all = other ? comparedHits(scene, other) : scene.hits;
  return all.filter(({ small }) => !small);
}

/** A hit is told by its place: lists of hits are made anew. */
export function isSameHit(a: SceneHit | null, b: SceneHit | null): boolean {
  if (!a || !b) return a === b;
  return (["x", "y", "width", "height"] as const).every((side) => a.rect[side] === b.rect[side]);
}
