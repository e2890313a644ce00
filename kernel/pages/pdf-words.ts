import type { PageWord, Rect } from "../../core/index.js";
import { memory, type Pdfium, withMemory } from "./pdfium.js";

/** Of the page's pixels: rectangles come in whole numbers. */
const FINE = 16;
/** A gap along the line, in font sizes, that parts two columns or two cells of a table. */
const COLUMN_GAP = 1.5;
/** How far a letter may stand off the line, in font sizes, as raised and lowered ones do. */
const OFF_LINE = 0.55;
/** A gap, in font sizes, that parts words where the PDF writes no space, as between two fonts. */
const WORD_GAP = 0.15;
/** A gap, in font sizes, that parts a word from Chinese, Japanese or Korean text, which has no spaces. */
const SCRIPT_GAP = 0.12;
/** Distance of two lines of a block, in font sizes, and how much their sizes may differ. */
const LEADING = 2.1;
const SAME_SIZE = 1.25;

/**
 * The words of a page's text layer, in the order of reading as far as the PDF gives it: also those that only a search finds,
 * behind a scanned picture. Ligatures are spelt out, right-to-left text is in logical order, and a hyphen that ends a line
 * ends a word, as it does in print.
 * @param width of the rendered page in pixels, to which rectangles refer
 * @param height likewise
 */
export function pdfWords(module: Pdfium, page: number, width: number, height: number): PageWord[] {
  const text = module.FPDFText_LoadPage(page);
  try {
    const letters = withAccents(readLetters(module, text));
    return numbered(runs(letters), onPage(module, page, width, height));
  } finally {
    module.FPDFText_ClosePage(text);
  }
}

