/**
 * A short name of what the parts say: the same wherever and whenever it is computed (FNV-1a, 64 bit, of their JSON).
 * @param kind a letter that tells models, queries, pages and results apart
 */
export function keyOf(kind: "m" | "q" | "p" | "r", ...parts: unknown[]): string {
  const text = JSON.stringify(parts);
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return kind + hash.toString(36).padStart(13, "0");
}
