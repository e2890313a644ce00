import { keyOf } from "./keys.js";
import type { LensData, LensExplanation, LensPage, Result } from "./lens-state.js";
import type { Explanation } from "./vocabulary.js";

const assembled = new WeakMap<Result, { from: unknown[]; explanation: LensExplanation }>();

/**
 * A result with what its keys lead to: the same object as long as these are.
 * @param key one of `data.order`
 */
export function explanationOf(data: LensData, key: string): LensExplanation {
  const result = data.results[key];
  const [model, query, page] = [
    data.models[result.model],
    data.queries[result.query],
    data.pages[result.page],
  ];
  const earlier = assembled.get(result);
  if (earlier && [model, query, page].every((part, i) => part === earlier.from[i]))
    return earlier.explanation;
  const { maps, maxsim, baseline, layers, attention, versions, date } = result;
  const explanation: LensExplanation = {
    kind: "explanation",
    key,
    page: result.page,
    query,
    grid: { rows: maps.rows, columns: maps.columns },
    maps,
    maxsim,
    domain: model.domain,
    baseline,
    ...(layers && { layers }),
    ...(attention && { attention }),
    provenance: {
      model: model.provenance,
      processor: { ...result.resized, ...model.processor },
      page: {
        file: page.name,
        number: page.number,
        sha256: page.sha256,
        width: page.width,
        height: page.height,
        dpi: page.dpi,
        renderer: page.renderer,
      },
      query: { text: query.text, ids: query.tokens.map((token) => token.id) },
      versions,
      date,
    },
  };
  assembled.set(result, { from: [model, query, page], explanation });
  return explanation;
}

/** All of a lens, in its order. */
export function explanationsOf(data: LensData): LensExplanation[] {
  return data.order.map((key) => explanationOf(data, key));
}

/** An explanation and the page that it is of. */
export interface Explained {
  explanation: Explanation;
  page: LensPage;
}

/** The keys under which a lens has an explanation's parts, and their result. */
export function keysOf({
  explanation,
  page,
}: Explained): Record<"model" | "query" | "page" | "result", string> {
  const { query: asked, domain, provenance } = explanation;
  const { width, height, ...processor } = provenance.processor;
  const model = keyOf("m", provenance.model, processor, domain);
  const query = keyOf("q", model, asked.text, asked.tokens);
  const from = keyOf("p", page.sha256, page.name, page.number);
  return { model, query, page: from, result: keyOf("r", model, query, from) };
}

/** Lens data of explanations, in their order: each model, query and page once. */
export function lensDataOf(explained: readonly Explained[]): LensData {
  const data: LensData = { models: {}, queries: {}, pages: {}, results: {}, order: [] };
  for (const each of explained) {
    const { result: key, ...keys } = keysOf(each);
    if (data.results[key]) continue;
    const { query, maps, maxsim, domain, baseline, layers, attention, provenance } = each.explanation;
    const { width, height, ...processor } = provenance.processor;
    const { versions, date } = provenance;
    data.models[keys.model] ??= { provenance: provenance.model, processor, domain };
    data.queries[keys.query] ??= query;
    data.pages[keys.page] ??= each.page;
    const resized = { width, height };
    const numbers = {
      maps,
      maxsim,
      baseline,
      ...(layers && { layers }),
      ...(attention && { attention }),
    };
    data.results[key] = { kind: "result", ...keys, resized, ...numbers, versions, date };
    data.order.push(key);
  }
  return data;
}
