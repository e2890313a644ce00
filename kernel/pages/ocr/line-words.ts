import { LINE_HEIGHT, type LinePicture, type SeenCharacter } from "./text-recognition.js";

/** In columns of a line that is 48 high: between these a gap parts words, or letters, as the other gaps of the line are. */
const [LETTERS, WORDS] = [5, 16];
/** A gap that parts words where a space was read, and how far off one is read. */
const [READ_GAP, NEAR] = [4, 14];
/** Difference of brightness that is ink. */
const INK = 48;

/** A word on its line, from one column to another. */
export interface LineWord {
  text: string;
  from: number;
  to: number;
}

/**
 * Parts a line into words where the print has gaps. The model for many scripts reads few of the spaces between Latin words, and
 * it says of a character only roughly where it is; the print says both.
 */
export function lineWords(line: LinePicture, characters: readonly SeenCharacter[]): LineWord[] {
  const ink = inkColumns(line);
  const [first, last] = [ink.indexOf(true), ink.lastIndexOf(true)];
  if (first < 0) return [];
  const gaps = gapsOf(ink, first, last);
  const spaces = characters.filter(({ text }) => text === " ");
  const usual = wordGap(gaps.map(({ from, to }) => to - from));
  const breaks = gaps.filter(({ from, to }) => {
    const isRead = spaces.some(({ x }) => x > from - NEAR && x < to + NEAR);
    return to - from >= (isRead ? READ_GAP : usual);
  });
  const words: LineWord[] = [];
  let start = first;
  let rest = characters;
  for (const gap of [...breaks, null]) {
    const end = gap?.from ?? last + 1;
    const count = gap ? splitAt(rest, (gap.from + gap.to) / 2) : rest.length;
    const text = spell(rest.slice(0, count));
    if (text !== "") words.push({ text, from: start, to: end });
    rest = rest.slice(count);
    start = gap?.to ?? end;
  }
  return words;
}

/** The least gap between words: where the widths of the line's gaps leave the widest room. */
function wordGap(widths: readonly number[]): number {
  const inRange = widths.filter((width) => width > LETTERS && width < WORDS);
  const ends = [LETTERS, ...inRange, WORDS].sort((a, b) => a - b);
  let [room, at] = [0, 0];
  for (let i = 1; i < ends.length; i++) {
    if (ends[i] - ends[i - 1] <= room) continue;
    [room, at] = [ends[i] - ends[i - 1], (ends[i] + ends[i - 1]) / 2];
  }
  return at;
}

/** How many characters stand before a gap: up to the space that was read there, else those seen before its middle. */
function splitAt(characters: readonly SeenCharacter[], middle: number): number {
  let nearest = -1;
  for (const [i, { text, x }] of characters.entries()) {
    const isNearer = nearest < 0 || Math.abs(x - middle) < Math.abs(characters[nearest].x - middle);
    if (text === " " && Math.abs(x - middle) < 2 * NEAR && isNearer) nearest = i;
  }
  if (nearest >= 0) return nearest;
  const after = characters.findIndex(({ x }) => x > middle);
  return after < 0 ? characters.length : after;
}

/** Full-width forms, which the model takes for narrow ones in Latin text, are narrow there. */
function spell(characters: readonly SeenCharacter[]): string {
  const text = characters
    .map((character) => character.text)
    .join("")
    .replace(/\s+/gu, "");
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)
    ? text
    : text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

/** Which columns have print on them: what is far from the line's most frequent brightness. */
function inkColumns({ data, width }: LinePicture): boolean[] {
  const brightness = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    return (data[at] + data[at + 1] + data[at + 2]) / 3;
  };
  const counts = new Uint32Array(16);
  for (let y = 0; y < LINE_HEIGHT; y++) for (let x = 0; x < width; x++) counts[brightness(x, y) >> 4]++;
  const paper = counts.indexOf(Math.max(...counts)) * 16 + 8;
  // Rules and neighbours touch the edges.
  const [top, bottom] = [LINE_HEIGHT / 8, (LINE_HEIGHT * 7) / 8];
  return Array.from({ length: width }, (_, x) => {
    for (let y = top; y < bottom; y++) if (Math.abs(brightness(x, y) - paper) > INK) return true;
    return false;
  });
}

interface Gap {
  from: number;
  to: number;
}

function gapsOf(ink: readonly boolean[], first: number, last: number): Gap[] {
  const gaps: Gap[] = [];
  for (let x = first; x <= last; x++) {
    if (ink[x]) continue;
    const from = x;
    while (!ink[x]) x++;
    gaps.push({ from, to: x });
  }
  return gaps;
}
