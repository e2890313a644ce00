import { types } from "node:util";

const PLACE = /^ {4}at .*$/gm;

/** The lines of a stack that name a place. */
export function placesOf(stack: unknown): string[] {
  return typeof stack === "string" ? (stack.match(PLACE) ?? []) : [];
}

/**
 * Gives an error of an import the places that Node leaves out.
 * @param wrong places of syntax errors, which come first
 * @param here where the import was asked for, which is the last if it is not known
 */
export function withPlaces(error: unknown, wrong: string[], here: string[]): unknown {
  if (!types.isNativeError(error) || typeof error.stack !== "string") return error;
  const { stack } = error;
  const line = (place: string) => place.replace(/^ {4}at (async )?/, "").replace(/:\d+$/, "");
  const places = placesOf(stack);
  const head = places.length > 0 ? stack.slice(0, stack.indexOf(places[0]) - 1) : stack;
  const before = wrong.filter((place) => !head.includes(line(place)));
  const isNamed = here.length === 0 || stack.includes(`${line(here[0])}:`);
  Reflect.set(error, "stack", [head, ...before, ...places, ...(isNamed ? [] : here)].join("\n"));
  return error;
}
