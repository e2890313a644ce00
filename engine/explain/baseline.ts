import {
  type Baseline,
  type BaselineGroup,
  corrected,
  type Explanation,
  type MultiVector,
  type Page,
  type Query,
  TOKEN_KINDS,
  type TokenKind,
} from "../../core/index.js";
import { SharedWorks } from "../shared-work.js";
import { stopSignal } from "../stop-signal.js";
import { CONTROL_LIST, CONTROL_QUERIES } from "./baseline-queries.js";
import { controlsOf, MATCHED_LIST, MATCHED_SEED, wordKinds } from "./matched-controls.js";
import { type MeasuredControls, measureControls } from "./measure-controls.js";
import type { EmbedOptions, Model, PageEmbedding, StopOptions } from "./model.js";
import { type Printed, printedOn } from "./printed-text.js";

/** What chance is measured with: words that have nothing to do with a page. */
export interface ControlQueries {
  /** Written into what is saved. */
  name: string;
  /** The queries, or null where each word of a query has its own: words as long, in as many tokens, of its language. */
  queries: readonly string[] | null;
}

/** Words like the asked one, of a vocabulary of thousands. */
export const MATCHED: ControlQueries = { name: MATCHED_LIST, queries: null };
/** 100 queries of 2 everyday words each, the same for every word that is asked. */
export const EVERYDAY = { name: CONTROL_LIST, queries: CONTROL_QUERIES } satisfies ControlQueries;

/** What a person may ask for. */
export type BaselineOption = readonly string[] | "matched" | "everyday" | boolean;

/** With fewer, no word could be beyond chance at 5 %. */
const FEWEST = 19;

/**
 * The control queries that a person asks for: those of the package, their own list, or none.
 * @throws RangeError for a list that is too short or holds something else than queries
 */
export function controlQueries(wanted: BaselineOption | undefined): ControlQueries | null {
  if (wanted === undefined || wanted === true || wanted === "matched") return MATCHED;
  if (wanted === "everyday") return EVERYDAY;
  if (wanted === false) return null;
  if (!Array.isArray(wanted) || wanted.length < FEWEST || wanted.some((q) => typeof q !== "string"))
    throw new RangeError(
      `invalid baseline: ${Array.isArray(wanted) ? `${wanted.length} queries` : String(wanted)}, expected at least ${FEWEST} queries that have nothing to do with the pages, "matched", "everyday", or false`,
    );
  return { name: `own list of ${wanted.length}`, queries: wanted };
}

/** What controls a query on a page: one list for all words, or one a kind of word. */
interface Needed {
  lists: readonly (readonly string[])[];
  /** Of each kind of word; none where there is one list for all. */
  kinds: { about: string }[];
  /** Which of the kinds each word is of. */
  kindOf: number[];
}

/** The lists of control queries that chance needs for a query on a page; the same array for the same list. */
export async function controlLists(
  model: Model,
  page: Page,
  asked: Query,
  set: ControlQueries,
  options: StopOptions = {},
): Promise<readonly (readonly string[])[]> {
  return needed(model, await printedOn(page, options), asked, set).lists;
}

function needed(model: Model, printed: Printed, asked: Query, set: ControlQueries): Needed {
  if (set.queries) return { lists: [set.queries], kinds: [], kindOf: [] };
  const all = wordKinds(model, asked, printed.language);
  const kinds = [...new Map(all.map((kind) => [kind.key, kind])).values()];
  return {
    lists: kinds.map((kind) => controlsOf(model, kind).queries),
    kinds,
    kindOf: all.map(({ key }) => kinds.findIndex((kind) => kind.key === key)),
  };
}

/** Embeds control queries, once a model: they are kept with its pages. */
export async function embedControlQueries(
  model: Model,
  lists: Iterable<readonly string[]>,
  options: EmbedOptions = {},
): Promise<void> {
  const all = [...new Set(lists)];
  const total = all.reduce((sum, list) => sum + list.length, 0);
  let before = 0;
  for (const list of all) {
    await model.embedQueries(list, {
      signal: options.signal,
      onProgress: ({ done }) => options.onProgress?.({ done: before + done, total, etaSeconds: null }),
    });
    before += list.length;
  }
}

class OfPage {
  readonly done = new Map<readonly string[], MeasuredControls>();
  readonly running = new SharedWorks<readonly string[], MeasuredControls>();
}

const measured = new WeakMap<MultiVector, OfPage>();

