import type { MapCells } from "../data/patch-map.js";
import type { Rect } from "../data/vocabulary.js";

/** How well a map points at boxes on a page. What is a share of the page is of its patches, which are all alike. */
export interface Localisation {
  /** Pointing game (Zhang et al. 2018): whether the best patch, the first of equal ones, touches a box. */
  hit: boolean;
  /** The same with that many patches of tolerance each way. */
  near: boolean;
  /** Rows and columns from the best patch to the nearest patch that a box touches: `[0, 0]` for a hit. */
  offset: [number, number];
  /** Energy-based pointing game (Score-CAM 2020), Relevance Mass Accuracy: `sum_j w_j L_j / sum_j L_j`, L above the map's median. */
  energy: number;
  /** Relevance Rank Accuracy (CLEVR-XAI 2022): of the K best patches the share that a box touches, K patches being touched. */
  rank: number;
  /** Intersection over union of the boxes and the patches above half of the map's height over its median. */
  iou: number;
  /** Dice's F1 of the same two areas, as ViDoRe V3 compares boxes. */
  f1: number;
  /** What chance gives: the share of the page that boxes touch, the same with tolerance, and the share that they cover. */
  chance: { hit: number; near: number; energy: number; rank: number };
}

/** Of each patch the share that the boxes cover together, row by row: 0 to 1. */
export function coverage(
  grid: { rows: number; columns: number },
  page: { width: number; height: number },
  boxes: readonly Rect[],
): Float64Array {
  const [width, height] = [page.width / grid.columns, page.height / grid.rows];
  const share = new Float64Array(grid.rows * grid.columns);
  const inside = (value: number, most: number) => Math.max(0, Math.min(most, Math.floor(value)));
  // Most patches have nothing to do with a box.
  const cells = new Set<number>();
  for (const box of boxes) {
    const [last, right] = [(box.y + box.height) / height, (box.x + box.width) / width];
    for (let row = inside(box.y / height, grid.rows); row < Math.min(grid.rows, last); row++)
      for (let column = inside(box.x / width, grid.columns); column < Math.min(grid.columns, right); column++)
        cells.add(row * grid.columns + column);
  }
  for (const cell of cells) {
    const [row, column] = [Math.floor(cell / grid.columns), cell % grid.columns];
    const patch = { x: column * width, y: row * height, width, height };
    share[cell] = coveredArea(patch, boxes) / (width * height);
  }
  return share;
}

/** Area of `patch` that lies in any of the boxes. */
function coveredArea(patch: Rect, boxes: readonly Rect[]): number {
  const inside = boxes
    .map((box) => ({
      left: Math.max(box.x, patch.x),
      right: Math.min(box.x + box.width, patch.x + patch.width),
      top: Math.max(box.y, patch.y),
      bottom: Math.min(box.y + box.height, patch.y + patch.height),
    }))
    .filter(({ left, right, top, bottom }) => right > left && bottom > top);
  if (inside.length === 0) return 0;
  // Between two neighbouring edges the boxes cover the same heights.
  const edges = [...new Set(inside.flatMap(({ left, right }) => [left, right]))].sort((a, b) => a - b);
  let area = 0;
  for (let i = 1; i < edges.length; i++) {
    const across = inside
      .filter(({ left, right }) => left < edges[i] && right > edges[i - 1])
      .sort((a, b) => a.top - b.top);
    let [covered, down] = [0, Number.NEGATIVE_INFINITY];
    for (const { top, bottom } of across) {
      covered += Math.max(0, bottom - Math.max(top, down));
      down = Math.max(down, bottom);
    }
    area += covered * (edges[i] - edges[i - 1]);
  }
  return area;
}

/**
 * @param covered of each patch the share that boxes cover, as `coverage` gives: above 0 somewhere
 * @param tolerance in patches
 */
export function localisation(map: MapCells, covered: Float64Array, tolerance: number): Localisation {
  const { data, rows, columns } = map;
  const best = bestOf(data);
  const touched = touchedBy(covered);
  let offset: [number, number] = [rows, columns];
  let near = false;
  let area = 0;
  for (const cell of touched) {
    const down = Math.floor(cell / columns) - Math.floor(best / columns);
    const right = (cell % columns) - (best % columns);
    if (down ** 2 + right ** 2 < offset[0] ** 2 + offset[1] ** 2) offset = [down, right];
    near ||= Math.max(Math.abs(down), Math.abs(right)) <= tolerance;
    area += covered[cell] / data.length;
  }
  const floor = percentile(data, 0.5);
  const threshold = floor + (data[best] - floor) / 2;
  const hit = touched.length / data.length;
  const iou = intersectionOverUnion(data, threshold, covered);
  return {
    hit: covered[best] > 0,
    near,
    offset,
    energy: energy(data, covered, floor),
    rank: rankAccuracy(data, covered),
    iou,
    f1: diceOf(iou),
    chance: { hit, near: grown(touched, rows, columns, tolerance) / data.length, energy: area, rank: hit },
  };
}

/** `sum_j w_j L_j / sum_j L_j` of `L_j = max(0, S_j - floor)`; the covered share of the page where nothing is above the floor. */
export function energy(data: ArrayLike<number>, covered: Float64Array, floor: number): number {
  const { excess } = above(data, floor);
  const shares = (of: (cell: number) => number) =>
    touchedBy(covered).reduce((sum, cell) => sum + covered[cell] * of(cell), 0);
  return excess > 0
    ? shares((cell) => Math.max(0, data[cell] - floor)) / excess
    : shares(() => 1) / covered.length;
}

