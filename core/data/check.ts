/** Checks for data that come from outside: a saved notebook, a comm message, a cell. Errors are for people. */

/** `invalid NAME: VALUE, expected …`. */
export function invalid(name: string, value: unknown, expected: string): RangeError {
  return refusal(name, show(value), expected);
}

/** The same for a value that is described in words. */
export function refusal(name: string, description: string, expected: string): RangeError {
  return new RangeError(`invalid ${name}: ${description}, expected ${expected}`);
}

/** A value in a message: shortened, so a hostile one cannot flood it. */
export function show(value: unknown): string {
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

export function oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw invalid(name, value, `one of ${allowed.join(", ")}`);
  return value as T;
}

/** `read`, or null where the value is null. */
export function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null ? null : read(value);
}
