import type { MapCells } from "../data/patch-map.js";
import { pearson, ranks } from "./rank-correlation.js";

/** How alike two maps of one page rank its patches, and how alike they would be by chance. */
export interface ShiftAgreement {
  /** Spearman's rank correlation over the patches that count, -1 to 1; null where one map is the same everywhere. */
  rank: number | null;
  /** What 95 of 100 shifts of the second map stay below. */
  chance: number;
  /** How many shifts it was moved by. */
  shifts: number;
}

/** Shifts that are tried at most: enough for a level of 5 %. */
const MOST = 400;
const BELOW = 0.95;

/**
 * Sets one map against another, and against that other one shifted round the page by rows and columns: shifted, it keeps how even or
 * spotted it is and says nothing of the same patches any more (toroidal shift, Harms et al. 2001). Mixing patches at random would
 * call any two smooth maps alike.
 * @param counts 1 for each patch that counts; all when left out
 */
export function shiftAgreement(
  a: MapCells,
  b: MapCells,
  counts: ArrayLike<number> | null = null,
): ShiftAgreement {
  const { rows, columns } = a;
  const chosen = Array.from({ length: rows * columns }, (_, i) => i).filter(
    (i) => counts === null || counts[i],
  );
  const first = Float64Array.from(ranks(Float64Array.from(chosen, (i) => a.data[i])));
  // Of the whole page: where all patches count, that is Spearman's rank of each shift, too.
  const second = ranks(b.data);
  const cells = rows * columns;
  const count = Math.min(MOST, cells - 1);
  const shifted = (by: number) => {
    const [down, right] = [Math.floor(by / columns), by % columns];
    return Float64Array.from(chosen, (i) => {
      const row = (Math.floor(i / columns) + down) % rows;
      return second[row * columns + (((i % columns) + right) % columns)];
    });
  };
  const others = Array.from({ length: count }, (_, i) => {
    const by = 1 + Math.floor((i * (cells - 1)) / count);
    return pearson(first, shifted(by)) ?? 0;
  }).sort((x, y) => x - y);
  const level = others[Math.min(count - 1, Math.ceil(BELOW * count) - 1)] ?? 0;
  return { rank: pearson(first, shifted(0)), chance: level, shifts: count };
}
