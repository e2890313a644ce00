import type { MultiVector } from "../../core/index.js";

/** Vectors of several pages or queries one after the other. */
export function joinVectors(parts: readonly MultiVector[], dim: number): MultiVector {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const data = new Float32Array(count * dim);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { kind: "vectors", data, count, dim };
}
