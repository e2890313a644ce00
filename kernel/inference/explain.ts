import { type Explanation, type MultiVector, maxsim, type Page, similarityMaps } from "../../core/index.js";
import type { Model, PageEmbedding, QueryEmbedding } from "../models/index.js";
import { provenance } from "./provenance.js";

/** Why a page matches a query: similarity maps, late interaction, and what made them. */
export async function explainPage(
  model: Model,
  page: Page,
  query: string | QueryEmbedding,
  options: { signal?: AbortSignal } = {},
): Promise<Explanation> {
  const asked = typeof query === "string" ? await model.embedQuery(query) : query;
  const { grid, vectors } = await model.embedPage(page, options);
  const all = await model.maxsim.cosines(asked.vectors, vectors);
  return {
    kind: "explanation",
    query: asked.query,
    grid: { rows: grid.rows, columns: grid.columns },
    maps: similarityMaps(all, vectors.count, grid),
    maxsim: maxsim(all, vectors.count, grid),
    domain: model.domain,
    provenance: provenance(model, page, asked.query),
  };
}

/** Largest block of page vectors that is scored in one go, in numbers. */
const BLOCK = 16 * 2 ** 20;

/**
 * Page scores of a query, in the order of the pages: `sum over query tokens of the maximum over ALL page vectors`. Pages are
 * never padded to one length: a padding vector would lift a negative maximum to 0.
 */
export async function score(
  model: Model,
  pages: readonly (Page | PageEmbedding)[],
  query: string | QueryEmbedding,
  options: { signal?: AbortSignal } = {},
): Promise<Float32Array> {
  const { vectors: asked } = typeof query === "string" ? await model.embedQuery(query) : query;
  const out = new Float32Array(pages.length);
  for (let start = 0; start < pages.length; ) {
    const block: MultiVector[] = [];
    do {
      options.signal?.throwIfAborted();
      const page = pages[start + block.length];
      const { vectors } = "kind" in page ? await model.embedPage(page, options) : page;
      if (block.length > 0 && vectors.count !== block[0].count) break;
      block.push(vectors);
    } while (start + block.length < pages.length && block.length * block[0].data.length < BLOCK);
    out.set(await model.maxsim.scores(asked, joined(block), block[0].count), start);
    start += block.length;
  }
  return out;
}

function joined(block: MultiVector[]): Float32Array {
  if (block.length === 1) return block[0].data;
  const all = new Float32Array(block.length * block[0].data.length);
  block.forEach((v, i) => {
    all.set(v.data, i * v.data.length);
  });
  return all;
}
