import { INSPECT } from "../data/printed.js";
import { type Column, tableText } from "../data/text-table.js";
import { csv } from "./csv.js";

/** A column as it is printed, and as it is written for programs; one without `cell` is for programs only. */
export interface ReportColumn<T> extends Pick<Column<T>, "head" | "isNumber"> {
  cell?: Column<T>["cell"];
  value(row: T): string | number | boolean | null;
}

/** What was measured, in sentences, and the rows behind them: prints as a table, and is written as CSV and JSON. */
export class Report<T> extends Array<T> {
  readonly columns: readonly ReportColumn<T>[];
  /** What it says, most important first. */
  readonly sentences: readonly string[];
  /** What it is of, and how it was measured; in JSON beside the rows. */
  readonly about: Readonly<Record<string, unknown>>;

  constructor(
    rows: Iterable<T>,
    columns: readonly ReportColumn<T>[],
    sentences: readonly string[],
    about: Readonly<Record<string, unknown>>,
  ) {
    super();
    this.push(...rows);
    this.columns = columns;
    this.sentences = sentences;
    this.about = about;
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

  /** As RFC 4180 has it, as of {@link Table}. */
  toCsv(): string {
    const body = Array.from(this, (row) => this.columns.map(({ value }) => value(row)));
    return csv([this.columns.map(({ head }) => head), ...body]);
  }

  toJSON(): Record<string, unknown> {
    return { ...this.about, sentences: this.sentences, rows: Array.from(this) };
  }

  /** The sentences, and aligned lines below them. */
  override toString(): string {
    return [...this.sentences, "", tableText(this, this.#printed)].join("\n");
  }

  [INSPECT](): string {
    return this.toString();
  }

  get #printed(): Column<T>[] {
    return this.columns.filter((column): column is ReportColumn<T> & Column<T> => "cell" in column);
  }
}
