import { bootstrap, type Interval, type Page, randomNumbers, selectionChance } from "../../core/index.js";
import { explainPage } from "../../engine/explain/index.js";
import type { Model } from "../hub/load-model.js";
import type { Report } from "../widgets/progress.js";
import { printedQuestions } from "./printed-questions.js";
import type { AskedPages } from "./questions.js";

/** Whether p is what it says: of words that are not on a page, the share that reaches a p should be that p. */
export interface ChanceReliability {
  /** Of words of other pages that are not on the page, nor part of a word there: the share with at most this p. */
  absent: { p: number; reached: Interval }[];
  /** Of words that are printed on the page: the share that is not more than chance at 0.05. */
  missed: Interval;
}

const LEVELS = [0.01, 0.05, 0.1, 0.2, 0.5];
/** Words asked of a page: absent ones, and present ones. */
const ASKED = 12;

/** Words one by one, so not corrected for several. @returns null with fewer than two pages of text */
export async function chanceReliability(
  model: Model,
  { pages }: AskedPages,
  { seed, signal, report }: { seed: number; signal?: AbortSignal; report: Report },
): Promise<ChanceReliability | null> {
  const printed: { page: Page; text: string; words: string[] }[] = [];
  for (const { page } of pages) {
    const all = await page.words({ signal }).catch(() => []);
    const words = printedQuestions(page, all).flatMap(({ kind, text }) =>
      kind === "word" && text.length > 3 ? [text] : [],
    );
    if (words.length > 0)
      printed.push({
        page,
        words,
        text: all.map(({ text }) => text.normalize("NFKC").toLowerCase()).join(" "),
      });
  }
  if (printed.length < 2) return null;
  const random = randomNumbers(seed);
  const some = (words: string[]) =>
    words
      .map((word) => ({ word, at: random() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, ASKED)
      .map(({ word }) => word);
  const [absent, present]: number[][][] = [[], []];
  for (const [i, { page, text, words }] of printed.entries()) {
    report(i, printed.length);
    const others = new Set(printed.flatMap((other) => (other.page === page ? [] : other.words)));
    const chances = async (asked: string[]) => {
      const found: number[] = [];
      for (const word of asked) {
        signal?.throwIfAborted();
        const p = selectionChance(await explainPage(model, page, word, { signal }), { word: 0 })?.p;
        if (p !== undefined) found.push(p);
      }
      return found;
    };
    absent.push(await chances(some([...others].filter((word) => !text.includes(word)))));
    present.push(await chances(some(words)));
  }
  report(printed.length, printed.length);
  const share = (all: number[][], holds: (p: number) => boolean) =>
    bootstrap(
      all.map((of) => of.map((p) => Number(holds(p)))),
      randomNumbers(seed),
    );
  const missed = share(present, (p) => p > 0.05 + 1e-9);
  const reached = LEVELS.map((p) => ({ p, reached: share(absent, (found) => found <= p + 1e-9) }));
  if (!missed || reached.some((one) => one.reached === null)) return null;
  return { absent: reached as ChanceReliability["absent"], missed };
}
