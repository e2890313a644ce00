import { inspect } from "node:util";
import type { ColorSpellings, ColorView, LensView, ViewChange } from "../../core/index.js";
import { ownName, settingName } from "../../core/view/view-names.js";

/** A view whose properties, at any depth, can be assigned to; also by the names that people know from elsewhere. */
export type LiveView = Omit<LensView, "color"> & Record<"color" | "colour", ColorView & ColorSpellings>;

/**
 * The view as one live object: reading gives what it is now, and assigning, at any depth (`view.zoom.x = 0.2`), asks for a
 * change, which is checked and told of as every other.
 */
export function observed(read: () => LensView, change: (part: ViewChange) => void): LiveView {
  return live("view", read, (key, value) => change({ [key]: value })) as LiveView;
}

/** @param read null while the view has no such part; then the part keeps its last values */
function live<T extends object>(
  place: string,
  read: () => T | null,
  assign: (key: string, value: unknown) => void,
): T {
  const parts = new Map<string, object>();
  let last = read() as T;
  const now = (): T => {
    last = read() ?? last;
    return last;
  };
  const valueAt = (key: string): unknown => now()[key as keyof T];
  const part = (key: string) => {
    const set = (inner: string, value: unknown) => {
      const whole = valueAt(key) ?? parts.get(key);
      const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as object) }) as Record<string, unknown>;
      copy[inner] = value;
      assign(key, copy);
    };
    const nested = live(`${place}.${key}`, () => valueAt(key) as object | null, set);
    parts.set(key, nested);
    return nested;
  };
  const fixed = (key: PropertyKey): never => {
    throw new RangeError(
      `invalid ${place}.${String(key)}: settings cannot be defined or deleted, expected a value`,
    );
  };
  // What a proxy stands for decides what it may say of itself, and is what Node prints.
  const shell = Array.isArray(last) ? [] : {};
  Object.defineProperty(shell, inspect.custom, { value: () => now(), configurable: true });
  return new Proxy(shell as T, {
    get(_, key) {
      const name = typeof key === "string" ? ownName(place, key) : key;
      const value = Reflect.get(now(), name);
      if (typeof name === "symbol" || typeof value !== "object" || value === null) return value;
      return parts.get(name) ?? part(name);
    },
    set(_, key, value) {
      assign(settingName(place, String(key), Object.keys(now())), value);
      return true;
    },
    has: (_, key) => Reflect.has(now(), key),
    ownKeys: () => Reflect.ownKeys(now()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(now(), key),
    deleteProperty: (_, key) => fixed(key),
    defineProperty: (_, key) => fixed(key),
  });
}