/** Of the K best patches the share that a box touches; K is how many are touched. Ties go by raster order. */
export function rankAccuracy(data: ArrayLike<number>, covered: Float64Array): number {
  const touched = touchedBy(covered);
  const count = touched.length;
  const least = nthLowest(data, data.length - count);
  const left = count - above(data, least).count;
  const isAmongFirst = (cell: number) => {
    let before = 0;
    for (let j = 0; j < cell; j++) if (data[j] === least) before += 1;
    return before < left;
  };
  const hits = touched.filter((cell) => data[cell] > least || (data[cell] === least && isAmongFirst(cell)));
  return hits.length / count;
}

/** What is found of a map once, and kept with it: it is judged by several boxes. */
class MapSummary {
  /** Partly sorted, as far as was asked. */
  readonly values: Float64Array;
  /** Values at places of the ascending order. */
  readonly places = new Map<number, number>();
  /** How many cells are above a threshold, and by how much in sum. */
  readonly above = new Map<number, { count: number; excess: number }>();
  best: number | null = null;

  constructor(data: ArrayLike<number>) {
    this.values = new Float64Array(data);
  }
}

const summaries = new WeakMap<object, MapSummary>();

function summaryOf(data: ArrayLike<number>): MapSummary {
  let summary = summaries.get(data);
  if (!summary) {
    summary = new MapSummary(data);
    summaries.set(data, summary);
  }
  return summary;
}

/** The highest cell, the first of equal ones. */
function bestOf(data: ArrayLike<number>): number {
  const summary = summaryOf(data);
  if (summary.best === null) {
    let best = 0;
    for (let j = 1; j < data.length; j++) if (data[j] > data[best]) best = j;
    summary.best = best;
  }
  return summary.best;
}

function above(data: ArrayLike<number>, threshold: number): { count: number; excess: number } {
  const summary = summaryOf(data);
  let found = summary.above.get(threshold);
  if (!found) {
    let [count, excess] = [0, 0];
    for (let j = 0; j < data.length; j++)
      if (data[j] > threshold) {
        count += 1;
        excess += data[j] - threshold;
      }
    found = { count, excess };
    summary.above.set(threshold, found);
  }
  return found;
}

/** The value at a place of the ascending order: found without sorting all. */
function nthLowest(data: ArrayLike<number>, place: number): number {
  const { values, places } = summaryOf(data);
  let value = places.get(place);
  if (value === undefined) {
    // What was found before parts the values: smaller ones lie before it, greater ones behind.
    let [from, to] = [0, data.length - 1];
    for (const known of places.keys())
      if (known < place) from = Math.max(from, known);
      else to = Math.min(to, known);
    partition(values, place, from, to);
    value = values[place];
    places.set(place, value);
  }
  return value;
}

/** Moves values between two places until none before `place` is greater and none behind it smaller (Hoare's FIND, 1961). */
function partition(values: Float64Array, place: number, from: number, to: number): void {
  while (from < to) {
    const pivot = values[(from + to) >> 1];
    let [low, high] = [from, to];
    while (low <= high) {
      while (values[low] < pivot) low++;
      while (values[high] > pivot) high--;
      if (low > high) break;
      const value = values[low];
      values[low++] = values[high];
      values[high--] = value;
    }
    if (place <= high) to = high;
    else if (place >= low) from = low;
    else return;
  }
}

/** The value below which the share `p` of a map's cells lies, between two of them in proportion. */
export function percentile(data: ArrayLike<number>, p: number): number {
  const at = p * (data.length - 1);
  const below = nthLowest(data, Math.floor(at));
  const above = nthLowest(data, Math.ceil(at));
  return below + (at - Math.floor(at)) * (above - below);
}

/** Of two areas, patches above a threshold and boxes: what both cover by what either does. */
export function intersectionOverUnion(
  data: ArrayLike<number>,
  threshold: number,
  covered: Float64Array,
): number {
  let [both, either] = [0, above(data, threshold).count];
  for (const cell of touchedBy(covered)) {
    if (data[cell] > threshold) both += covered[cell];
    else either += covered[cell];
  }
  return both / either;
}

/** `2 x both / (patches + boxes)`: the harmonic mean of precision and recall of areas. */
export function areaF1(data: ArrayLike<number>, threshold: number, covered: Float64Array): number {
  return diceOf(intersectionOverUnion(data, threshold, covered));
}

/** Dice and Jaccard say the same: `F = 2 J / (1 + J)`. */
function diceOf(iou: number): number {
  return (2 * iou) / (1 + iou);
}

const touches = new WeakMap<Float64Array, readonly number[]>();

/** The patches that a box touches, row by row; found once. @param covered as `coverage` gives it */
export function touchedBy(covered: Float64Array): readonly number[] {
  const known = touches.get(covered);
  if (known) return known;
  const touched: number[] = [];
  for (let cell = 0; cell < covered.length; cell++) if (covered[cell] > 0) touched.push(cell);
  touches.set(covered, touched);
  return touched;
}

/** How many patches are touched, or within `by` patches of one that is. */
function grown(touched: readonly number[], rows: number, columns: number, by: number): number {
  const cells = new Set<number>();
  for (const j of touched) {
    const [row, column] = [Math.floor(j / columns), j % columns];
    for (let r = Math.max(0, row - by); r <= Math.min(rows - 1, row + by); r++)
      for (let c = Math.max(0, column - by); c <= Math.min(columns - 1, column + by); c++)
        cells.add(r * columns + c);
  }
  return cells.size;
}
