import { type Page, type PageWord, type Rect, randomNumbers } from "../../core/index.js";
import type { AskedPage, Question } from "./questions.js";

/** The hundred commonest English words of three letters or more: they are everywhere, and nobody looks for them. */
const COMMONEST = new Set(
  `the and for that you with this was are have not but from your all his they can one will just like about out what has more
when who would there her had time been were its people our how their which other some than into only she him them then now
over could also after new first any because good these most very even where back those way much here two get make know see
think want use going need right really well may did day through being before still between too many should such last year
down off made same never while world work life long own both`.split(/\s+/),
);

/** Runs of letters and digits, with marks inside and a per cent sign. */
const WORD = /[\p{L}\p{N}]+(?:[.,'&][\p{L}\p{N}]+)*%?/gu;
/** Of the height of a line of print to its type size. */
const LEADING = 1.12;
const POINTS_AN_INCH = 72;

/** A page whose own printed words are the queries, and the places where they are printed the boxes. */
export function printedPage(page: Page, options: { perPage: number; seed: number }): AskedPage {
  return {
    page,
    async questions(signal) {
      const words = await page.words({ signal });
      if (words.length === 0)
        throw new Error(
          "it has no text layer, so its words cannot be asked; take a PDF with text, or give boxes (boxes.jsonl)",
        );
      return drawn(printedQuestions(page, words), options);
    },
  };
}

/** All words of a page that can be asked, with the places of each. */
export function printedQuestions(page: Page, words: readonly PageWord[]): Question[] {
  const found = new Map<string, Question>();
  for (const { text, rect } of words)
    for (const { word, share } of wordsIn(text)) {
      const box = partOf(rect, share);
      if (Array.from(word).length < 3 || COMMONEST.has(word) || !isOn(page, box)) continue;
      const { dpi } = page.source;
      const points = dpi && (rect.height * POINTS_AN_INCH) / dpi / LEADING;
      const before = found.get(word);
      if (before) {
        before.boxes.push(box);
        before.points = Math.max(before.points ?? 0, points ?? 0) || null;
      } else
        found.set(word, {
          text: word,
          boxes: [box],
          kind: /\p{N}/u.test(word) ? "number" : "word",
          points,
        });
    }
  return [...found.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** The words within what stands between two spaces, with the share of its characters that each has. */
function wordsIn(text: string): { word: string; share: [number, number] }[] {
  const plain = text.normalize("NFKC").toLowerCase();
  return Array.from(plain.matchAll(WORD), ({ 0: word, index }) => ({
    word,
    share: [index / plain.length, (index + word.length) / plain.length] as [number, number],
  }));
}

function partOf(rect: Rect, [from, to]: [number, number]): Rect {
  // Upright print is cut from top to bottom.
  if (rect.height > rect.width && to - from < 1)
    return { ...rect, y: rect.y + from * rect.height, height: (to - from) * rect.height };
  return { ...rect, x: rect.x + from * rect.width, width: (to - from) * rect.width };
}

function isOn({ width, height }: Page, { x, y, width: wide, height: high }: Rect): boolean {
  return wide > 0 && high > 0 && x + wide > 0 && y + high > 0 && x < width && y < height;
}

function drawn(all: Question[], { perPage, seed }: { perPage: number; seed: number }): Question[] {
  const random = randomNumbers(seed);
  const order = all.map((question) => ({ question, at: random() })).sort((a, b) => a.at - b.at);
  return order.slice(0, perPage).map(({ question }) => question);
}
