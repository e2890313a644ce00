import type { LensData, LensExplanation } from "./lens-state.js";

/** How many earlier queries a lens keeps to compare with. */
const EARLIER = 3;

/**
 * A lens's data after a new query: the new explanations first, then what earlier queries said about the page that
 * is best now, latest first, so that queries can be compared.
 */
export function withEarlier(now: LensData, before: LensData | undefined): LensData {
  if (!before) return now;
  const seen = new Set(now.explanations.map((e) => e.query.text));
  const best = now.explanations[0].page;
  const kept: LensExplanation[] = [];
  for (const explanation of before.explanations) {
    const { query, page } = explanation;
    if (seen.has(query.text) || before.pages[page].sha256 !== now.pages[best].sha256) continue;
    seen.add(query.text);
    kept.push({ ...explanation, page: best });
  }
  return { pages: now.pages, explanations: [...now.explanations, ...kept.slice(0, EARLIER)] };
}
