import { group } from "d3-array";
import type { LensData, LensExplanation } from "../data/lens-state.js";
import { printable } from "../data/printable.js";

/** How many earlier queries a lens keeps. */
const EARLIER = 5;

/**
 * A lens's data after a new query: the new explanations first, then what is kept of earlier queries, latest first: each on
 * the page that was best for it, and on the page that is best now, so that queries can be compared there.
 */
export function withEarlier(now: LensData, before: LensData | undefined): LensData {
  if (!before) return now;
  const asked = new Set(now.explanations.map((e) => e.query.text));
  const earlier = group(
    before.explanations.filter((e) => !asked.has(e.query.text)),
    (e) => e.query.text,
  );
  const pages = [...now.pages];
  const best = pages[now.explanations[0].page].sha256;
  const keep = (explanation: LensExplanation): LensExplanation => {
    const page = before.pages[explanation.page];
    const at = pages.findIndex((p) => p.sha256 === page.sha256);
    return { ...explanation, page: at < 0 ? pages.push(page) - 1 : at };
  };
  const kept = Array.from(earlier.values())
    .slice(0, EARLIER)
    .flatMap((all) => all.filter((e) => e.page === all[0].page || before.pages[e.page].sha256 === best));
  return { pages, explanations: [...now.explanations, ...kept.map(keep)] };
}

/** A query that a lens can show again. */
export interface AskedQuery {
  text: string;
  /** The text as it is shown: one line, shortened. */
  label: string;
  /** Index into `LensData.explanations`: the query on the page that was best for it. */
  explanation: number;
}

/** The queries that a lens holds, each once, in the order in which they were last asked: the newest last. */
export function askedQueries({ explanations }: Pick<LensData, "explanations">): AskedQuery[] {
  const first = new Map<string, number>();
  for (const [i, { query }] of explanations.entries()) if (!first.has(query.text)) first.set(query.text, i);
  return Array.from(first, ([text, explanation]) => ({
    text,
    label: printable(text, 60),
    explanation,
  })).reverse();
}
