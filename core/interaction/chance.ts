import { deviation, max, mean } from "d3-array";
import type { PatchMap } from "../data/patch-map.js";
import { decimal } from "../data/printable.js";
import type {
  Aggregate,
  Baseline,
  BaselineGroup,
  Explanation,
  MatchedControls,
  QueryToken,
  SimilarityMaps,
} from "../data/vocabulary.js";
import { wordMap } from "./maxsim.js";

/** How often an unrelated word may reach as high before that counts as chance. */
export const CHANCE = 0.05;
/** Of quotients that are equal on paper. */
const ROUNDING = 1e-9;
/** How many controls reach a value at least where their count alone says how rare it is. */
const COUNTED = 10;
/** The controls whose highest fifth is a tail that can be fitted. */
const FITTED = 100;

/** How the highest cosine of a map compares with those of control words on the same page. */
export interface Chance {
  /** Highest cosine of the map over the patches. */
  value: number;
  /** How many control words (or control tokens of the same kind) it is compared with. */
  among: number;
  /** Share of them that stay below, 0 to 1. */
  percentile: number;
  /**
   * `(1 + number of controls that reach it) / (among + 1)`, the permutation p-value of a maximum statistic: it takes
   * into account that the highest of many patches is looked at. Where fewer than 10 of at least 100 controls reach it, from
   * their tail: {@link rarity}.
   */
  p: number;
  /** `(value - mean) / standard deviation` of the controls' highest cosines; null where they are all the same. */
  z: number | null;
  /** What the controls are, "English, 5 to 6 letters, 1 token", where they are matched to the word; null for one list for all. */
  controls: string | null;
  /**
   * p of a word, corrected for all words and pages of the query (Benjamini and Hochberg): of the words of which it is at most
   * 0.05, at most 5 % are by chance in expectation. Null for tokens, and where it was not corrected.
   */
  adjusted: number | null;
  /** Words times pages that it is corrected for; 1 where it is not. */
  tests: number;
  /** Cosine above which it is more than chance, or null with fewer than 19 controls. */
  level: number | null;
  /** Whether it is more than chance: `adjusted <= 0.05`, or `p <= 0.05` where it was not corrected. */
  beyond: boolean;
}

/** A map, and what it is of: a token, a word, several tokens, or A less B. */
export interface Judged {
  kind: "token" | "word" | "aggregate" | "difference";
  /** How several tokens became one map, or null for a token's or word's. */
  aggregate: Aggregate | null;
  /** Tokens that count, by index. */
  tokens: number[];
  map: PatchMap;
}

const judgements = new WeakMap<Judged, Chance | null>();

/** Chance of a word's or token's map; null for aggregates, differences, what is no similarity, and where it was not measured. */
export function chanceOf(explanation: Explanation, shown: Judged): Chance | null {
  let chance = judgements.get(shown);
  if (chance === undefined) {
    chance = judge(explanation, shown);
    judgements.set(shown, chance);
  }
  return chance;
}

/** `more than chance (p = 0.003: 0 of 290 controls on this page reach it; 0.013 corrected for 12 words and pages)` */
export function describeChance({ beyond, p, among, percentile, adjusted, tests }: Chance): string {
  const reached = Math.round(among * (1 - percentile));
  const many =
    adjusted === null || tests === 1 ? "" : `; ${pCell(adjusted)} corrected for ${tests} words and pages`;
  return `${beyond ? "more" : "no more"} than chance (${pText(p)}: ${reached} of ${among} controls on this page reach it${many})`;
}

/** `p = 0.013`, or `p < 0.001`. */
export function pText(p: number): string {
  return p < 0.001 ? `p ${pCell(p)}` : `p = ${pCell(p)}`;
}

/** `0.013`, or `< 0.001`. */
export function pCell(p: number): string {
  return p < 0.001 ? "< 0.001" : decimal(p, 3);
}

/** `12 of 200 unrelated words reach it`, or p where so few do that their count is not what p rests on. */
export function controlsText(p: number, among: number): string {
  const reached = Math.round(p * (among + 1)) - 1;
  if (among >= FITTED && reached < COUNTED) return `${pText(p)} by ${among} unrelated words`;
  return `${reached === 0 ? "none" : reached} of ${among} unrelated words ${reached === 1 ? "reaches" : "reach"} it`;
}

/** What a correction is made of: a query on a page. */
export type Tested = Pick<Explanation, "query" | "maps" | "baseline">;

/**
 * The baselines of one query on several pages, by one model, corrected for all its words on all of them: Benjamini and Hochberg,
 * "Controlling the false discovery rate" (1995).
 */
