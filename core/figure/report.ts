import { type RowColumn, Rows } from "./rows.js";

/** What was measured, in sentences, and the rows behind them: prints as a table, and is written as CSV and JSON. */
export class Report<T> extends Rows<T> {
  /** What it says, most important first. */
  readonly sentences: readonly string[];
  /** What it is of, and how it was measured; in JSON beside the rows. */
  readonly about: Readonly<Record<string, unknown>>;

  constructor(
    rows: Iterable<T>,
    columns: readonly RowColumn<T>[],
    sentences: readonly string[],
    about: Readonly<Record<string, unknown>>,
  ) {
    super(rows, columns);
    this.sentences = sentences;
    this.about = about;
  }

  toJSON(): Record<string, unknown> {
    return { ...this.about, sentences: this.sentences, rows: Array.from(this) };
  }

  /** The sentences, and aligned lines below them. */
  override toString(): string {
    return [...this.sentences, "", super.toString()].join("\n");
  }
}
