import { show } from "./check.js";
import { layersTrouble } from "./layers.js";
import { LENS_LIMITS } from "./lens-limits.js";
import type { LensData } from "./lens-state.js";
import { modelSchema, pageSchema, querySchema, resultSchema } from "./result-schema.js";
import { checked, list, object, parse, record, type Schema, text, type Wrong } from "./schema.js";

/** A whole lens but for what is chosen in it. */
export const lensDataSchema: Schema<LensData> = checked(
  object<LensData>({
    models: record(modelSchema, 1, LENS_LIMITS.results),
    queries: record(querySchema, 1, LENS_LIMITS.results),
    pages: record(pageSchema, 1, LENS_LIMITS.pages),
    results: record(resultSchema, 1, LENS_LIMITS.results),
    order: list(text(300), 1, LENS_LIMITS.results),
  }),
  agreement,
);

/**
 * Reads lens data from a widget's traits, a saved notebook or an exported page and checks all of it: counts,
 * shapes, sizes, ranges, finiteness, that keys lead somewhere, and that the score adds up. Binary leaves may be any view
 * or ArrayBuffer (little-endian float32 for cosines). Strings are kept as they are: data, never markup. Only full paths
 * and addresses of earlier versions are shortened.
 * @throws RangeError naming what is wrong (`invalid results.r1.maps.data: 96 bytes, expected 24 cosines …`)
 */
export function decodeLensData(raw: unknown): LensData {
  return parse(lensDataSchema, raw, "lens data", "");
}

/** The same tree with `DataView` leaves that own their bytes: what a widget trait or a comm message carries. */
export function encodeLensData(data: unknown): unknown {
  if (ArrayBuffer.isView(data))
    return new DataView(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  if (Array.isArray(data)) return data.map(encodeLensData);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, v]) => [key, encodeLensData(v)]));
}

/** What the parts say of each other. */
function agreement({ models, queries, pages, results, order }: LensData): Wrong | null {
  let cosines = 0;
  for (const [key, { model, query, page, maps, layers = [], attention = [] }] of Object.entries(results)) {
    const places = { model: models, query: queries, page: pages };
    for (const [name, to] of Object.entries({ model, query, page }))
      if (!Object.hasOwn(places[name as keyof typeof places], to))
        return { at: ["results", key, name], is: show(to), expected: `a key of the lens's ${NAMES[name]}` };
    const { length } = queries[query].tokens;
    if (maps.tokens !== length)
      return {
        at: ["results", key, "maps", "tokens"],
        is: show(maps.tokens),
        expected: `${length}, the tokens of its query`,
      };
    const wrong = layersTrouble(layers, queries[query], maps.rows * maps.columns);
    if (wrong) return { ...wrong, at: ["results", key, "layers", ...wrong.at] };
    const further = layers.reduce((sum, layer) => sum + layer.maps.length, 0);
    cosines += (maps.tokens + further) * maps.rows * maps.columns;
    for (const { shares, uniform } of attention) cosines += shares.length + (uniform?.length ?? 0);
    if (cosines > LENS_LIMITS.cosines)
      return {
        at: ["results", key, "maps"],
        is: `${maps.tokens} tokens on ${maps.rows} x ${maps.columns} patches`,
        expected: `at most ${LENS_LIMITS.cosines} cosines in a lens`,
      };
  }
  const stray = order.findIndex((key, i) => !Object.hasOwn(results, key) || order.indexOf(key) !== i);
  if (stray >= 0)
    return { at: ["order", stray], is: show(order[stray]), expected: "the key of a result, each once" };
  const { length } = Object.keys(results);
  if (order.length !== length)
    return { at: ["order"], is: show(order), expected: `the keys of all ${length} results` };
  return null;
}

const NAMES: Record<string, string> = { model: "models", query: "queries", page: "pages" };
