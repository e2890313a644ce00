import { isDeepStrictEqual } from "node:util";

/** A path to a binary leaf: keys and indices from the root of a widget's state. */
export type BufferPath = (string | number)[];

export interface Separated {
  state: Record<string, unknown>;
  paths: BufferPath[];
  buffers: ArrayBufferView[];
}

/**
 * Takes the binary leaves out of a state, as the widget protocol wants it: removed from objects, null in lists.
 * The state itself is not changed.
 */
export function separateBuffers(state: Record<string, unknown>): Separated {
  const paths: BufferPath[] = [];
  const buffers: ArrayBufferView[] = [];
  const walk = (value: unknown, path: BufferPath): unknown => {
    if (Array.isArray(value))
      return value.map((item, i) => {
        const inner = [...path, i];
        return take(item, inner) ? null : walk(item, inner);
      });
    if (!isPlainObject(value)) return value;
    const entries = Object.entries(value).filter(([key, item]) => !take(item, [...path, key]));
    return Object.fromEntries(entries.map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  const take = (value: unknown, path: BufferPath): boolean => {
    if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return false;
    paths.push(path);
    buffers.push(ArrayBuffer.isView(value) ? value : new Uint8Array(value));
    return true;
  };
  return { state: walk(state, []) as Record<string, unknown>, paths, buffers };
}

/** Whether two states say the same on the wire: binary leaves are compared by their bytes, whatever their views. */
export function sameState(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const [one, other] = [separateBuffers(a), separateBuffers(b)];
  return (
    isDeepStrictEqual(one.state, other.state) &&
    isDeepStrictEqual(one.paths, other.paths) &&
    one.buffers.every((buffer, i) => Buffer.compare(bytesOf(buffer), bytesOf(other.buffers[i])) === 0)
  );
}

/** The bytes that a buffer or a view stands for, without a copy. */
export function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(buffer)) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Puts binary leaves back, in place. @throws RangeError on a path that does not fit the state */
export function insertBuffers(state: object, paths: unknown, buffers: readonly Uint8Array[]): void {
  if (paths === undefined) return;
  if (!Array.isArray(paths) || paths.length !== buffers.length)
    throw new RangeError(`invalid buffer_paths: expected ${buffers.length} paths, one a buffer`);
  for (const [i, path] of paths.entries()) {
    const keys = Array.isArray(path) ? [...path] : [];
    const last = keys.pop();
    let at: unknown = state;
    for (const key of keys) at = own(at, key) ? (at as Record<string, unknown>)[key] : undefined;
    if (last === undefined || typeof at !== "object" || at === null || isUnsafe(last))
      throw new RangeError(`invalid buffer_paths: ${JSON.stringify(path)} leads nowhere in the state`);
    (at as Record<string, unknown>)[last] = buffers[i];
  }
}

function own(value: unknown, key: unknown): boolean {
  return typeof value === "object" && value !== null && !isUnsafe(key) && Object.hasOwn(value, key as string);
}

function isUnsafe(key: unknown): boolean {
  return key === "__proto__" || (typeof key !== "string" && typeof key !== "number");
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // Objects made in another realm have another Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
