import { group } from "d3-array";
import type { LensData } from "../data/lens-state.js";
import { printable } from "../data/printable.js";
import { queryText } from "../interaction/siblings.js";

/** How many earlier queries a lens keeps. */
const EARLIER = 5;

/**
 * A lens's data after a new query: the new results first, then what is kept of earlier queries, latest first: each on
 * the page that was best for it, and on the page that is best now, so that queries can be compared there. What was there
 * before stays as it is, chance included.
 * @param inView key of a result that stays in any case: what is asked may be meant to stand beside it
 */
export function withEarlier(now: LensData, before: LensData | undefined, inView?: string): LensData {
  if (!before) return now;
  const asked = new Set(now.order.map((key) => queryText(now, key)));
  const earlier = group(
    before.order.filter((key) => !asked.has(queryText(before, key))),
    (key) => queryText(before, key),
  );
  const best = now.results[now.order[0]].page;
  const pageOf = (key: string) => before.results[key].page;
  const kept = Array.from(earlier.values()).flatMap((all, i) =>
    all.filter((key) => key === inView || (i < EARLIER && [pageOf(all[0]), best].includes(pageOf(key)))),
  );
  const order = [...now.order, ...kept];
  const results = chosen(now.results, before.results, order);
  const used = (part: "model" | "query" | "page") => Object.values(results).map((result) => result[part]);
  return {
    models: chosen(now.models, before.models, used("model")),
    queries: chosen(now.queries, before.queries, used("query")),
    pages: chosen(now.pages, before.pages, used("page")),
    results,
    order,
  };
}

function chosen<T>(now: Record<string, T>, before: Record<string, T>, keys: string[]): Record<string, T> {
  return Object.fromEntries(keys.map((key) => [key, before[key] ?? now[key]]));
}

/** A query that a lens can show again. */
export interface AskedQuery {
  text: string;
  /** The text as it is shown: one line, shortened. */
  label: string;
  /** Key of the result on the page that was best for it. */
  result: string;
}

/** The queries that a lens holds, each once, in the order in which they were last asked: the newest last. */
export function askedQueries(data: LensData): AskedQuery[] {
  const first = new Map<string, string>();
  for (const key of data.order) {
    const text = queryText(data, key);
    if (!first.has(text)) first.set(text, key);
  }
  return Array.from(first, ([text, result]) => ({ text, label: printable(text, 60), result })).reverse();
}
