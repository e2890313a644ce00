import type { PatchAttention } from "./attention.js";
import type { Patch } from "./attention-rows.js";

/** Some megabytes each: all layers and heads. */
const MOST = 16;

/** Attention that was asked for lately: choosing another layer or head of it runs nothing. */
export class AttentionCache {
  /** The one used longest ago first. */
  readonly #kept = new Map<string, PatchAttention>();

  /** @param read reads those that are not kept */
  async ofPatches(
    sha256: string,
    patches: readonly Patch[],
    read: (missing: Patch[]) => Promise<PatchAttention[]>,
  ): Promise<PatchAttention[]> {
    if (patches.length > MOST) return read([...patches]);
    const keyOf = ({ row, column }: Patch) => `${sha256} ${row} ${column}`;
    const wanted = new Map(patches.map((patch) => [keyOf(patch), patch]));
    const found = new Map<string, PatchAttention>();
    for (const key of wanted.keys()) {
      const kept = this.#kept.get(key);
      if (kept) found.set(key, kept);
    }
    const missing = [...wanted.values()].filter((patch) => !found.has(keyOf(patch)));
    if (missing.length > 0) for (const one of await read(missing)) found.set(keyOf(one), one);
    for (const [key, one] of found) {
      this.#kept.delete(key);
      this.#kept.set(key, one);
    }
    for (const key of [...this.#kept.keys()].slice(0, Math.max(0, this.#kept.size - MOST)))
      this.#kept.delete(key);
    return patches.map((patch) => found.get(keyOf(patch))!);
  }

  clear(): void {
    this.#kept.clear();
  }
}
