import type { LensView } from "../data/lens-state.js";
import { printable } from "../data/printable.js";
import { COSINE_ABOVE_BASELINE, COSINE_QUANTITY } from "../data/quantities.js";
import type { Aggregate, Explanation } from "../data/vocabulary.js";
import { aboveBaseline, type Judged } from "../interaction/chance.js";
import { aggregate, tokenMap, wordMap } from "../interaction/maxsim.js";

/** The one map that a view shows, with its name. */
export interface Shown extends Judged {
  /** For a heading: `“arrows”`, `maximum over 3 words`. */
  label: string;
}

/** Tokens that have chips and count in aggregates; all of them when the query has no words. */
export function scopeTokens(explanation: Explanation, scope: LensView["scope"]): number[] {
  const words = explanation.query.tokens.filter((t) => t.kind === "word");
  const chosen = scope === "words" && words.length > 0 ? words : explanation.query.tokens;
  return chosen.map((t) => t.index);
}

const cache = new WeakMap<Explanation, Map<string, Shown>>();

/** The map that the view's selection stands for: a token, else a word, else the aggregate. */
export function shown(
  explanation: Explanation,
  view: Pick<LensView, "token" | "word" | "scope" | "aggregate" | "chance">,
): Shown {
  const maps = cache.get(explanation) ?? new Map<string, Shown>();
  cache.set(explanation, maps);
  const key = selectionKey(view);
  const of = maps.get(key) ?? select(explanation, view);
  maps.set(key, of);
  return of;
}

function selectionKey({ token, word, scope, aggregate, chance }: Parameters<typeof shown>[1]): string {
  const less = chance === "subtracted" ? " less baseline" : "";
  if (token !== null) return `token ${token}${less}`;
  return `${word !== null ? `word ${word}` : `${aggregate} ${scope}`}${less}`;
}

function select(explanation: Explanation, view: Parameters<typeof shown>[1]): Shown {
  const { query } = explanation;
  // Winners add up to the score, which has nothing subtracted.
  const winners = view.token === null && view.word === null && view.aggregate === "winner";
  const less = view.chance === "subtracted" && explanation.baseline !== null && !winners;
  const maps = less ? aboveBaseline(explanation) : explanation.maps;
  const quantity = less ? COSINE_ABOVE_BASELINE : COSINE_QUANTITY;
  if (view.token !== null) {
    const token = query.tokens[view.token];
    // The only token of a word stands for the word.
    const word = token.word === null ? undefined : query.words[token.word];
    const whole = word?.tokens.length === 1;
    return {
      kind: whole ? "word" : "token",
      label: `“${printable(whole ? word.text : token.text, 60)}”`,
      aggregate: null,
      tokens: [view.token],
      map: tokenMap(maps, view.token).as(quantity),
    };
  }
  if (view.word !== null) {
    const { text, tokens } = query.words[view.word];
    return {
      kind: "word",
      label: `“${printable(text, 60)}”`,
      aggregate: null,
      tokens,
      map: wordMap(maps, tokens).as(quantity),
    };
  }
  const tokens = scopeTokens(explanation, view.scope);
  return {
    kind: "aggregate",
    label: `${AGGREGATE_LABELS[view.aggregate]} ${scopeLabel(explanation, tokens)}`,
    aggregate: view.aggregate,
    tokens,
    map: winners ? aggregate(maps, "winner", tokens) : aggregate(maps, view.aggregate, tokens).as(quantity),
  };
}

const AGGREGATE_LABELS: Record<Aggregate, string> = {
  max: "maximum over",
  mean: "mean over",
  winner: "MaxSim winners of",
};

function scopeLabel(explanation: Explanation, tokens: number[]): string {
  const { tokens: all, words } = explanation.query;
  const onlyWords = tokens.length < all.length || all.every((t) => t.kind === "word");
  const [n, noun] = onlyWords && words.length > 0 ? [words.length, "word"] : [tokens.length, "token"];
  return n === 1 ? `the only ${noun}` : `all ${n} ${noun}s`;
}
