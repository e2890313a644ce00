import { refusal } from "../data/check.js";
import type { LensExplanation, LensView } from "../data/lens-state.js";
import { type MapCells, PatchMap } from "../data/patch-map.js";
import { COSINE_ABOVE_BASELINE, differenceOf } from "../data/quantities.js";
import { regionOf } from "./region.js";
import { shown } from "./shown.js";
import type { Shown } from "./view-selection.js";

/**
 * What B shows for the selection made on A: the same token of the same query, else the word with the same
 * characters, else the aggregate.
 */
export function counterpart(a: LensExplanation, b: LensExplanation, asked: LensView): Shown {
  const view = { ...asked, region: regionOf(asked, "b") };
  const sameTokens =
    a.query.text === b.query.text &&
    a.query.tokens.length === b.query.tokens.length &&
    a.query.tokens.every((t, i) => t.id === b.query.tokens[i].id);
  if (sameTokens) return shown(b, view);
  const text = view.word === null ? null : a.query.words[view.word].text.toLowerCase();
  const says = (w: { text: string } | undefined) => w?.text.toLowerCase() === text;
  // A word that a query has twice is the one at the same place, where there is one.
  const word = says(b.query.words[view.word ?? -1]) ? (view.word as number) : b.query.words.findIndex(says);
  return shown(b, { ...view, token: null, word: word < 0 ? null : word });
}

/**
 * `D = S_A - S_B`, cell by cell, in the unit of A's quantity, which has to be B's, too; maps of different size meet on the
 * finer of the two, by area overlap.
 * @throws RangeError for maps of two quantities
 */
export function mapDifference(a: PatchMap, b: PatchMap): PatchMap {
  if (a.quantity !== b.quantity)
    throw refusal("difference", `${a.quantity} less ${b.quantity}`, "maps of the same quantity");
  const rows = Math.max(a.rows, b.rows);
  const columns = Math.max(a.columns, b.columns);
  const [left, right] = [resample(a, rows, columns), resample(b, rows, columns)];
  const data = left.data.map((v, j) => v - right.data[j]);
  return new PatchMap(data, rows, columns, differenceOf(a.description));
}

/** A less B, as the view shows both: with the baseline subtracted only where it was measured for both. */
export function difference(a: LensExplanation, b: LensExplanation, asked: LensView): Shown {
  const view: LensView = a.baseline && b.baseline ? asked : { ...asked, chance: "marked" };
  const first = shown(a, view);
  const second = counterpart(a, b, view);
  const map = mapDifference(first.map, second.map);
  const { rows, columns } = map;
  const same = first.map.rows === second.map.rows && first.map.columns === second.map.columns;
  return {
    kind: "difference",
    aggregate: null,
    label: `${first.label} minus ${second.label}${same ? "" : `, both on ${rows} x ${columns} patches by area overlap`}${first.map.quantity === COSINE_ABOVE_BASELINE.name ? ", each above its controls" : ""}`,
    tokens: first.tokens,
    map,
    wider: first.wider,
  };
}

/** Each new cell is the mean of the old cells it covers, weighted by the covered area. */
export function resample(map: MapCells, rows: number, columns: number): MapCells {
  if (map.rows === rows && map.columns === columns) return map;
  const data = new Float32Array(rows * columns);
  const vertical = overlaps(map.rows, rows);
  const horizontal = overlaps(map.columns, columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (const [from, wy] of vertical[r])
        for (const [at, wx] of horizontal[c]) sum += wy * wx * map.data[from * map.columns + at];
      data[r * columns + c] = sum;
    }
  return { data, rows, columns };
}

/** For each of `to` cells: which of `from` cells it covers, and what part of it each makes up. */
function overlaps(from: number, to: number): [cell: number, weight: number][][] {
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
    const parts: [number, number][] = [];
    for (let cell = Math.floor(start); cell < end && cell < from; cell++) {
      const covered = Math.min(end, cell + 1) - Math.max(start, cell);
      if (covered > 0) parts.push([cell, covered / (end - start)]);
    }
    return parts;
  });
}
