import type { LensData } from "../data/lens-state.js";
import type { Explanation } from "../data/vocabulary.js";

/** Only cosines of one model (same weights, same prompts) can be compared as numbers. */
export function sameModel(a: Explanation, b: Explanation): boolean {
  const [one, two] = [a.provenance.model, b.provenance.model];
  return one.id === two.id && one.profile === two.profile && one.revision === two.revision;
}

/** Indices of what the same model says to the same query, on all pages. */
export function siblings(data: LensData, of: Explanation): number[] {
  return data.explanations.flatMap((e, i) => (e.query.text === of.query.text && sameModel(e, of) ? [i] : []));
}

/** After A moved to another page or query: what takes the place of B, which is there to be compared with A. */
export function followingCompare(
  data: Pick<LensData, "explanations">,
  before: number,
  now: number,
  compare: number,
): number {
  if (compare === now) return before;
  const [was, a, b] = [before, now, compare].map((i) => data.explanations[i]);
  // Only a B that was another model's word on the same page and query goes along.
  if (!was || sameModel(was, b) || b.page !== was.page || b.query.text !== was.query.text) return compare;
  const next = data.explanations.findIndex(
    (e) => sameModel(e, b) && e.page === a.page && e.query.text === a.query.text,
  );
  return next < 0 ? compare : next;
}
