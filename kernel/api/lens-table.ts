import { writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { Table } from "../../core/index.js";
import { htmlTable } from "../figures/index.js";
import { DISPLAY, type MimeBundle } from "../jupyter/mime.js";
import { userPath } from "../user-path.js";

/** The numbers of what a lens shows: a list of rows that a cell shows as a table, and that is kept as CSV. */
export class LensTable extends Table {
  constructor(table: Table) {
    super(table, table.columns);
  }

  /**
   * Writes it as CSV, in UTF-8.
   * @returns the absolute path
   * @throws RangeError for a name that does not end in .csv
   */
  async save(file: string): Promise<string> {
    if (extname(file).toLowerCase() !== ".csv")
      throw new RangeError(`invalid file name: ${JSON.stringify(file)}, expected it to end in .csv`);
    const path = resolve(userPath(file));
    await writeFile(path, this.toCsv());
    return path;
  }

  [DISPLAY](): MimeBundle {
    return { "text/plain": this.toString(), "text/html": htmlTable(this) };
  }
}
