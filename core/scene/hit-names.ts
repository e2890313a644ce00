import { printable } from "../data/printable.js";
import type { PageWord, Rect } from "../data/vocabulary.js";
import { type Hit, overlap } from "../interaction/hits.js";

/** What a hit is called, and whether it is worth a line of its own. */
export interface HitName {
  /** `“battery”`, `Picture with “Solar, Wind”`, `Picture, top right`, `Top right`. */
  name: string;
  /** As part of a sentence: `“battery”, line 3`, `a picture at the top right`, `the top right of the page`. */
  inWords: string;
  /** Number of its line from the top of the page, from 1; lines side by side are one. Null without print. */
  line: number | null;
  /** Whether it is a spot without print on a page that has some: such spots are counted, not listed. */
  small: boolean;
}

/** Up to so many patches without print are a spot. */
const SPOT = 8;
/** How far around a picture its words are looked for, in patches. */
const NEAR = 1.5;
const NAMED = 4;

export function hitName(
  { text, line, rect, patches }: Hit,
  page: { width: number; height: number; words?: readonly PageWord[] },
  patch: { width: number; height: number },
): HitName {
  const { words = [] } = page;
  if (text !== "" && line !== null) {
    const name = `“${printable(text, 60)}”`;
    const number = lineNumbers(words).get(line) ?? null;
    return { name, inWords: number === null ? name : `${name}, line ${number}`, line: number, small: false };
  }
  const place = placeOf(rect, page);
  const unlisted = { line: null, small: false };
  if (words.length === 0) return { name: capital(place), inWords: `the ${place} of the page`, ...unlisted };
  if (patches.length <= SPOT)
    return {
      name: `No print, ${place}`,
      inWords: `a spot without print at the ${place}`,
      line: null,
      small: true,
    };
  const near = wordsNear(rect, words, patch);
  return near === ""
    ? { name: `Picture, ${place}`, inWords: `a picture at the ${place}`, ...unlisted }
    : { name: `Picture with ${near}`, inWords: `the picture with ${near}`, ...unlisted };
}

/** `top left`, `middle`, `bottom right`: thirds of the page. */
function placeOf({ x, y, width, height }: Rect, page: { width: number; height: number }): string {
  const [across, down] = [(x + width / 2) / page.width, (y + height / 2) / page.height];
  const row = down < 0.36 ? "top" : down > 0.64 ? "bottom" : "middle";
  const column = across < 0.4 ? " left" : across > 0.6 ? " right" : "";
  return row + column;
}

/** What is printed within a picture, as the labels of a chart: `“Solar, Wind”`. */
function wordsNear(rect: Rect, words: readonly PageWord[], patch: { width: number; height: number }): string {
  const [wide, high] = [NEAR * patch.width, NEAR * patch.height];
  const around = {
    x: rect.x - wide,
    y: rect.y - high,
    width: rect.width + 2 * wide,
    height: rect.height + 2 * high,
  };
  const found = words.filter(
    ({ text, rect: own }) => /\p{L}{3}/u.test(text) && overlap(around, own) > (own.width * own.height) / 2,
  );
  if (found.length === 0) return "";
  const named = found.slice(0, NAMED).map(({ text }) => printable(bare(text), 20));
  return `“${named.join(", ")}${found.length > NAMED ? " …" : ""}”`;
}

/** Without the signs around it: `(aggregate).` is `aggregate`. */
export function bare(text: string): string {
  const inner = text.replace(/^[“”„"'‘’«»([{]+/u, "").replace(/[.,;:!?“”"'‘’«»)\]}]+$/u, "");
  return inner === "" ? text : inner;
}

const numbers = new WeakMap<readonly PageWord[], Map<number, number>>();

/** Numbers of a page's lines as a reader counts them: from the top, from 1; what stands side by side is one line. */
function lineNumbers(words: readonly PageWord[]): Map<number, number> {
  const known = numbers.get(words);
  if (known) return known;
  const lines = new Map<number, { top: number; bottom: number }>();
  for (const { line, rect } of words) {
    const [top, bottom] = [rect.y, rect.y + rect.height];
    const so = lines.get(line) ?? { top, bottom };
    lines.set(line, { top: Math.min(so.top, top), bottom: Math.max(so.bottom, bottom) });
  }
  const counted = new Map<number, number>();
  let [count, edge] = [0, Number.NEGATIVE_INFINITY];
  const middle = ({ top, bottom }: { top: number; bottom: number }) => (top + bottom) / 2;
  for (const [line, of] of [...lines].sort(([, a], [, b]) => middle(a) - middle(b))) {
    if (middle(of) > edge) {
      count += 1;
      // Up to its lower quarter: baselines side by side may differ a little.
      edge = of.bottom - (of.bottom - of.top) / 4;
    }
    counted.set(line, count);
  }
  numbers.set(words, counted);
  return counted;
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
