import { attentionQuantities } from "./attention-quantities.js";
import { refusal, show } from "./check.js";
import type { PatchMap } from "./patch-map.js";
import { COSINE_QUANTITY, type Quantity, quantitySchema } from "./quantities.js";
import { parse, type Wrong } from "./schema.js";
import type { Explanation, Layer, LayerMap, Query } from "./vocabulary.js";

/** What of an explanation can be shown: its cosines, attention where it was read, and the quantities of its layers. */
export function quantitiesOf(of: Pick<Explanation, "layers" | "attention">): Quantity[] {
  const attention = attentionQuantities(of);
  const layers = (of.layers ?? []).map(({ quantity }) => quantity);
  const others = layers.filter(({ name }) => attention.every((quantity) => quantity.name !== name));
  return [COSINE_QUANTITY, ...attention, ...others];
}

/** The maps of a quantity beside the cosines, or null where there are none. */
export function layerOf({ layers = [] }: Pick<Explanation, "layers">, quantity: string): Layer | null {
  return layers.find((layer) => layer.quantity.name === quantity) ?? null;
}

/** What a map is of: a token or a word, by its index, or the whole query where it is neither. */
export interface MapSubject {
  token?: number;
  word?: number;
}

/**
 * Layers with a further map, which takes the place of one of the same quantity and subject.
 * @throws RangeError for a quantity that the package itself measures, for another grid than the explanation's, for a subject
 *   that the query does not have, for numbers that are not finite or not in the quantity's range
 */
export function layersWith(
  { layers = [], query, grid }: Pick<Explanation, "layers" | "query" | "grid">,
  { description, rows, columns, data }: PatchMap,
  { token, word }: MapSubject,
  note?: string,
): Layer[] {
  const quantity = parse(quantitySchema, description, "quantity");
  if (rows !== grid.rows || columns !== grid.columns)
    throw refusal("map", `${rows} x ${columns} patches`, `${grid.rows} x ${grid.columns}, as the page has`);
  const said = note === undefined ? {} : { note };
  const map: LayerMap =
    token !== undefined
      ? { of: "token", index: token, data, ...said }
      : { of: word === undefined ? "query" : "word", index: word ?? 0, data, ...said };
  const rest = layerOf({ layers }, quantity.name)?.maps.filter((other) => !sameSubject(other, map)) ?? [];
  const layer = { quantity, maps: [...rest, map] };
  const wrong = layersTrouble([layer], query, rows * columns);
  if (wrong) throw refusal(`map ${wrong.at.slice(3).join(" ")}`, wrong.is, wrong.expected);
  return [...layers.filter((other) => other.quantity.name !== quantity.name), layer];
}

/** What is wrong, and where. */
type LocatedTrouble = Wrong & Required<Pick<Wrong, "at">>;

type Subject = Pick<LayerMap, "of" | "index">;

/** Why layers are not of a query on a grid, or null where they are: one map a subject, of its size, in the quantity's range. */
export function layersTrouble(
  layers: readonly Layer[],
  query: Pick<Query, "tokens" | "words">,
  cells: number,
): LocatedTrouble | null {
  for (const [i, { quantity, maps }] of layers.entries()) {
    const { name } = quantity;
    if (layers.findIndex((layer) => layer.quantity.name === name) !== i)
      return { at: [i, "quantity", "name"], is: show(name), expected: "each quantity once" };
    const seen = new Set<string>();
    for (const [j, map] of maps.entries()) {
      const wrong = mapTrouble(map, quantity, query, cells);
      if (wrong) return { ...wrong, at: [i, "maps", j, ...wrong.at] };
      const subject = `${map.of} ${map.index}`;
      if (seen.has(subject))
        return { at: [i, "maps", j, "index"], is: show(map.index), expected: `one map of each ${map.of}` };
      seen.add(subject);
    }
  }
  return null;
}

/** True for maps of the same word, the same token, or both of the query. */
function sameSubject(a: Subject, b: Subject): boolean {
  return a.of === b.of && a.index === b.index;
}

function mapTrouble(
  { of, index, data }: LayerMap,
  { range, plural }: Quantity,
  { tokens, words }: Pick<Query, "tokens" | "words">,
  cells: number,
): LocatedTrouble | null {
  const count = { query: 1, word: words.length, token: tokens.length }[of];
  if (!Number.isInteger(index) || index < 0 || index >= count)
    return {
      at: ["index"],
      is: show(index),
      expected: count > 0 ? `an integer from 0 to ${count - 1}` : `no map of a ${of}: the query has none`,
    };
  if (data.length !== cells)
    return { at: ["data"], is: `${data.length} ${plural}`, expected: `${cells}, one a patch` };
  // The ends as float32, as the numbers are.
  const [least, most] = (range ?? [-Number.MAX_VALUE, Number.MAX_VALUE]).map((v) => Math.fround(v));
  // Written so that NaN fails, too.
  const stray = data.findIndex((v) => !(v >= least && v <= most && Number.isFinite(v)));
  if (stray < 0) return null;
  const expected = range ? `a number from ${range[0]} to ${range[1]}` : "a finite number";
  return { at: ["data", stray], is: show(data[stray]), expected };
}
