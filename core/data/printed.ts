/** The method by which Node prints a value; named here because this runs in browsers, too. */
export const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** The value, which prints as the text says. It stays what it is for everything else. */
export function printedAs<T extends object>(value: T, text: () => string): T {
  return Object.defineProperty(value, INSPECT, { value: text });
}
