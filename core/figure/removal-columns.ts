import { decimal } from "../data/printable.js";
import type { RemovalRow } from "../interaction/removal-test.js";
import type { RowColumn } from "./rows.js";

const number = (head: string, value: (row: RemovalRow) => number, places = 3): RowColumn<RemovalRow> => ({
  head,
  isNumber: true,
  value,
  cell: (row) => decimal(value(row), places),
});

/** Areas under the curves, and what chance makes of them. */
export const REMOVAL_COLUMNS: RowColumn<RemovalRow>[] = [
  { head: "dropped", value: ({ level }) => level, cell: ({ level }) => level },
  { head: "test", value: ({ test }) => test, cell: ({ test }) => test },
  { head: "better is", value: betterIs, cell: betterIs },
  number("map", ({ map }) => map),
  number("random", ({ random }) => random),
  number("from", ({ low }) => low),
  number("to", ({ high }) => high),
  number("permuted", ({ permuted }) => permuted),
  number("reversed", ({ reversed }) => reversed),
  number("orders", ({ orders }) => orders, 0),
  number("p", ({ p }) => p),
];

function betterIs({ test }: RemovalRow): string {
  return test === "insertion" ? "more" : "less";
}
