import type { MapCells } from "../data/patch-map.js";
import type { PageWord, Rect } from "../data/vocabulary.js";
import { type PatchValue, patchRect } from "./maxsim.js";

/** What is printed under hot patches that belong together. */
export interface Hit {
  /** The printed words, one after the other; empty where there is no print, as in a picture. Data, never markup. */
  text: string;
  /** Around the words, or around the patches where there is no print; in pixels of the page. */
  rect: Rect;
  /** Number of the printed line, as `PageWord.line`; null without print. */
  line: number | null;
  /** Highest value of its patches. */
  value: number;
  /** Its patches, best first. */
  patches: PatchValue[];
}

/** Share of a word that hot patches must cover for it to be named. */
const COVERED = 0.3;
/** Less of the patch, or of the word, is no overlap to speak of. */
const GRAZED = 0.08;
/** A group of hot patches without print, up to so many, is the fringe of the line that it touches. */
const FRINGE = 11;

/**
 * The places of a page that a map points at, best first. A patch is hot at `level` and above; it belongs to the printed line
 * that it speaks of, neighbours of one line (also across a gap of one patch) are one hit, and a hit is named by the words
 * of which its patches cover at least 30 %.
 * @param words printed words of the page, `rect` in its pixels
 */
export function hits(
  map: MapCells,
  level: number,
  page: { width: number; height: number },
  words: readonly PageWord[],
): Hit[] {
  const lines = linesOf(words);
  const cells = Array.from(map.data.keys()).filter((cell) => map.data[cell] >= level);
  const meanOver = meansOf(map, page);
  const line = new Map(cells.map((cell) => [cell, lineUnder(rectOf(map, cell, page), lines, meanOver)]));
  const groups = joinFringes(grouped(map, cells, line), map.columns);
  return groups
    .map((group) => hitOf(map, group, page, words))
    .sort((a, b) => b.value - a.value || a.rect.y - b.rect.y || a.rect.x - b.rect.x);
}

interface Line {
  number: number;
  words: PageWord[];
  rect: Rect;
}

interface Group {
  line: number | null;
  cells: number[];
}

function linesOf(words: readonly PageWord[]): Line[] {
  const lines = new Map<number, PageWord[]>();
  for (const word of words) {
    const line = lines.get(word.line);
    if (line) line.push(word);
    else lines.set(word.line, [word]);
  }
  return Array.from(lines, ([number, of]) => ({ number, words: of, rect: around(of.map((w) => w.rect)) }));
}

/**
 * The line that a patch speaks of, or null where nothing is printed. A patch is often higher than a line of print: of the
 * words that it overlaps, the one counts over whose whole area the map is highest.
 */
function lineUnder(patch: Rect, lines: Line[], meanOver: (word: PageWord) => number): number | null {
  let [best, most] = [null as number | null, Number.NEGATIVE_INFINITY];
  for (const { number, words, rect } of lines) {
    if (overlap(patch, rect) === 0) continue;
    for (const word of words) {
      const shared = overlap(patch, word.rect);
      const isGrazed =
        shared < GRAZED * Math.min(patch.width * patch.height, word.rect.width * word.rect.height);
      if (isGrazed || meanOver(word) <= most) continue;
      [best, most] = [number, meanOver(word)];
    }
  }
  return best;
}

/** Mean of a map over the area of each word. */
function meansOf(map: MapCells, page: { width: number; height: number }): (word: PageWord) => number {
  const means = new Map<PageWord, number>();
  return (word) => {
    const mean = means.get(word) ?? meanWithin(map, page, word.rect);
    means.set(word, mean);
    return mean;
  };
}

/** Mean of a map's values within a rectangle of the page, by area. */
export function meanWithin(map: MapCells, page: { width: number; height: number }, rect: Rect): number {
  let [sum, area] = [0, 0];
  for (const cell of cellsUnder(map, page, rect)) {
    const shared = overlap(rectOf(map, cell, page), rect);
    sum += shared * map.data[cell];
    area += shared;
  }
  return area > 0 ? sum / area : Number.NEGATIVE_INFINITY;
}

/** The patches that a rectangle of the page overlaps. */
export function cellsUnder(
  { rows, columns }: MapCells,
  page: { width: number; height: number },
  { x, y, width, height }: Rect,
): number[] {
  const [wide, high] = [page.width / columns, page.height / rows];
  const cells: number[] = [];
  for (let row = Math.max(0, Math.floor(y / high)); row < Math.min(rows, (y + height) / high); row++)
    for (let c = Math.max(0, Math.floor(x / wide)); c < Math.min(columns, (x + width) / wide); c++)
      cells.push(row * columns + c);
  return cells;
}

