import { INSPECT } from "../data/printed.js";
import { type Column, tableText } from "../data/text-table.js";
import { csv } from "./csv.js";

/** A column as it is printed, and as it is written for programs; one without `cell` is for programs only. */
export interface RowColumn<T> extends Pick<Column<T>, "head" | "isNumber"> {
  cell?: Column<T>["cell"];
  value(row: T): string | number | boolean | null;
}

/** A list of rows that prints as an aligned table and is written as CSV. */
export class Rows<T> extends Array<T> {
  readonly columns: readonly RowColumn<T>[];

  constructor(rows: Iterable<T>, columns: readonly RowColumn<T>[]) {
    super();
    this.push(...rows);
    this.columns = columns;
  }

  /** What `map`, `filter` and their like give are plain lists. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** Heads of the columns, then a line for each row, as they are printed. */
  get cells(): string[][] {
    const columns = this.#printed;
    const body = Array.from(this, (row, i) => columns.map(({ cell }) => cell(row, i)));
    return [columns.map(({ head }) => head), ...body];
  }

  /**
   * As RFC 4180 has it: heads of the columns first, numbers as programs read them, fields without a value empty. A text
   * that a spreadsheet would take for a formula has an apostrophe before it.
   */
  toCsv(): string {
    const body = Array.from(this, (row) => this.columns.map(({ value }) => value(row)));
    return csv([this.columns.map(({ head }) => head), ...body]);
  }

  /** Aligned lines. */
  override toString(): string {
    return tableText(this, this.#printed);
  }

  [INSPECT](): string {
    return this.toString();
  }

  get #printed(): Column<T>[] {
    return this.columns.filter((column): column is RowColumn<T> & Column<T> => "cell" in column);
  }
}
