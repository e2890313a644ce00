import { integer, refusal } from "./check.js";
import { INSPECT } from "./printed.js";
import { COSINE_QUANTITY, numeral, type Quantity, reading, superlative } from "./quantities.js";

/** One number a patch of a page. */
export class PatchMap {
  readonly kind = "map";
  /** `data[row * columns + column]`, in the quantity's unit. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly #description: Quantity;

  /** @throws RangeError for another number of values than rows x columns */
  constructor(data: Float32Array, rows: number, columns: number, quantity: Quantity = COSINE_QUANTITY) {
    if (data.length !== rows * columns)
      throw refusal("map", `${data.length} numbers`, `${rows * columns}: ${rows} rows x ${columns} columns`);
    this.data = data;
    this.rows = rows;
    this.columns = columns;
    this.#description = quantity;
  }

  /** What a number of the map is, by name: `cosine`, `cosine-difference`. */
  get quantity(): string {
    return this.#description.name;
  }

  /** What is written behind a number; empty for pure numbers, as cosines are. */
  get unit(): string {
    return this.#description.unit;
  }

  /** The least and the greatest number there can be, -1 and 1 for cosines; null where that is not known. */
  get range(): [number, number] | null {
    return this.#description.range;
  }

  /** All that is known of the quantity. */
  get description(): Quantity {
    return this.#description;
  }

  /**
   * The number of one patch; both count from 0, from the top left of the page.
   * @throws RangeError for a patch that the map does not have
   */
  at(row: number, column: number): number {
    integer(row, "row", 0, this.rows - 1);
    integer(column, "column", 0, this.columns - 1);
    return this.data[row * this.columns + column];
  }

  /** The same numbers as another quantity. */
  as(quantity: Quantity): PatchMap {
    return quantity === this.#description ? this : new PatchMap(this.data, this.rows, this.columns, quantity);
  }

  /** `PatchMap 32 × 24, cosines -0.12 … 0.83, best 0.83 at row 14, column 22` */
  toString(): string {
    const { data, rows, columns } = this;
    const of = this.#description;
    let [low, best] = [0, 0];
    for (let j = 1; j < data.length; j++) {
      if (data[j] < data[low]) low = j;
      if (data[j] > data[best]) best = j;
    }
    const place = `row ${Math.floor(best / columns)}, column ${best % columns}`;
    return `PatchMap ${rows} × ${columns}, ${of.plural} ${numeral(data[low], of)} … ${reading(data[best], of)}, ${superlative(of)} ${reading(data[best], of)} at ${place}`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** What is enough to read a map. */
export type MapCells = Pick<PatchMap, "data" | "rows" | "columns">;
