import type { LensState, LensView } from "../data/lens-state.js";
import type { Aggregate, Provenance } from "../data/vocabulary.js";
import type { PatchValue } from "../interaction/maxsim.js";
import { type Scene, scene } from "../scene/scene.js";
import { type ExplanationJson, explanationJson } from "./explanation-json.js";
import { type FigurePanel, type FigurePlan, figurePlan } from "./figure-plan.js";
import { type MapOptions, writtenMap } from "./packed-numbers.js";
import { type HitJson, hitsJson, type RegionsJson, regionsJson } from "./places-json.js";

/** What a lens shows, as a file: the explanation in view, and beside it what the picture is made of. */
export interface LensJson extends ExplanationJson {
  /** How it is drawn, without the keys of what the lens holds. */
  view: Omit<LensView, "result" | "compare">;
  /** The maps of the picture: one, A and B, their difference, or one a word. */
  shown: ShownJson[];
  /** B, where A is compared with it, side by side or as a difference. */
  compared: ExplanationJson | null;
}

/** What a map is of. */
export interface SubjectJson {
  /** Key of the result: that of the file, or of `compared`. */
  result: string;
  /** The word and the token of its query, by index; null of several together, and the token where it is of a whole word. */
  word: number | null;
  token: number | null;
  /** How several together become one map; null of one word or token, and of a map that is of the query itself. */
  aggregate: Aggregate | null;
}

/** One map of a picture. */
export interface ShownJson extends SubjectJson {
  /** What it is called in the picture; empty where there is only one. */
  name: string;
  page: Provenance["page"];
  query: string;
  kind: "token" | "word" | "aggregate" | "difference";
  /** Which it is of two that are side by side; null where it stands alone. */
  side: "a" | "b" | null;
  /** Of a difference B, what is subtracted from A; else null. */
  minus: SubjectJson | null;
  /** What it is a map of, for example `“cable” minus “cable”`. */
  label: string;
  /** What the numbers are, by name, and what is written behind them: empty for pure numbers, as cosines are. */
  quantity: string;
  unit: string;
  /** Tokens that count, by index. */
  tokens: number[];
  rows: number;
  columns: number;
  /** base64 of little-endian float32 `[row][column]`, or the same as nested arrays. */
  map: string | number[][];
  /** Its least and its greatest number. */
  range: [number, number];
  /** The best patches of the map, best first. */
  best: PatchValue[];
  /** The places that it points at, in the order of the lens's list; none where nothing is beyond chance. */
  hits: HitJson[];
  /** Of a difference: what it says of the printed parts of A's page. Those of other maps are in their results. */
  regions?: RegionsJson;
}

/**
 * The numbers of what is in view. Two views that differ give two files that differ.
 * @param options.arrays write the maps as nested arrays instead of base64
 */
export function lensJson(state: Pick<LensState, "data" | "view">, options: MapOptions = {}): LensJson {
  const { result: _, compare, ...view } = state.view;
  const plan = figurePlan(state);
  const [a, b] = sidesOf(plan, state);
  return {
    ...explanationJson(a, options),
    view,
    shown: plan.panels.map((panel, i) => shownJson(plan, panel, i, options)),
    compared: b && explanationJson(b, options),
  };
}

/** What is in view on A and on B, each by itself; no B where there is none. */
function sidesOf(plan: FigurePlan, { data, view }: Pick<LensState, "data" | "view">): [Scene, Scene | null] {
  if (plan.minuend && plan.subtrahend) return [plan.minuend, plan.subtrahend];
  if (plan.kind === "multiples") return [scene({ data, view: { ...view, compare: null } }), null];
  const [a, b] = plan.panels;
  return [a.scene, b?.scene ?? null];
}

function shownJson(
  { kind: layout, minuend, subtrahend }: FigurePlan,
  { scene: of, name }: FigurePanel,
  index: number,
  options: MapOptions,
): ShownJson {
  const { kind, label, tokens, map } = of.shown;
  const { quantity, unit, rows, columns } = map;
  const { page, query } = of.explanation.provenance;
  return {
    name,
    page,
    query: query.text,
    kind,
    ...subject(minuend ?? of),
    side: layout === "pair" ? (["a", "b"] as const)[index] : null,
    minus: subtrahend ? subject(subtrahend) : null,
    label,
    quantity,
    unit,
    tokens,
    rows,
    columns,
    map: writtenMap(map, options),
    range: rangeOf(map.data),
    best: [...of.best],
    hits: hitsJson(of),
    ...(subtrahend && { regions: regionsJson(of) }),
  };
}

function subject({ explanation, shown: { kind, tokens, aggregate } }: Scene): SubjectJson {
  const of = kind === "aggregate" ? null : explanation.query.tokens[tokens[0]];
  return {
    result: explanation.key,
    word: of?.word ?? null,
    token: kind === "token" ? tokens[0] : null,
    aggregate,
  };
}

function rangeOf(data: Float32Array): [number, number] {
  return data.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [data[0], data[0]],
  );
}
