import { format, inspect, types } from "node:util";
import type { CellError } from "../jupyter/language.js";

/** What a notebook shows of something thrown: an error with all that it carries, as Node prints it. */
export function cellError(thrown: unknown): CellError {
  // First, for a message gets its names when the stack is made.
  const printed = inspect(thrown);
  return {
    ename: text(thrown, "name") ?? "Error",
    evalue: text(thrown, "message") ?? format(thrown),
    traceback: (isError(thrown) ? printed : `Uncaught ${printed}`).split("\n"),
  };
}

function isError(value: unknown): boolean {
  return types.isNativeError(value) || value instanceof Error;
}

/** A property that is text; what is thrown may be anything, also something that throws when it is read. */
function text(thrown: unknown, property: "name" | "message"): string | undefined {
  try {
    const value: unknown = (thrown as Record<string, unknown> | null | undefined)?.[property];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
