import { inspect } from "node:util";
import type { LensView } from "../../core/index.js";

/**
 * The view as one live object: reading gives what it is now, and assigning, at any depth (`view.zoom.x = 0.2`), asks for a
 * change, which is checked and told of as every other.
 */
export function observed(read: () => LensView, change: (part: Partial<LensView>) => void): LensView {
  return live("view", read, (key, value) => change({ [key]: value }));
}

/** @param read null while the view has no such part; then the part keeps its last values */
function live<T extends object>(
  name: string,
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
    const made = live(`${name}.${key}`, () => valueAt(key) as object | null, set);
    parts.set(key, made);
    return made;
  };
  const refuse = (key: PropertyKey): never => {
    throw new RangeError(
      `invalid ${name} property: ${String(key)}, expected one of ${Object.keys(now()).join(", ")}`,
    );
  };
  // What a proxy stands for decides what it may say of itself, and is what Node prints.
  const shell = Array.isArray(last) ? [] : {};
  Object.defineProperty(shell, inspect.custom, { value: () => now(), configurable: true });
  return new Proxy(shell as T, {
    get(_, key) {
      const value = Reflect.get(now(), key);
      if (typeof key === "symbol" || typeof value !== "object" || value === null) return value;
      return parts.get(key) ?? part(key);
    },
    set(_, key, value) {
      if (typeof key === "symbol" || !Object.hasOwn(now(), key)) refuse(key);
      assign(String(key), value);
      return true;
    },
    has: (_, key) => Reflect.has(now(), key),
    ownKeys: () => Reflect.ownKeys(now()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(now(), key),
    deleteProperty: (_, key) => refuse(key),
    defineProperty: (_, key) => refuse(key),
  });
}
