import type { Completeness } from "../jupyter/language.js";
import { parseCell, syntaxErrors } from "./names.js";

/** Messages that say "the text ended too early", wherever they point. */
const UNFINISHED = new Set([1010, 1126, 1160, 1161]);
/** A string ends with its line: no further line can complete it. */
const UNTERMINATED_STRING = 1002;

/** Whether Enter should run the code or continue it. */
export function completeness(code: string): Completeness {
  const errors = syntaxErrors(parseCell(code));
  if (errors.length === 0) return { status: "complete" };
  // What follows the first error may be its consequence.
  const [{ code: kind, start, length }] = errors;
  const end = code.trimEnd().length;
  const open =
    UNFINISHED.has(kind) || (kind !== UNTERMINATED_STRING && (start >= end || start + length > end));
  if (!open) return { status: "invalid" };
  const line = code.split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(line)![0];
  return { status: "incomplete", indent: /[{([]\s*$/.test(line) ? `${indent}  ` : indent };
}
