import type { LensData, LensExplanation } from "./lens-state.js";

/** How many earlier queries a lens keeps to compare with. */
const EARLIER = 3;

/**
 * A lens's data after a new query: the new explanations first, then what earlier queries said about the page that
 * is best now, latest first, so that queries can be compared.
 */
export function withEarlier(now: LensData, before: LensData | undefined): LensData {
  if (!before) return now;
  const asked = new Set(now.explanations.map((e) => e.query.text));
  const best = now.explanations[0].page;
  const kept = new Map<string, LensExplanation[]>();
  for (const explanation of before.explanations) {
    const { query, page } = explanation;
    if (asked.has(query.text) || before.pages[page].sha256 !== now.pages[best].sha256) continue;
    kept.set(query.text, [...(kept.get(query.text) ?? []), { ...explanation, page: best }]);
  }
  return {
    pages: now.pages,
    explanations: [...now.explanations, ...Array.from(kept.values()).slice(0, EARLIER).flat()],
  };
}
