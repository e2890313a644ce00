import type { Explanation, TokenKind } from "../data/vocabulary.js";
import { type PatchValue, tokenMap } from "./maxsim.js";
import { topPlaces } from "./places.js";

/** What one token gives to a score, and how much better its best place is than the next one. */
export interface Margin {
  token: number;
  /** The tokenizer's string. Data, never markup. */
  text: string;
  kind: TokenKind;
  /** Highest cosine with any vector of the page: what it adds to the score. */
  best: number;
  /** Share of the page score; the shares of all tokens add up to 1. */
  share: number;
  /** The best place of its map, and the next one that stands apart from it; null where the map has one peak only. */
  place: PatchValue;
  runnerUp: PatchValue | null;
  /** How far the best place lies above the runner-up; null without one. */
  placeMargin: number | null;
  /** The other page on which the token is highest, by its index among `others`, and how much it is higher here; null without pages. */
  page: number | null;
  pageMargin: number | null;
  /** Whether it fits anywhere: as high, to within 5 %, in a place apart and, where there are other pages, on most of them. */
  anywhere: boolean;
}

/** Closer than this share of its cosine is as good. */
const AS_GOOD = 0.05;

/**
 * Tokens by what they give to the page score, highest first.
 * @param others the same query on other pages, by the same model
 */
export function margins(explanation: Explanation, others: readonly Explanation[]): Margin[] {
  const { maps, maxsim, query } = explanation;
  return query.tokens
    .map(({ index, text, kind }): Margin => {
      const { best, row, column, patchBest } = maxsim.tokens[index];
      const [, runnerUp = null] = topPlaces(tokenMap(maps, index), 2);
      const elsewhere = others.map((other) => other.maxsim.tokens[index].best);
      const page = elsewhere.length === 0 ? null : elsewhere.indexOf(Math.max(...elsewhere));
      const asGood = (value: number) => value >= best - AS_GOOD * Math.abs(best);
      const pages = elsewhere.filter(asGood).length;
      return {
        token: index,
        text,
        kind,
        best,
        share: best / maxsim.score,
        place: { row, column, value: patchBest },
        runnerUp,
        placeMargin: runnerUp && patchBest - runnerUp.value,
        page,
        pageMargin: page === null ? null : best - elsewhere[page],
        anywhere: runnerUp !== null && asGood(runnerUp.value) && pages * 2 >= elsewhere.length,
      };
    })
    .sort((a, b) => b.best - a.best || a.token - b.token);
}

/** What a token gives to the score of one page more than to that of another. */
export interface Contrast {
  token: number;
  /** The tokenizer's string. Data, never markup. */
  text: string;
  kind: TokenKind;
  /** Highest cosine with any vector of each page. */
  a: number;
  b: number;
  /** `a - b`: over all tokens the difference of the page scores. */
  difference: number;
}

/**
 * Why a page scores above another: token by token, the largest difference first.
 * @throws RangeError where they are not of one query, tokenised alike
 */
export function contrast(a: Explanation, b: Explanation): Contrast[] {
  const ids = ({ query }: Explanation) => query.tokens.map(({ id }) => id).join(" ");
  if (ids(a) !== ids(b))
    throw new RangeError(
      `invalid pages: one is of ${JSON.stringify(a.query.text)} and one of ${JSON.stringify(b.query.text)} or of another model, expected the same query and model`,
    );
  return a.query.tokens
    .map(({ index, text, kind }) => {
      const [of, less] = [a.maxsim.tokens[index].best, b.maxsim.tokens[index].best];
      return { token: index, text, kind, a: of, b: less, difference: of - less };
    })
    .sort((x, y) => Math.abs(y.difference) - Math.abs(x.difference) || x.token - y.token);
}