export function corrected(tested: readonly Tested[]): (Baseline | null)[] {
  const all = tested.map(({ query, maps, baseline }) =>
    query.words.map(({ index, tokens }) => {
      const maxima = baseline && maximaOf(baseline, "words", index);
      return maxima ? rarity(maxima, highest(maps, tokens)) : null;
    }),
  );
  const sorted = all
    .flat()
    .filter((p) => p !== null)
    .sort((a, b) => a - b);
  const tests = sorted.length;
  const adjusted = new Map<number, number>();
  let least = 1;
  for (let k = tests; k > 0; k--) {
    least = Math.min(least, (sorted[k - 1] * tests) / k);
    if (!adjusted.has(sorted[k - 1])) adjusted.set(sorted[k - 1], least);
  }
  const discovered = sorted.filter((p) => (adjusted.get(p) as number) <= CHANCE + 1e-12).length;
  const threshold = (CHANCE * Math.max(1, discovered)) / Math.max(1, tests);
  return tested.map(({ baseline }, i) => {
    if (!baseline || tests === 0) return baseline;
    const own = all[i].map((p) => (p === null ? 1 : (adjusted.get(p) as number)));
    return { ...baseline, correction: { tests, threshold, adjusted: own } };
  });
}

/** `p` of a cosine that a word's or token's map has anywhere, as of its highest; null as {@link chanceOf} is. */
export function chanceAt(explanation: Explanation, shown: Judged, value: number): number | null {
  const maxima = controlsOf(explanation, shown);
  return maxima && rarity(maxima, value);
}

/** The next float32: cells at the level itself are chance, too. */
export function justAbove(level: number): number {
  const bits = new Int32Array(1);
  const value = new Float32Array(bits.buffer);
  value[0] = level;
  bits[0] += level >= 0 ? 1 : -1;
  return value[0];
}

function judge(explanation: Explanation, shown: Judged): Chance | null {
  const maxima = controlsOf(explanation, shown);
  if (!maxima) return null;
  // The controls' maxima are cosines: a map with the baseline subtracted is judged by the cosines it was made from.
  const value = highest(explanation.maps, shown.tokens);
  const reached = reaching(maxima, value);
  const among = maxima.length;
  const spread = deviation(maxima) ?? 0;
  const p = rarity(maxima, value);
  const { correction, controls, controlsOf: kinds } = explanation.baseline as Baseline;
  const word = explanation.query.tokens[shown.tokens[0]].word;
  const matched = word === null ? undefined : controls?.[kinds?.[word] ?? -1];
  const threshold = correction?.threshold ?? CHANCE;
  return {
    value,
    among,
    percentile: (among - reached) / among,
    p,
    z: spread > 0 ? (value - (mean(maxima) as number)) / spread : null,
    controls: matched?.about ?? null,
    adjusted: shown.kind === "word" && word !== null ? (correction?.adjusted[word] ?? null) : null,
    tests: correction?.tests ?? 1,
    level: levelOf(maxima, threshold),
    beyond: p <= threshold + ROUNDING,
  };
}

/**
 * Cosine that marks chance for what is shown: for a maximum over words, that of a single word. Null where the map's numbers
 * are no cosines, or chance was not measured.
 */
export function chanceLevel(explanation: Explanation, shown: Judged): number | null {
  const maxima = shown.map.description.chance ? baselineMaxima(explanation, shown) : null;
  return maxima && levelOf(maxima, explanation.baseline?.correction?.threshold ?? CHANCE);
}

/** How many words there are, and how many are beyond chance; null where it was not measured. */
export function wordsBeyond(words: (Chance | null)[]): { of: number; beyond: number } | null {
  const measured = words.filter((c): c is Chance => c !== null);
  return measured.length > 0
    ? { of: measured.length, beyond: measured.filter((c) => c.beyond).length }
    : null;
}

const mapsAboveBaseline = new WeakMap<Explanation, SimilarityMaps>();

/** All maps less the mean over the control queries, patch by patch: `S_tj - (1/K) sum_k S^k_j`. */
export function aboveBaseline(explanation: Explanation): SimilarityMaps {
  const { maps, query, baseline } = explanation;
  if (!baseline) return maps;
  const cached = mapsAboveBaseline.get(explanation);
  if (cached) return cached;
  const cells = maps.rows * maps.columns;
  const data = maps.data.slice();
  for (const { index, kind } of query.tokens) {
    const average = baseline.mean[kind];
    for (let j = 0; average && j < cells; j++) data[index * cells + j] -= average[j];
  }
  const above = { ...maps, data };
  mapsAboveBaseline.set(explanation, above);
  return above;
}

