import { deviation, max, mean } from "d3-array";
import type { PatchMap } from "../data/patch-map.js";
import { decimal } from "../data/printable.js";
import type {
  Aggregate,
  BaselineGroup,
  Explanation,
  QueryToken,
  SimilarityMaps,
} from "../data/vocabulary.js";
import { wordMap } from "./maxsim.js";

/** How often an unrelated word may reach as high before that counts as chance. */
export const CHANCE = 0.05;

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
   * into account that the highest of many patches is looked at.
   */
  p: number;
  /** `(value - mean) / standard deviation` of the controls' highest cosines; null where they are all the same. */
  z: number | null;
  /** Cosine above which `p <= 0.05`, or null with fewer than 19 controls. */
  level: number | null;
  /** Whether `p <= 0.05`: more than chance. */
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

/** `more than chance (p = 0.005: 0 of 198 control words on this page reach it)` */
export function describeChance({ beyond, p, among, percentile }: Chance): string {
  const reached = Math.round(among * (1 - percentile));
  return `${beyond ? "more" : "no more"} than chance (p = ${decimal(p, 3)}: ${reached} of ${among} controls on this page reach it)`;
}

/** `p` of a cosine that a word's or token's map has anywhere, as of its highest; null as {@link chanceOf} is. */
export function chanceAt(explanation: Explanation, shown: Judged, value: number): number | null {
  const maxima = controlsOf(explanation, shown);
  return maxima && (1 + reaching(maxima, value)) / (maxima.length + 1);
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
  const p = (1 + reached) / (among + 1);
  return {
    value,
    among,
    percentile: (among - reached) / among,
    p,
    z: spread > 0 ? (value - (mean(maxima) as number)) / spread : null,
    level: levelOf(maxima),
    beyond: p <= CHANCE,
  };
}

/**
 * Cosine that marks chance for what is shown: for a maximum over words, that of a single word. Null where the map's numbers
 * are no cosines, or chance was not measured.
 */
export function chanceLevel(explanation: Explanation, shown: Judged): number | null {
  const maxima = shown.map.description.chance ? baselineMaxima(explanation, shown) : null;
  return maxima && levelOf(maxima);
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
  return (group && baseline?.maxima[group]) ?? null;
}

function groupOf(tokens: QueryToken[], shown: Judged): BaselineGroup | null {
  if (shown.kind === "word") return "words";
  // Of the aggregates only the maximum has cells that are cosines of single tokens; of mixed kinds words decide.
  if (shown.kind === "difference" || (shown.kind === "aggregate" && shown.aggregate !== "max")) return null;
  const kinds = shown.tokens.map((t) => tokens[t].kind);
  return kinds.includes("word") ? "word" : kinds[0];
}

function levelOf(maxima: Float32Array): number | null {
  const allowed = Math.floor(CHANCE * (maxima.length + 1) + 1e-9) - 1;
  return allowed < 0 ? null : maxima[maxima.length - 1 - allowed];
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
