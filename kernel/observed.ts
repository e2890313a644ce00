import type { LensView } from "../core/index.js";

/** An object whose properties are those of `view` as they are now, and whose assignment asks for a change. */
export function observed(view: LensView, change: (part: Partial<LensView>) => void): LensView {
  return new Proxy(view, {
    set(target, key, value) {
      if (!Object.hasOwn(target, key))
        throw new RangeError(
          `invalid view property: ${String(key)}, expected one of ${Object.keys(target).join(", ")}`,
        );
      change({ [key]: value });
      return true;
    },
  });
}
