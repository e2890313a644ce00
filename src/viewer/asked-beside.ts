import { type LensData, type LensView, queryText } from "../../core/index.js";

/** A query that was asked to stand beside a result. */
export interface AskedBeside {
  /** Key of what stays A. */
  result: string;
  query: string;
}

/**
 * A and B once the answer is there: B is the query on A's page, else on the page that is best for it. Null as long as it is not,
 * and where A is gone.
 */
export function comparedWith(
  { result, query }: AskedBeside,
  data: LensData,
): Pick<LensView, "result" | "compare"> | null {
  const { results, order } = data;
  if (queryText(data, order[0]) !== query || !Object.hasOwn(results, result)) return null;
  const answers = order.filter((key) => queryText(data, key) === query);
  const { page, model } = results[result];
  const compare =
    answers.find((key) => results[key].page === page && results[key].model === model) ?? answers[0];
  return { result, compare };
}