function baselineMaxima({ baseline, query }: Explanation, shown: Judged): Float32Array | null {
  const group = shown.map.description.similarity ? groupOf(query.tokens, shown) : null;
  if (!group || !baseline) return null;
  const word = shown.kind === "aggregate" ? null : query.tokens[shown.tokens[0]].word;
  return maximaOf(baseline, group, word);
}

/** @param word of the query that is judged, or null for several at once */
function maximaOf(baseline: Baseline, group: BaselineGroup, word: number | null): Float32Array | null {
  const { controls, controlsOf } = baseline;
  if (!controls || (group !== "words" && group !== "word")) return baseline.maxima[group] ?? null;
  const of = group === "words" ? "words" : "tokens";
  return word === null ? pooled(controls)[of] : (controls[controlsOf?.[word] ?? -1]?.[of] ?? null);
}

type Pooled = Pick<MatchedControls, "words" | "tokens">;
const poolings = new WeakMap<MatchedControls[], Pooled>();

/** The controls of all kinds of words together: for a map of several words. */
function pooled(controls: MatchedControls[]): Pooled {
  let all = poolings.get(controls);
  if (!all) {
    const join = (key: keyof Pooled) => Float32Array.from(controls.flatMap((one) => [...one[key]])).sort();
    all = { words: join("words"), tokens: join("tokens") };
    poolings.set(controls, all);
  }
  return all;
}

function groupOf(tokens: QueryToken[], shown: Judged): BaselineGroup | null {
  if (shown.kind === "word") return "words";
  // Of the aggregates only the maximum has cells that are cosines of single tokens; of mixed kinds words decide.
  if (shown.kind === "difference" || (shown.kind === "aggregate" && shown.aggregate !== "max")) return null;
  const kinds = shown.tokens.map((t) => tokens[t].kind);
  return kinds.includes("word") ? "word" : kinds[0];
}

/**
 * p of a value by sorted controls. The count of those that reach it cannot tell one in a thousand from one in a million, and
 * a correction for many tests asks just that: below 10, p is that of an exponential distribution fitted to how far the highest
 * fifth exceed the others, `p = (1/5) exp(-(value - u) / mean excess over u)` (Knijnenburg and others, "Fewer permutations, more
 * accurate P-values", 2009, with shape 0: for a maximum with an upper end, as of cosines, it errs towards chance).
 */
function rarity(maxima: Float32Array, value: number): number {
  const reached = reaching(maxima, value);
  const counted = (1 + reached) / (maxima.length + 1);
  const tail = tailOf(maxima);
  if (!tail || reached >= COUNTED) return counted;
  const fitted = tail.share * Math.exp((tail.from - value) / tail.excess);
  return Math.min(fitted, (1 + COUNTED) / (maxima.length + 1));
}

/** The inverse of {@link rarity}. Where so few controls cannot show the threshold, the highest of them: nothing is beyond it. */
function levelOf(maxima: Float32Array, threshold: number): number | null {
  const count = maxima.length;
  const allowed = (p: number) => Math.floor(p * (count + 1) + ROUNDING) - 1;
  if (allowed(CHANCE) < 0) return null;
  const tail = tailOf(maxima);
  if (!tail || allowed(threshold) >= COUNTED) return maxima[count - 1 - Math.max(0, allowed(threshold))];
  return Math.max(maxima[count - COUNTED], tail.from + tail.excess * Math.log(tail.share / threshold));
}

interface Tail {
  /** Cosine above which it begins. */
  from: number;
  /** Mean of how far the controls above it exceed it. */
  excess: number;
  /** Share of the controls that are above it. */
  share: number;
}

/** Null where there are too few controls for one, or where they are all the same. */
function tailOf(maxima: Float32Array): Tail | null {
  const count = maxima.length;
  const above = Math.floor(count / 5);
  const from = maxima[count - above - 1];
  const excess = count < FITTED ? 0 : (mean(maxima.subarray(count - above)) as number) - from;
  return excess > 0 ? { from, excess, share: above / count } : null;
}

/** What a word or token is judged by; nothing else is. */
function controlsOf(explanation: Explanation, shown: Judged): Float32Array | null {
  return shown.kind === "word" || shown.kind === "token" ? baselineMaxima(explanation, shown) : null;
}

function reaching(maxima: Float32Array, value: number): number {
  return maxima.reduce((n, v) => n + (v >= value ? 1 : 0), 0);
}

/** Rounded as the controls' maxima are. */
function highest(maps: SimilarityMaps, tokens: number[]): number {
  return max(wordMap(maps, tokens).data) as number;
}
