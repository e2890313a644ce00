import type { LensView } from "../data/lens-state.js";
import { printable } from "../data/printable.js";
import type { Explanation, Query } from "../data/vocabulary.js";
import type { Judged } from "../interaction/chance.js";

/** What of a view says which map is shown. */
export type Selection = Pick<LensView, "quantity" | "token" | "word" | "scope" | "aggregate" | "chance"> &
  Partial<Pick<LensView, "stage" | "layer" | "head" | "region">>;

/** The one map that a view shows, with its name. */
export interface Shown extends Judged {
  /** For a heading: `“arrows”`, `maximum over 3 words`. */
  label: string;
  /** True where there is no map of what is selected, so that a wider one is shown: the word's, the query's. */
  wider: boolean;
  /** What else is said of it; nothing of several maps together. */
  note?: string;
}

/** What a map is of, before it has one. */
type Named = Omit<Shown, "map" | "wider">;

/** Tokens that have chips and count in aggregates; all of them when the query has no words. */
export function scopeTokens({ query }: Pick<Explanation, "query">, scope: LensView["scope"]): number[] {
  const words = query.tokens.filter((t) => t.kind === "word");
  const chosen = scope === "words" && words.length > 0 ? words : query.tokens;
  return chosen.map((t) => t.index);
}

export function tokenSelection(query: Query, index: number): Named {
  const token = query.tokens[index];
  // The only token of a word stands for the word.
  const word = token.word === null ? undefined : query.words[token.word];
  if (word?.tokens.length === 1) return wordSelection(query, word.index);
  return { kind: "token", label: quoted(token.text), aggregate: null, tokens: [index] };
}

export function wordSelection(query: Query, index: number): Named {
  const { text, tokens } = query.words[index];
  return { kind: "word", label: quoted(text), aggregate: null, tokens };
}

function quoted(text: string): string {
  return `“${printable(text, 60)}”`;
}
