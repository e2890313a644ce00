import { isAttention } from "../data/attention-quantities.js";
import { finite, flag, integer, invalid, oneOf, orNull, record } from "../data/check.js";
import { currentView } from "../data/earlier-versions.js";
import { explanationOf } from "../data/explanation-of.js";
import { quantitiesOf } from "../data/layers.js";
import {
  AGGREGATES,
  BLENDS,
  type Blend,
  CELLS,
  CHANCES,
  type ColorView,
  LAYOUTS,
  type LensData,
  type LensView,
  type MarksView,
  SCALE_NAMES,
  SCOPES,
  type ViewChange,
  type Zoom,
} from "../data/lens-state.js";
import { DIVERGING_NAMES, PALETTE_CHOICES } from "../data/palette-names.js";
import { COSINE_QUANTITY, type Quantity } from "../data/quantities.js";
import { parse, range } from "../data/schema.js";
import type { Explanation } from "../data/vocabulary.js";
import { followingCompare } from "../interaction/siblings.js";
import { attentionChosen } from "./attention-chosen.js";
import { decodeRegion, followingRegion } from "./region.js";
import { canonical, GROUPS } from "./view-names.js";

/** How strong colours are by default, by how they lie on the page: what covers print must let it through. */
const OPACITY: Record<Blend, number> = { tint: 1, alpha: 0.8, multiply: 0.8, outline: 0.8 };

/** How a lens opens: the aggregate of all words, nearest cells, tinted over the model's own range. */
export function defaultView({ order }: LensData): LensView {
  return {
    result: order[0],
    token: null,
    word: null,
    scope: "words",
    aggregate: "max",
    quantity: COSINE_QUANTITY.name,
    stage: null,
    layer: null,
    head: null,
    color: {
      palette: "auto",
      diverging: "blue-amber",
      scale: "absolute",
      domain: null,
      opacity: OPACITY.tint,
      threshold: null,
      blend: "tint",
    },
    marks: { hits: true, best: 0, contours: 0 },
    cells: "nearest",
    chance: "marked",
    compare: null,
    difference: false,
    layout: "single",
    region: null,
    zoom: { scale: 1, x: 0.5, y: 0.5 },
  };
}

/**
 * The view after some properties were set: the one rule for a click, a cell and a message.
 * - `token` takes its word along, and null clears the word; `word` picks its token when it has only one.
 * - Another result keeps the selection only if it is of the same query; a region only on the same grid, on the side
 *   where it was drawn. A B that is another model's view of the page goes along to the new page.
 * - Another blend has its own opacity, as long as nobody has chosen one.
 * - Another quantity has its own range and threshold. A result, or a B, without the quantity shows cosines.
 * - Of attention another stage has its own layers and heads, and another word or token its own patch, which takes the place of one
 *   that was locked.
 * - Of a group as much changes as is given: `{ color: { palette: "mako" } }` keeps the opacity.
 * @param spelled names as in `LensView`, or as the field spells them (`color.normalize` is `color.scale`)
 * @throws RangeError naming the property (`invalid view.color.palette: "jet", expected one of …`), also one that is none
 */
export function changeView(data: LensData, view: LensView, spelled: ViewChange): LensView {
  const change = canonical(spelled, view);
  const next: LensView = {
    ...view,
    ...change,
    color: view.color,
    marks: marks({ ...view.marks, ...change.marks }),
    zoom: zoom({ ...view.zoom, ...change.zoom }),
  };
  next.result = resultKey(data, next.result, "view.result");
  const before = Object.hasOwn(data.results, view.result) ? explanationOf(data, view.result) : undefined;
  const now = explanationOf(data, next.result);
  if (before?.query.text !== now.query.text || before.query.tokens.length !== now.query.tokens.length) {
    next.token = change.token ?? null;
    next.word = change.word ?? null;
  }
  select(now, next, change);
  next.compare = orNull(next.compare, (key) => resultKey(data, key, "view.compare"));
  if (change.compare === undefined && next.compare !== null)
    next.compare = followingCompare(data, view.result, next.result, next.compare);
  oneOf(next.scope, "view.scope", SCOPES);
  oneOf(next.aggregate, "view.aggregate", AGGREGATES);
  next.color = quantity(data, view, next, change);
  Object.assign(next, attentionChosen(data.results[next.result], next, change));
  oneOf(next.cells, "view.cells", CELLS);
  oneOf(next.chance, "view.chance", CHANCES);
  flag(next.difference, "view.difference");
  oneOf(next.layout, "view.layout", LAYOUTS);
  next.region =
    change.region === undefined
      ? isAttention(next.quantity) && isAnother(change, view)
        ? null
        : followingRegion(data, view, next)
      : orNull(change.region, (v) => decodeRegion(v, data, next));
  return next;
}

/**
 * Reads a view that was saved or sent, by this version or an earlier one: missing properties take their defaults, unknown
 * ones are dropped.
 * @throws RangeError as `changeView`
 */
export function decodeLensView(data: LensData, raw: unknown): LensView {
  const base = defaultView(data);
  const given = own(currentView(record(raw, "view")), base);
  for (const group of GROUPS)
    if (given[group] !== undefined) given[group] = own(record(given[group], `view.${group}`), base[group]);
  return changeView(data, base, given);
}