/** A list of control queries is measured once a page. */
async function measuredOn(
  model: Model,
  page: PageEmbedding,
  queries: readonly string[],
  signal: AbortSignal | undefined,
): Promise<MeasuredControls> {
  const ofPage = measured.get(page.vectors) ?? new OfPage();
  measured.set(page.vectors, ofPage);
  const done = ofPage.done.get(queries);
  if (done) return done;
  return ofPage.running.get(
    queries,
    async (stop) => {
      const all = await measureControls(model, page, queries, stop);
      ofPage.done.set(queries, all);
      return all;
    },
    signal,
  );
}

/**
 * What control queries reach on a page, without the words that share their spelling with one of the query, nor, of the matched
 * ones, with what is printed there. It is not corrected for the number of words and pages yet (`corrected`).
 */
export async function baselineOn(
  model: Model,
  page: Page,
  embedded: PageEmbedding,
  asked: Query,
  set: ControlQueries,
  options: StopOptions = {},
): Promise<Baseline | null> {
  const signal = stopSignal(options.signal);
  const printed = await printedOn(page, { signal });
  const { lists, kinds, kindOf } = needed(model, printed, asked, set);
  const own = new Set(asked.words.map((w) => w.text.toLowerCase()));
  const isPrinted = set.queries ? () => false : (word: string) => printed.text.includes(word);
  const isOut = (word: string) => own.has(word) || isPrinted(word);
  const all = await Promise.all(lists.map((list) => measuredOn(model, embedded, list, signal)));
  const kept = all.map((one) => ({ ...one, queries: unrelated(one, isOut, set.queries !== null) }));
  const controls = kinds.map(({ about }, i) => ({ about, ...reached(kept[i]) }));
  const pooled = new Map<BaselineGroup, number[]>();
  const add = (group: BaselineGroup, values: number[]) =>
    pooled.set(group, [...(pooled.get(group) ?? []), ...values]);
  for (const { queries } of kept)
    for (const { words, tokens } of queries) {
      if (kinds.length === 0) {
        add(
          "words",
          words.map(({ best }) => best),
        );
        add(
          "word",
          words.flatMap((word) => word.tokens),
        );
      }
      for (const { kind, best } of tokens) add(kind, [best]);
    }
  const count = kept.reduce((sum, { queries }) => sum + queries.length, 0);
  const isEmpty = kinds.length > 0 ? controls.some(({ words }) => words.length === 0) : !pooled.has("words");
  if (isEmpty) return null;
  return {
    kind: "baseline",
    list: set.name,
    ...(set.queries ? {} : { seed: MATCHED_SEED }),
    queries: count,
    maxima: Object.fromEntries(Array.from(pooled, ([group, values]) => [group, ascending(values)])),
    ...(kinds.length > 0 && { controls, controlsOf: kindOf }),
    mean: meanOf(all),
  };
}

/** With chance for all words of a query on a page, corrected for how many they are. */
export async function measureChance(
  model: Model,
  page: Page,
  embedded: PageEmbedding,
  explanation: Explanation,
  set: ControlQueries,
  options: StopOptions = {},
): Promise<Explanation> {
  const baseline = await baselineOn(model, page, embedded, explanation.query, set, options);
  const [own] = corrected([{ ...explanation, baseline }]);
  return { ...explanation, baseline: own };
}

/** @param whole leave out a query with all its words, not the word alone */
function unrelated(
  { queries }: MeasuredControls,
  isOut: (word: string) => boolean,
  whole: boolean,
): MeasuredControls["queries"] {
  if (whole) return queries.filter(({ words }) => !words.some(({ text }) => isOut(text)));
  return queries
    .map(({ words, tokens }) => ({ tokens, words: words.filter(({ text }) => !isOut(text)) }))
    .filter(({ words }) => words.length > 0);
}

function reached({ queries }: MeasuredControls): { words: Float32Array; tokens: Float32Array } {
  const words = queries.flatMap((query) => query.words);
  return {
    words: ascending(words.map(({ best }) => best)),
    tokens: ascending(words.flatMap(({ tokens }) => tokens)),
  };
}

function meanOf(all: readonly MeasuredControls[]): Baseline["mean"] {
  const mean: Partial<Record<TokenKind, Float32Array>> = {};
  for (const kind of TOKEN_KINDS) {
    const sums = all.flatMap(({ sums }) => sums.get(kind) ?? []);
    const count = sums.reduce((added, one) => added + one.count, 0);
    if (count === 0) continue;
    const total = (j: number) => sums.reduce((added, { sum }) => added + sum[j], 0);
    mean[kind] = Float32Array.from(sums[0].sum, (_, j) => total(j) / count);
  }
  return mean;
}

const ascending = (values: number[]): Float32Array => Float32Array.from(values).sort();
