import type { LensData } from "../data/lens-state.js";
import type { Explanation } from "../data/vocabulary.js";

/** Only cosines of one model (same weights, same prompts) can be compared as numbers. */
export function sameModel(a: Pick<Explanation, "provenance">, b: Pick<Explanation, "provenance">): boolean {
  const [one, two] = [a.provenance.model, b.provenance.model];
  return one.id === two.id && one.profile === two.profile && one.revision === two.revision;
}

/** Text of the query of a result. */
export function queryText({ queries, results }: LensData, key: string): string {
  return queries[results[key].query].text;
}

/** Keys of what the same model says to the same query, on all pages, in the lens's order. */
export function siblings({ results, order }: LensData, key: string): string[] {
  const { model, query } = results[key];
  return order.filter((other) => results[other].model === model && results[other].query === query);
}

/** After A moved to another page or query: what takes the place of B, which is there to be compared with A. */
export function followingCompare(data: LensData, before: string, now: string, compare: string): string {
  if (compare === now) return before;
  const { results, order } = data;
  const [was, a, b] = [before, now, compare].map((key) => results[key]);
  // Only a B that was another model's word on the same page and query goes along.
  if (!was || was.model === b.model || b.page !== was.page) return compare;
  if (queryText(data, before) !== queryText(data, compare)) return compare;
  const next = order.find(
    (key) =>
      results[key].model === b.model &&
      results[key].page === a.page &&
      queryText(data, key) === queryText(data, now),
  );
  return next ?? compare;
}