/** Those of the properties that `base` has, too. */
function own(given: Record<string, unknown>, base: object): Record<string, unknown> {
  const names = Object.keys(base).filter((name) => given[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

/** The view of new data: how things are drawn stays, what was selected in the old data does not. */
export function keepSettings(data: LensData, before: LensView): LensView {
  const fresh = defaultView(data);
  const { result, token, word, quantity, stage, layer, head, compare, difference, region, zoom } = fresh;
  const color = { ...before.color };
  if (before.quantity !== quantity) Object.assign(color, { domain: null, threshold: null });
  const chosen = { result, token, word, quantity, stage, layer, head, compare, difference, region, zoom };
  return { ...before, ...chosen, color };
}

/** True when two views show the same. */
export function sameView(a: LensView, b: LensView): boolean {
  return JSON.stringify(a, inOrder) === JSON.stringify(b, inOrder);
}

function inOrder(_: string, value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value).sort()) : value;
}

function resultKey({ results, order }: LensData, value: unknown, name: string): string {
  if (typeof value === "string" && Object.hasOwn(results, value)) return value;
  const more = order.length > 3 ? ", …" : "";
  throw invalid(name, value, `the key of a result: ${order.slice(0, 3).join(", ")}${more}`);
}

function select(explanation: Explanation, next: LensView, change: ViewChange): void {
  const { tokens, words } = explanation.query;
  orNull(next.token, (v) => integer(v, "view.token", 0, tokens.length - 1));
  orNull(next.word, (v) => {
    if (words.length === 0) throw invalid("view.word", v, "null: the query has no words");
    return integer(v, "view.word", 0, words.length - 1);
  });
  // A saved view names both; the token is the finer statement.
  if (change.token !== undefined && (change.token !== null || change.word === undefined))
    next.word = next.token === null ? null : tokens[next.token].word;
  else if (change.word !== undefined) {
    const parts = next.word === null ? [] : words[next.word].tokens;
    next.token = parts.length === 1 ? parts[0] : null;
  }
}

/** Whether a change selects a word or a token. */
function isAnother(change: ViewChange, { token, word }: LensView): boolean {
  return (
    (change.word !== undefined && change.word !== word) ||
    (change.token !== undefined && change.token !== token)
  );
}

/** What can be chosen as the quantity of a view: what A has maps of, and in a comparison B, too. */
export function viewQuantities(
  { results }: LensData,
  { result, compare }: Pick<LensView, "result" | "compare">,
): Quantity[] {
  const b = compare === null ? null : quantitiesOf(results[compare]);
  return quantitiesOf(results[result]).filter(
    ({ name }) => b === null || b.some((other) => other.name === name),
  );
}

/** Settles which quantity is shown, and how: a range and a threshold are numbers of one quantity only. */
function quantity(data: LensData, view: LensView, next: LensView, change: ViewChange): ColorView {
  const all = viewQuantities(data, next);
  const names = all.map(({ name }) => name);
  if (change.quantity !== undefined) oneOf(next.quantity, "view.quantity", names);
  else if (!names.includes(next.quantity)) next.quantity = COSINE_QUANTITY.name;
  const own = next.quantity === view.quantity ? {} : { domain: null, threshold: null };
  const of = all[names.indexOf(next.quantity)];
  const { blend = view.color.blend } = change.color ?? {};
  const isChosen = view.color.opacity !== OPACITY[view.color.blend];
  const opacity = isChosen ? view.color.opacity : (OPACITY[blend] ?? view.color.opacity);
  return color({ ...view.color, ...own, opacity, ...change.color }, of);
}

function color(given: ColorView, { range: own, plural }: Quantity): ColorView {
  const [least, most] = own ?? [-Number.MAX_VALUE, Number.MAX_VALUE];
  return {
    palette: oneOf(given.palette, "view.color.palette", PALETTE_CHOICES),
    diverging: oneOf(given.diverging, "view.color.diverging", DIVERGING_NAMES),
    scale: oneOf(given.scale, "view.color.scale", SCALE_NAMES),
    domain: orNull(given.domain, (v) => {
      if (!Array.isArray(v) || v.length !== 2)
        throw invalid("view.color.domain", v, `two ${plural}${own ? example(own) : ""}`);
      return parse(range(least, most), v, "view.color.domain");
    }),
    opacity: finite(given.opacity, "view.color.opacity", 0, 1),
    threshold: orNull(given.threshold, (v) => finite(v, "view.color.threshold", least, most)),
    blend: oneOf(given.blend, "view.color.blend", BLENDS),
  };
}

function example([least, most]: [number, number]): string {
  const ends = [0.6, 0.9].map((part) => Number((least + part * (most - least)).toPrecision(2)));
  return `, for example [${ends.join(", ")}]`;
}

function marks(given: MarksView): MarksView {
  return {
    hits: flag(given.hits, "view.marks.hits"),
    best: integer(given.best, "view.marks.best", 0, 20),
    contours: integer(given.contours, "view.marks.contours", 0, 9),
  };
}

function zoom(given: Zoom): Zoom {
  return {
    scale: finite(given.scale, "view.zoom.scale", 1, 32),
    x: finite(given.x, "view.zoom.x", 0, 1),
    y: finite(given.y, "view.zoom.y", 0, 1),
  };
}