interface Box {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** The codes around the visible ones of ASCII. */
const [SPACE, DELETE] = [0x20, 0x7f];

/** One character, in points of the page. */
interface Letter extends Box {
  text: string;
  size: number;
  /** Direction of the line: cosine and sine of its angle. */
  along: readonly [number, number];
  origin: readonly [number, number];
  /** Whether a character without a shape, which may have a width, stands before it. */
  isBehindMark: boolean;
}

/** A letter, or what parts words (`" "`) or lines (`"\n"`). */
type Item = Letter | " " | "\n";

/** What is asked of each letter: numbers only, so the functions are taken as they are, without the conversion of arguments. */
type LetterCalls = Pick<
  Pdfium,
  | "FPDFText_GetUnicode"
  | "FPDFText_IsHyphen"
  | "FPDFText_GetCharOrigin"
  | "FPDFText_GetMatrix"
  | "FPDFText_GetFontSize"
  | "FPDFText_GetLooseCharBox"
  | "FPDFText_GetCharBox"
>;

/** A page's text, and 64 bytes that PDFium writes its answers to: four numbers of a box, two of an origin, six of a matrix. */
interface TextLayer {
  module: Pdfium;
  calls: LetterCalls;
  text: number;
  at: number;
}

function readLetters(module: Pdfium, text: number): Item[] {
  const items: Item[] = [];
  let isBehindMark = false;
  const calls = module.pdfium.wasmExports as unknown as LetterCalls;
  const count = module.FPDFText_CountChars(text);
  withMemory(module, 64, (at) => {
    const layer = { module, calls, text, at };
    for (let i = 0; i < count; i++) {
      const code = calls.FPDFText_GetUnicode(text, i);
      const isHyphen = calls.FPDFText_IsHyphen(text, i) === 1;
      const char = isHyphen ? "-" : code === 0 ? "\ufffd" : String.fromCodePoint(code);
      if (code > SPACE && code < DELETE) {
        // Nearly all there is.
        items.push(letter(layer, i, char, isBehindMark));
        isBehindMark = false;
      } else if (/[\r\n\u2028\u2029]/.test(char)) items.push("\n");
      else if (/[\s\u200b]/u.test(char)) items.push(" ");
      else if (/[\p{Cc}\ufeff\u200e\u200f\u202a-\u202e]/u.test(char)) isBehindMark = true;
      else {
        items.push(letter(layer, i, char, isBehindMark));
        isBehindMark = false;
      }
      if (isHyphen) items.push("\n");
    }
  });
  return items;
}

function letter(layer: TextLayer, index: number, char: string, isBehindMark: boolean): Letter {
  const { module, calls, text, at } = layer;
  calls.FPDFText_GetCharOrigin(text, index, at, at + 8);
  let view = memory(module, at, 64);
  const origin = [view.getFloat64(0, true), view.getFloat64(8, true)] as const;
  calls.FPDFText_GetMatrix(text, index, at);
  view = memory(module, at, 64);
  const [a, b] = [view.getFloat32(0, true), view.getFloat32(4, true)];
  const scale = Math.hypot(a, b) || 1;
  const size = Math.abs(calls.FPDFText_GetFontSize(text, index) * scale) || 1;
  const { left, right, bottom, top } = boxOf(layer, index, size, origin);
  return { text: char, size, along: [a / scale, b / scale], origin, left, right, bottom, top, isBehindMark };
}

/** From the font's ascent to its descent; the outline's own where the font does not say. */
function boxOf(
  { module, calls, text, at }: TextLayer,
  index: number,
  size: number,
  [x, y]: readonly [number, number],
): Box {
  if (calls.FPDFText_GetLooseCharBox(text, index, at)) {
    const view = memory(module, at, 64);
    const [left, top, right, bottom] = [0, 4, 8, 12].map((offset) => view.getFloat32(offset, true));
    const box = { left, right, bottom, top };
    // PDFium's boxes of vertical writing are twice as wide as the letter, which begins in the middle.
    if (Math.abs(right - left - 2 * size) < 0.01 * size && left < x - 0.5 * size) box.left = x;
    if (right - left > 0 && top - bottom > 0.2 * size) return box;
  }
  calls.FPDFText_GetCharBox(text, index, at, at + 8, at + 16, at + 24);
  const view = memory(module, at, 64);
  const [left, right, bottom, top] = [0, 8, 16, 24].map((offset) => view.getFloat64(offset, true));
  return right > left && top > bottom
    ? { left, right, bottom, top }
    : { left: x, right: x + size / 2, bottom: y - size / 5, top: y + size };
}

/** Marks that TeX and others print as letters of their own, over, under or through the letter beside them. */
const ACCENTS: Record<string, string> = {
  "`": "\u0300",
  "\u00b4": "\u0301",
  "\u02c6": "\u0302",
  "\u02dc": "\u0303",
  "\u00af": "\u0304",
  "\u02d8": "\u0306",
  "\u02d9": "\u0307",
  "\u00a8": "\u0308",
  "\u02da": "\u030a",
  "\u02dd": "\u030b",
  "\u02c7": "\u030c",
  "\u00b8": "\u0327",
  "\u02db": "\u0328",
};

/** The same with each accent joined to the letter that it stands on. */
function withAccents(items: Item[]): Item[] {
  const joined: Item[] = [];
  for (let i = 0; i < items.length; i++) {
    const [item, next] = [items[i], items[i + 1]];
    const mark = typeof item === "object" ? ACCENTS[item.text] : undefined;
    const before = joined.at(-1);
    // Some print it after the letter.
    if (mark && typeof before === "object" && /\p{L}/u.test(before.text) && isOver(item as Letter, before)) {
      const text = (before.text + mark).normalize("NFC");
      joined[joined.length - 1] = { ...before, ...boxAround([item as Letter, before]), text };
      continue;
    }
    if (mark && typeof next === "object" && /\p{L}/u.test(next.text) && isOver(item as Letter, next)) {
      const base = next.text === "\u0131" ? "i" : next.text;
      joined.push({ ...next, ...boxAround([item as Letter, next]), text: (base + mark).normalize("NFC") });
      i++;
    } else joined.push(item);
  }
  return joined;
}

function isOver(a: Letter, b: Letter): boolean {
  const overlap = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  return overlap > 0.5 * Math.min(a.right - a.left, b.right - b.left);
}

/** A word on its line. */
interface Run extends Box {
  text: string;
  size: number;
  letters: Letter[];
  /** Whether another line begins with it. */
  begins: boolean;
}

/** Words: letters up to the next space, the end of the line, or a leap on the page. */
function runs(items: Item[]): Run[] {
  const found: Run[] = [];
  let word: Run | null = null;
  let last: Letter | null = null;
  let begins = true;
  for (const item of items) {
    if (typeof item === "string") {
      word = null;
      if (item === "\n") last = null;
      continue;
    }
    const leap = last === null || leaps(last, item);
    begins ||= leap;
    if (
      !word ||
      leap ||
      isApart(last, item) ||
      changesScript(last, item) ||
      isNote(last, item) ||
      isNote(item, last)
    ) {
      word = { text: "", size: item.size, letters: [], begins, ...boxAround([item]) };
      found.push(word);
      begins = false;
    }
    word.text += item.text;
    word.letters.push(item);
    word.left = Math.min(word.left, item.left);
    word.right = Math.max(word.right, item.right);
    word.bottom = Math.min(word.bottom, item.bottom);
    word.top = Math.max(word.top, item.top);
    last = item;
  }
  return found;
}

/** Whether a letter does not go on with the line of the one before it. */
function leaps(a: Letter, b: Letter): boolean {
  const [cos, sin] = a.along;
  if (cos * b.along[0] + sin * b.along[1] < 0.98) return true;
  const size = Math.max(a.size, b.size);
  const isUpright = Math.abs(sin) < 0.02 && cos > 0;
  const [dx, dy] = [b.origin[0] - a.origin[0], b.origin[1] - a.origin[1]];
  if (Math.abs(dy * cos - dx * sin) > OFF_LINE * size) return !isStacked(a, b);
  // The gap between the two, whichever stands first: right-to-left text runs backwards.
  const gap = isUpright
    ? Math.max(b.left - a.right, a.left - b.right)
    : Math.abs(dx * cos + dy * sin) - 1.2 * size;
  return gap > COLUMN_GAP * size;
}

/** Whether a level line of left-to-right letters has a gap as of a space; what is printed letter by letter has gaps anywhere. */
function isApart(a: Letter | null, b: Letter): boolean {
  if (!a || b.isBehindMark || a.along[0] < 0.98) return false;
  const isGap = b.left - a.right > WORD_GAP * Math.max(a.size, b.size);
  return isGap && !RIGHT_TO_LEFT.test(a.text + b.text);
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;

/** Between Japanese and Latin text, for example, there is a gap that is no space. */
function changesScript(a: Letter | null, b: Letter): boolean {
  if (!a || b.left - a.right <= SCRIPT_GAP * Math.max(a.size, b.size)) return false;
  return EAST_ASIAN.test(a.text) !== EAST_ASIAN.test(b.text);
}

/** Whether a raised small sign, such as the number of a footnote, stands beside a letter. */
function isNote(sign: Letter | null, beside: Letter | null): boolean {
  if (!sign || !beside || sign.size > 0.85 * beside.size || /\p{L}/u.test(sign.text)) return false;
  const [cos, sin] = beside.along;
  const [dx, dy] = [sign.origin[0] - beside.origin[0], sign.origin[1] - beside.origin[1]];
  return dy * cos - dx * sin > 0.2 * beside.size;
}

/** Vertical writing: one letter below the other. */
function isStacked(a: Letter, b: Letter): boolean {
  const size = Math.max(a.size, b.size);
  const below = a.origin[1] - b.origin[1];
  return (
    EAST_ASIAN.test(a.text + b.text) &&
    Math.abs(a.left + a.right - b.left - b.right) < size &&
    below > 0 &&
    below < 1.6 * size
  );
}

function boxAround(boxes: Box[]): Box {
  return {
    left: Math.min(...boxes.map((b) => b.left)),
    right: Math.max(...boxes.map((b) => b.right)),
    bottom: Math.min(...boxes.map((b) => b.bottom)),
    top: Math.max(...boxes.map((b) => b.top)),
  };
}

type ToPixels = (box: Box) => Rect;

/** Rotation, crop box and unit of the page are PDFium's work. */
function onPage(module: Pdfium, page: number, width: number, height: number): ToPixels {
  return (box) =>
    withMemory(module, 8, (at) => {
      const corner = (x: number, y: number) => {
        module.FPDF_PageToDevice(page, 0, 0, width * FINE, height * FINE, 0, x, y, at, at + 4);
        const view = memory(module, at, 8);
        return [view.getInt32(0, true) / FINE, view.getInt32(4, true) / FINE];
      };
      const [[x0, y0], [x1, y1]] = [corner(box.left, box.top), corner(box.right, box.bottom)];
      const clip = (value: number, most: number) => Math.min(most, Math.max(0, value));
      const [left, right] = [clip(Math.min(x0, x1), width), clip(Math.max(x0, x1), width)];
      const [top, bottom] = [clip(Math.min(y0, y1), height), clip(Math.max(y0, y1), height)];
      return { x: left, y: top, width: right - left, height: bottom - top };
    });
}

/** Lines are numbered as they come; a block is lines below each other. Words outside the page are left out. */
function numbered(words: Run[], toPixels: ToPixels): PageWord[] {
  const found: PageWord[] = [];
  let [line, block] = [-1, -1];
  let current: { box: Box; size: number } | null = null;
  let before: { box: Box; size: number } | null = null;
  const lines: Run[][] = [];
  for (const word of words) {
    if (word.begins || lines.length === 0) lines.push([]);
    lines.at(-1)!.push(word);
  }
  for (const inLine of lines) {
    current = { box: boxAround(inLine), size: Math.max(...inLine.map((w) => w.size)) };
    if (!before || !isNextLine(before, current)) block++;
    before = current;
    const visible = inLine
      .map((word) => ({ text: word.text.normalize("NFC"), rect: toPixels(word) }))
      .filter(({ rect }) => rect.width > 0 && rect.height > 0);
    if (visible.length > 0) line++;
    for (const { text, rect } of visible) found.push({ text, rect, line, block, source: "pdf" });
  }
  // Blocks all of whose lines are outside the page leave no gap in the numbers.
  const blocks = [...new Set(found.map((word) => word.block))];
  return found.map((word) => ({ ...word, block: blocks.indexOf(word.block) }));
}

function isNextLine(a: { box: Box; size: number }, b: { box: Box; size: number }): boolean {
  const size = Math.max(a.size, b.size);
  if (size > SAME_SIZE * Math.min(a.size, b.size)) return false;
  const distance = Math.abs((a.box.top + a.box.bottom - b.box.top - b.box.bottom) / 2);
  const overlap = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
  return distance < LEADING * size && overlap > 0;
}
