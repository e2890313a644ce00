/** Checks for data that come from outside: a saved notebook, a comm message, a cell. Errors are for people. */

/** `invalid NAME: VALUE, expected …`; the value is shortened, so a hostile one cannot flood the message. */
export function invalid(name: string, value: unknown, expected: string): RangeError {
  return refusal(name, show(value), expected);
}

/** The same for a value that is described in words. */
export function refusal(name: string, description: string, expected: string): RangeError {
  return new RangeError(`invalid ${name}: ${description}, expected ${expected}`);
}

function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    throw invalid(name, value, "an object");
  return value as Record<string, unknown>;
}

/** A list of `least` to `most` items, each read by `item`. The length is checked before any item is. */
export function list<T>(
  value: unknown,
  name: string,
  [least, most]: readonly [number, number],
  item: (value: unknown, name: string, index: number) => T,
): T[] {
  if (!Array.isArray(value) || value.length < least || value.length > most)
    throw invalid(name, value, `a list of ${least} to ${most}`);
  return value.map((v, i) => item(v, `${name}[${i}]`, i));
}

/** The values of an object, each read by `item`; at most `most` of them. */
export function entries<T>(
  value: unknown,
  name: string,
  most: number,
  item: (value: unknown, name: string) => T,
): Record<string, T> {
  const all = Object.entries(record(value, name));
  if (all.length > most) throw refusal(name, `${all.length} entries`, `at most ${most}`);
  return Object.fromEntries(all.map(([key, v]) => [text(key, `${name} key`, 300), item(v, name)]));
}

export function integer(value: unknown, name: string, least: number, most: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    throw invalid(name, value, `an integer from ${least} to ${most}`);
  return value as number;
}

export function finite(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== "number" || !(value >= least && value <= most))
    throw invalid(name, value, `a number from ${least} to ${most}`);
  return value;
}

export function flag(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw invalid(name, value, "true or false");
  return value;
}

export function text(value: unknown, name: string, most = 10_000): string {
  if (typeof value !== "string" || value.length > most)
    throw invalid(name, value, `text of at most ${most} characters`);
  return value;
}

export function oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw invalid(name, value, `one of ${allowed.join(", ")}`);
  return value as T;
}

/** `read`, or null where the value is null. */
export function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null ? null : read(value);
}

/** Any view or ArrayBuffer as bytes; those that are bytes already stay the same object. */
export function bytes(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw invalid(name, value, "binary data");
}

/** Little-endian float32, at any offset. */
export function floats(value: unknown, name: string): Float32Array {
  const raw = bytes(value, name);
  if (raw.byteLength % 4 !== 0) throw invalid(name, raw, "float32 values of 4 bytes each");
  // Every engine that runs this is little-endian; only the alignment can be wrong.
  const aligned = raw.byteOffset % 4 === 0 ? raw : raw.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
