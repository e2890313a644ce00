import { PageError } from "./error.js";

/**
 * Page numbers chosen by a person, in the order given.
 * @param wanted `"1-3,7"`, a list of numbers, or undefined for all
 * @param count number of pages of the document
 */
export function parsePages(wanted: string | number[] | undefined, count: number, name: string): number[] {
  if (wanted === undefined) return Array.from({ length: count }, (_, i) => i + 1);
  const numbers = typeof wanted === "string" ? wanted.split(",").flatMap(range) : wanted;
  if (numbers.length === 0)
    throw new PageError(`invalid pages: none chosen of ${name}, expected for example "1-3,7"`);
  for (const n of numbers)
    if (!Number.isInteger(n) || n < 1 || n > count)
      throw new PageError(
        `invalid pages: ${n}, ${name} has ${count === 1 ? "1 page" : `pages 1 to ${count}`}`,
      );
  return numbers;
}

function range(part: string): number[] {
  const match = /^\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?$/.exec(part);
  if (!match)
    throw new PageError(`invalid pages: "${part.trim()}", expected numbers and ranges like "1-3,7"`);
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  if (to < from) throw new PageError(`invalid pages: "${part.trim()}", expected the smaller number first`);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
