import { integer } from "./check.js";
import { decimal } from "./printable.js";
import type { MapUnit } from "./vocabulary.js";

/** What Node calls to print a value; named here because this runs in browsers, too. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** One number a patch of a page. */
export class SimilarityMap {
  readonly kind = "map";
  /** `data[row * columns + column]`. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly #unit: MapUnit;

  constructor(data: Float32Array, rows: number, columns: number, unit: MapUnit = "cosine") {
    this.data = data;
    this.rows = rows;
    this.columns = columns;
    this.#unit = unit;
  }

  /** What a number of the map is; cosines range from -1 to 1. */
  get unit(): MapUnit {
    return this.#unit;
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

  /** The same numbers as something else. */
  as(unit: MapUnit): SimilarityMap {
    return unit === this.#unit ? this : new SimilarityMap(this.data, this.rows, this.columns, unit);
  }

  /** `SimilarityMap 32 × 24, cosines -0.12 … 0.83, best 0.83 at row 14, column 22` */
  toString(): string {
    const { data, rows, columns } = this;
    let [low, best] = [0, 0];
    for (let j = 1; j < data.length; j++) {
      if (data[j] < data[low]) low = j;
      if (data[j] > data[best]) best = j;
    }
    const place = `row ${Math.floor(best / columns)}, column ${best % columns}`;
    return `SimilarityMap ${rows} × ${columns}, ${PLURALS[this.#unit]} ${decimal(data[low])} … ${decimal(data[best])}, best ${decimal(data[best])} at ${place}`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** What is enough to read a map. */
export type MapCells = Pick<SimilarityMap, "data" | "rows" | "columns">;

const PLURALS: Record<MapUnit, string> = {
  cosine: "cosines",
  "cosine above baseline": "cosines above baseline",
  "sum of cosines": "sums of cosines",
  "difference of cosines": "differences of cosines",
};
