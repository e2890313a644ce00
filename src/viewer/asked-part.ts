import {
  attentionPatch,
  isAttention,
  type LensView,
  type Rect,
  regionOf,
  type Scene,
} from "../../core/index.js";

type Asked = Pick<Scene, "explanation">;

/** Whether what is beside the page is where a patch took its content from. */
export function showsAttention({ explanation }: Asked, { quantity }: LensView): boolean {
  return isAttention(quantity) && explanation.attention !== undefined;
}

/** The patch or block that is asked about, as fractions of the page: the one that attention is of, else what is locked. */
export function askedPart(scene: Asked, locked: LensView, side: "a" | "b"): Rect | null {
  const { explanation } = scene;
  const { rows, columns } = explanation.grid;
  const asked =
    side === "a" && showsAttention(scene, locked)
      ? { ...attentionPatch(explanation, locked), rows: 1, columns: 1 }
      : regionOf(locked, side);
  return (
    asked && {
      x: asked.column / columns,
      y: asked.row / rows,
      width: asked.columns / columns,
      height: asked.rows / rows,
    }
  );
}
