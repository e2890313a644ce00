import { writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { escapeXml, Report, type RowColumn } from "../../core/index.js";
import { htmlTable } from "../figures/index.js";
import { DISPLAY, type MimeBundle } from "../jupyter/mime.js";
import { userPath } from "../user-path.js";

/** What was measured: a list of rows that a cell shows as sentences and a table, and that is kept as CSV or JSON. */
export class LensReport<T> extends Report<T> {
  /** A drawing of it (SVG), or null where there is none. */
  readonly figure: string | null;

  constructor(
    rows: Iterable<T>,
    columns: readonly RowColumn<T>[],
    sentences: readonly string[],
    about: Readonly<Record<string, unknown>>,
    figure: string | null = null,
  ) {
    super(rows, columns, sentences, about);
    this.figure = figure;
  }

  /**
   * Writes it in UTF-8; the format follows the name's ending: csv, json, and svg where it has a figure.
   * @returns the absolute path
   * @throws RangeError for another ending
   */
  async save(file: string): Promise<string> {
    const formats: Record<string, string> = {
      csv: this.toCsv(),
      json: `${JSON.stringify(this, null, 1)}\n`,
      ...(this.figure !== null && { svg: this.figure }),
    };
    const content = formats[extname(file).slice(1).toLowerCase()];
    if (content === undefined)
      throw new RangeError(
        `invalid file name: ${JSON.stringify(file)}, expected it to end in ${Object.keys(formats)
          .map((f) => `.${f}`)
          .join(", ")}`,
      );
    const path = resolve(userPath(file));
    await writeFile(path, content);
    return path;
  }

  [DISPLAY](): MimeBundle {
    const says = this.sentences.map((sentence) => `<p>${escapeXml(sentence)}</p>`).join("");
    return {
      "text/plain": this.toString(),
      "text/html": `${says}${this.figure ?? ""}${htmlTable(this)}`,
    };
  }
}
