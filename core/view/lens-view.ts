import { finite, flag, integer, invalid, oneOf, orNull, record, refusal } from "../data/check.js";
import { currentView } from "../data/earlier-versions.js";
import { explanationOf } from "../data/explanation-of.js";
import {
  AGGREGATES,
  BLENDS,
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
import { DIVERGING_NAMES, PALETTE_NAMES } from "../data/palette-names.js";
import type { Explanation } from "../data/vocabulary.js";
import { followingCompare } from "../interaction/siblings.js";
import { decodeRegion, followingRegion } from "./region.js";
import { canonical, GROUPS } from "./view-names.js";

/** How a lens opens: the aggregate of all words, nearest cells, an alpha ramp over the model's own range. */
export function defaultView({ order }: LensData): LensView {
  return {
    result: order[0],
    token: null,
    word: null,
    scope: "words",
    aggregate: "max",
    color: {
      palette: "viridis",
      diverging: "PuOr",
      scale: "absolute",
      domain: null,
      opacity: 0.8,
      threshold: null,
      blend: "alpha",
    },
    marks: { best: 1, contours: 0 },
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
 * - Of a group as much changes as is given: `{ color: { palette: "mako" } }` keeps the opacity.
 * @param spelled names as in `LensView`, or as the field spells them (`color.normalize` is `color.scale`)
 * @throws RangeError naming the property (`invalid view.color.palette: "jet", expected one of …`), also one that is none
 */
export function changeView(data: LensData, view: LensView, spelled: ViewChange): LensView {
  const change = canonical(spelled, view);
  const next: LensView = {
    ...view,
    ...change,
    color: color({ ...view.color, ...change.color }),
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
  oneOf(next.cells, "view.cells", CELLS);
  oneOf(next.chance, "view.chance", CHANCES);
  flag(next.difference, "view.difference");
  oneOf(next.layout, "view.layout", LAYOUTS);
  next.region =
    change.region === undefined
      ? followingRegion(data, view, next)
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
  const { result, token, word, compare, difference, region, zoom } = defaultView(data);
  return { ...before, result, token, word, compare, difference, region, zoom };
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

function range(value: unknown): [number, number] {
  if (!Array.isArray(value) || value.length !== 2)
    throw invalid("view.color.domain", value, "two cosines, for example [0.2, 0.8]");
  const low = finite(value[0], "view.color.domain[0]", -1, 1);
  const high = finite(value[1], "view.color.domain[1]", -1, 1);
  if (low >= high) throw refusal("view.color.domain", `${low} to ${high}`, "the lower end first");
  return [low, high];
}

function color(given: ColorView): ColorView {
  return {
    palette: oneOf(given.palette, "view.color.palette", PALETTE_NAMES),
    diverging: oneOf(given.diverging, "view.color.diverging", DIVERGING_NAMES),
    scale: oneOf(given.scale, "view.color.scale", SCALE_NAMES),
    domain: orNull(given.domain, range),
    opacity: finite(given.opacity, "view.color.opacity", 0, 1),
    threshold: orNull(given.threshold, (v) => finite(v, "view.color.threshold", -1, 1)),
    blend: oneOf(given.blend, "view.color.blend", BLENDS),
  };
}

function marks(given: MarksView): MarksView {
  return {
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
