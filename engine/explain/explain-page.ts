import { type Explanation, maxsim, type Page, similarityMaps } from "../../core/index.js";
import { stopSignal } from "../stop-signal.js";
import { type ControlQueries, MATCHED, measureChance } from "./baseline.js";
import type { EmbedOptions, Model, PageEmbedding, QueryEmbedding, StopOptions } from "./model.js";
import { provenance } from "./provenance.js";

/**
 * Why a page matches a query: similarity maps, late interaction, what chance would do, and what made them.
 * @param options.baseline the queries that measure chance (default: words like the asked ones), or null for none
 */
export async function explainPage(
  model: Model,
  page: Page,
  query: string | QueryEmbedding,
  options: StopOptions & { baseline?: ControlQueries | null } = {},
): Promise<Explanation> {
  const signal = stopSignal(options.signal);
  const asked = typeof query === "string" ? await model.embedQuery(query, { signal }) : query;
  const embedded = await model.embedPage(page, { signal });
  const { grid, vectors } = embedded;
  const { baseline = MATCHED } = options;
  const all = await model.maxsim.cosines(asked.vectors, vectors);
  const explanation: Explanation = {
    kind: "explanation",
    query: asked.query,
    grid: { rows: grid.rows, columns: grid.columns },
    maps: similarityMaps(all, vectors.count, grid),
    maxsim: maxsim(all, vectors.count, grid),
    domain: model.domain,
    baseline: null,
    provenance: provenance(model, page, await page.digest({ signal }), asked.query),
  };
  return baseline ? measureChance(model, page, embedded, explanation, baseline, { signal }) : explanation;
}

/**
 * Page scores of a query, in the order of the pages: `sum over query tokens of the maximum over ALL page vectors`. Pages are
 * never padded to one length: a padding vector would lift a negative maximum to 0. Embeddings are let go as soon as they are
 * scored, so that any number of pages can be.
 */
export async function score(
  model: Model,
  pages: readonly (Page | PageEmbedding)[],
  query: string | QueryEmbedding,
  options: EmbedOptions = {},
): Promise<Float32Array> {
  const signal = stopSignal(options.signal);
  const { vectors: asked } = typeof query === "string" ? await model.embedQuery(query, { signal }) : query;
  const out = new Float32Array(pages.length);
  let i = 0;
  for await (const { vectors } of embeddings(model, pages, { ...options, signal })) {
    signal?.throwIfAborted();
    out[i++] = await model.maxsim.score(asked, vectors);
  }
  return out;
}

const isPage = (one: Page | PageEmbedding): one is Page => "kind" in one;

async function* embeddings(
  model: Model,
  pages: readonly (Page | PageEmbedding)[],
  options: EmbedOptions,
): AsyncGenerator<PageEmbedding> {
  if (pages.every(isPage)) yield* model.streamEmbeddings(pages, options);
  else for (const page of pages) yield isPage(page) ? await model.embedPage(page, options) : page;
}
