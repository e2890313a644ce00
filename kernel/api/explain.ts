import { allOf } from "../../core/data/all-of.js";
import type { Page } from "../../core/index.js";
import { type BaselineOption, controlQueries } from "../../engine/explain/index.js";
import type { Model } from "../hub/load-model.js";
import { stopSignal } from "../interrupt.js";
import { pageList } from "../pages/page-list.js";
import type { Report } from "../widgets/progress.js";
import { Lens } from "./lens.js";

export interface ExplainOptions {
  /** How many of the best pages the lens holds with their maps; default 12. All pages are ranked. */
  top?: number;
  /**
   * What chance is measured with: "matched" or true (the default) for 300 words like each asked one, as long, in as many
   * tokens, of its language, and not printed on the page; "everyday" for the same 100 queries for every word; your own list of
   * at least 19 queries that have nothing to do with the pages; or false for none.
   */
  baseline?: BaselineOption;
  /** Stops it, as an interrupt of the cell does in any case; what is embedded stays in the cache. */
  signal?: AbortSignal;
  /** Called with pages done and pages in all. Without it a notebook shows a bar in the cell. */
  onProgress?: Report;
}

/**
 * Explains how a query matches one or several pages. Pages already embedded by the same model, prompt profile and
 * pixels are not embedded again. Pages are rendered, embedded and scored one by one: what is kept are the best ones' maps, and
 * of pixels and embeddings as many as the caches hold.
 * @param model one, or several to compare (also the same with two profiles: `[model, model.withProfile("…")]`); the
 *   first one ranks the pages
 * @param pages one, several, or a stream of them as `streamPages` gives
 * @param query 1 or more words; an empty query is an error
 * @returns the lens with its maps; as the last value of a cell it shows itself. In a notebook chance is measured after that,
 *   while the cell is still busy (`await lens.measured`)
 */
export async function explain(
  model: Model | readonly Model[],
  pages: Page | readonly Page[] | AsyncIterable<Page>,
  query: string,
  options: ExplainOptions = {},
): Promise<Lens> {
  const models = Array.isArray(model) ? [...model] : [model as Model];
  if (models.length === 0)
    throw new RangeError("invalid models: none, expected at least one (loadModel gives it)");
  const baseline = controlQueries(options.baseline);
  const signal = stopSignal(options.signal);
  // What the query cannot be is said before the long work.
  for (const one of models) one.tokenize(query);
  const all = await allOf<Page>("kind" in pages ? [pages] : pages);
  if (all.length === 0)
    throw new RangeError("invalid pages: none, expected at least one page (openPages gives them)");
  const lens = new Lens(models, pageList(all), options.top ?? 12, baseline, options.onProgress);
  return lens.ask(query, { signal });
}
