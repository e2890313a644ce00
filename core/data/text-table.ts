import { printable } from "./printable.js";
import { printedAs } from "./printed.js";

export interface Column<T> {
  head: string;
  /** Numbers stand at the right. */
  isNumber?: boolean;
  /** Text from outside is shortened to one printable line. */
  cell(row: T, index: number): string;
}

/** A list that ends somewhere: what comes after that is only counted. */
const MOST_ROWS = 100;

/** Rows as lines of text under their heads. */
export function tableText<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const shown = rows.slice(0, MOST_ROWS).map((row, i) => columns.map((c) => printable(c.cell(row, i), 60)));
  const lines = [columns.map((c) => c.head), ...shown];
  const widths = columns.map((_, c) => Math.max(...lines.map((line) => line[c].length)));
  const padded = (cell: string, c: number) =>
    columns[c].isNumber ? cell.padStart(widths[c]) : cell.padEnd(widths[c]);
  const more = rows.length - shown.length;
  return [
    ...lines.map((line) => line.map(padded).join("  ").trimEnd()),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join("\n");
}

/** The rows as a new array that prints as a table. */
export function tabular<T>(rows: readonly T[], columns: readonly Column<T>[]): T[] {
  const list = [...rows];
  return printedAs(list, () => (list.length === 0 ? "[]" : tableText(list, columns)));
}