/** Hot patches that are neighbours and lie on the same line, or on none. */
function grouped({ columns }: MapCells, cells: number[], line: Map<number, number | null>): Group[] {
  const left = new Set(cells);
  const groups: Group[] = [];
  for (const first of cells) {
    if (!left.delete(first)) continue;
    const of = line.get(first) as number | null;
    const group: number[] = [];
    const next = [first];
    while (next.length > 0) {
      const cell = next.pop() as number;
      group.push(cell);
      for (const other of neighbours(cell, columns, of === null ? 1 : 2))
        if (left.has(other) && line.get(other) === of) {
          left.delete(other);
          next.push(other);
        }
    }
    groups.push({ line: of, cells: group });
  }
  return groups;
}

/** @param reach how many columns away a neighbour may be */
function neighbours(cell: number, columns: number, reach: number): number[] {
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  const around: number[] = [];
  for (let r = row - 1; r <= row + 1; r++)
    for (let c = Math.max(0, column - reach); c <= Math.min(columns - 1, column + reach); c++)
      if (r !== row || c !== column) around.push(r * columns + c);
  return around;
}

/** What lies beside a line, above a capital letter for example, goes with the line that it touches most. */
function joinFringes(groups: Group[], columns: number): Group[] {
  const owner = new Map<number, Group>();
  for (const group of groups) if (group.line !== null) for (const cell of group.cells) owner.set(cell, group);
  return groups.filter((group) => {
    if (group.line !== null || group.cells.length > FRINGE) return true;
    const contacts = new Map<Group, number>();
    for (const cell of group.cells)
      for (const other of neighbours(cell, columns, 1)) {
        const beside = owner.get(other);
        if (beside) contacts.set(beside, (contacts.get(beside) ?? 0) + 1);
      }
    const [most] = [...contacts].sort((a, b) => b[1] - a[1]);
    most?.[0].cells.push(...group.cells);
    return most === undefined;
  });
}

function hitOf(
  map: MapCells,
  group: Group,
  page: { width: number; height: number },
  words: readonly PageWord[],
): Hit {
  const rects = group.cells.map((cell) => rectOf(map, cell, page));
  const named = wordsUnder(rects, words.filter((word) => word.line === group.line).flatMap(parts));
  const patches = group.cells
    .map((cell) => ({
      row: Math.floor(cell / map.columns),
      column: cell % map.columns,
      value: map.data[cell],
    }))
    .sort((a, b) => b.value - a.value || a.row - b.row || a.column - b.column);
  return {
    text: named.map((part) => part.text).join(" "),
    rect: around(named.length > 0 ? named.map((part) => part.rect) : rects),
    line: group.line,
    value: patches[0].value,
    patches,
  };
}

interface Part {
  text: string;
  rect: Rect;
}

/** Those that the patches cover far enough; the one that they cover most where they only touch. */
function wordsUnder(patches: Rect[], printed: Part[]): Part[] {
  const shares = printed.map(({ rect }) => {
    const area = patches.reduce((sum, patch) => sum + overlap(patch, rect), 0);
    return area / Math.max(1e-9, rect.width * rect.height);
  });
  const most = Math.max(0, ...shares);
  if (most === 0) return [];
  return printed.filter((_, i) => shares[i] >= Math.min(COVERED, most));
}

/** `f(aggregate(x` is several words to a reader: parts between signs, placed in proportion to their letters. */
function parts({ text, rect }: PageWord): Part[] {
  const chars = Array.from(text);
  // A hyphen or a dot inside a word or a number parts nothing.
  const pieces = text.match(/[^()[\]{}<>/\\|=,;:"“”„«»]+|[()[\]{}<>/\\|=,;:"“”„«»]+/gu) ?? [text];
  if (pieces.length === 1 || rect.height > rect.width) return [{ text, rect }];
  let at = 0;
  const all = pieces.map((piece) => {
    const [from, count] = [at, Array.from(piece).length];
    at += count;
    const x = rect.x + (rect.width * from) / chars.length;
    return { text: piece, rect: { ...rect, x, width: (rect.width * count) / chars.length } };
  });
  return all.filter(({ text: piece }) => /[\p{L}\p{N}]/u.test(piece));
}

function rectOf(map: MapCells, cell: number, page: { width: number; height: number }): Rect {
  return patchRect(map, Math.floor(cell / map.columns), cell % map.columns, page);
}

/** Area that two rectangles share. */
export function overlap(a: Rect, b: Rect): number {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return wide > 0 && high > 0 ? wide * high : 0;
}

/** The least rectangle that holds all of them. */
export function around(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((r) => r.x));
  const y = Math.min(...rects.map((r) => r.y));
  const right = Math.max(...rects.map((r) => r.x + r.width));
  const bottom = Math.max(...rects.map((r) => r.y + r.height));
  return { x, y, width: right - x, height: bottom - y };
}
