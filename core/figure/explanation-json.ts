import { toBase64 } from "../data/base64.js";
import { explanationOf } from "../data/explanation-of.js";
import type { LensState, LensView } from "../data/lens-state.js";
import type { Quantity } from "../data/quantities.js";
import type {
  Correction,
  Explanation,
  LayerMap,
  MaxSim,
  Provenance,
  QueryToken,
  QueryWord,
  Rect,
  SimilarityMaps,
} from "../data/vocabulary.js";
import type { Chance } from "../interaction/chance.js";
import type { PatchValue } from "../interaction/maxsim.js";
import { selectionChance } from "../view/chips.js";
import { type FigurePanel, figurePlan } from "./figure-plan.js";

export const EXPLANATION_SCHEMA = "colpali-lens/explanation@1";

/** The archive format of one query on one page. */
export interface ExplanationJson {
  schema: typeof EXPLANATION_SCHEMA;
  model: Provenance["model"];
  page: Provenance["page"];
  query: { text: string; tokens: QueryToken[]; words: QueryWord[]; dropped: string[] };
  grid: { rows: number; columns: number };
  /** Cosines: base64 of little-endian float32 `[token][row][column]`, or the same as nested arrays. */
  maps: string | number[][][];
  maxsim: Omit<MaxSim, "kind">;
  /** Cosine range of the default display. */
  domain: [number, number];
  /** Of each token: how its highest cosine on a patch compares with those of control queries; null if not measured. */
  chance: (Chance | null)[];
  /** The control queries' own numbers: highest cosines ascending; mean maps as `maps`, [row][column]. */
  baseline: {
    list: string;
    queries: number;
    maxima: Record<string, number[]>;
    mean: Record<string, string | number[][]>;
    /** What the controls were drawn by, where they were. */
    seed?: number;
    /** A list for each kind of word, where they are matched to those of the query, and which of them each word has. */
    controls?: { about: string; words: number[]; tokens: number[] }[];
    controlsOf?: number[];
    /** For how many words and pages of the query chance is corrected. */
    correction?: Correction;
  } | null;
  /** Maps of other quantities than cosines, in their units; missing where there are none. */
  layers?: LayerJson[];
  provenance: Provenance;
}

export interface LayerJson {
  quantity: Quantity;
  /** Of the query, of a word or token by its index; each map as `maps`, [row][column]. */
  maps: (Pick<LayerMap, "of" | "index" | "note"> & { map: string | number[][] })[];
}

/** What a lens shows, as a file: the explanation in view, and beside it what the picture is made of. */
export interface LensJson extends ExplanationJson {
  /** How it is drawn, without the keys of what the lens holds. */
  view: Omit<LensView, "result" | "compare">;
  /** The maps of the picture: one, A and B, their difference, or one a word. */
  shown: ShownJson[];
  /** B, where A is compared with it, side by side or as a difference. */
  compared: ExplanationJson | null;
}

/** One map of a picture. */
export interface ShownJson {
  /** What it is called in the picture; empty where there is only one. */
  name: string;
  page: Provenance["page"];
  query: string;
  kind: "token" | "word" | "aggregate" | "difference";
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
  /** The best patches of the map, best first. */
  best: PatchValue[];
  /** The places that it points at, in the order of the lens's list; none where nothing is beyond chance. */
  hits: HitJson[];
}

/** A place of the page, named by what is printed there. */
export interface HitJson {
  /** The printed words; empty without print. Data, never markup. */
  text: string;
  /** Number of the line from the top of the page, from 1; null without print. */
  line: number | null;
  /** Highest number of its patches, of a comparison A less B. */
  value: number;
  /** How often unrelated words reach it (p), or null, and whether that is less often than by chance. */
  chance: number | null;
  beyond: boolean;
  /** Words of the query that it answers, by index. */
  words: number[];
  /** In parts of the page's width and height, 0 to 1. */
  part: Rect;
}

/**
 * The numbers of what is in view. Two views that differ give two files that differ.
 * @param options.arrays write the maps as nested arrays instead of base64
 */
export function lensJson(
  state: Pick<LensState, "data" | "view">,
  options: { arrays?: boolean } = {},
): LensJson {
  const { result, compare, ...view } = state.view;
  const compared =
    compare === null || view.layout === "multiples" ? null : explanationOf(state.data, compare);
  return {
    ...explanationJson(explanationOf(state.data, result), options),
    view,
    shown: figurePlan(state).panels.map((panel) => shownJson(panel, options)),
    compared: compared && explanationJson(compared, options),
  };
}

function shownJson({ scene, name }: FigurePanel, options: { arrays?: boolean }): ShownJson {
  const { kind, label, tokens, map } = scene.shown;
  const { quantity, unit, rows, columns, data } = map;
  const { page, query } = scene.explanation.provenance;
  const packed = options.arrays
    ? nested({ kind: "maps", tokens: 1, rows, columns, data })[0]
    : toBase64(littleEndian(data));
  return {
    name,
    page,
    query: query.text,
    kind,
    label,
    quantity,
    unit,
    tokens,
    rows,
    columns,
    map: packed,
    best: scene.best,
    hits: scene.hits.map(({ text, line, value, chance, beyond, words, rect }) => ({
      text,
      line,
      value,
      chance,
      beyond,
      words,
      part: {
        x: rect.x / scene.page.width,
        y: rect.y / scene.page.height,
        width: rect.width / scene.page.width,
        height: rect.height / scene.page.height,
      },
    })),
  };
}

/** @param options.arrays write the maps as nested arrays instead of base64 */
export function explanationJson(
  explanation: Explanation,
  options: { arrays?: boolean } = {},
): ExplanationJson {
  const { query, grid, maps, maxsim, domain, baseline, layers = [], provenance } = explanation;
  const { kind: _, ...scores } = maxsim;
  const packed = (data: Float32Array) =>
    options.arrays ? nested({ ...maps, tokens: 1, data })[0] : toBase64(littleEndian(data));
  return {
    schema: EXPLANATION_SCHEMA,
    model: provenance.model,
    page: provenance.page,
    query: { text: query.text, tokens: query.tokens, words: query.words, dropped: query.dropped },
    grid,
    maps: options.arrays ? nested(maps) : toBase64(littleEndian(maps.data)),
    maxsim: scores,
    domain,
    chance: query.tokens.map((_, token) => selectionChance(explanation, { token })),
    baseline: baseline && {
      list: baseline.list,
      queries: baseline.queries,
      maxima: each(baseline.maxima, (values) => Array.from(values)),
      mean: each(baseline.mean, packed),
      ...(baseline.seed !== undefined && { seed: baseline.seed }),
      ...(baseline.controls && {
        controls: baseline.controls.map(({ about, words, tokens }) => ({
          about,
          words: Array.from(words),
          tokens: Array.from(tokens),
        })),
        controlsOf: baseline.controlsOf,
      }),
      ...(baseline.correction && { correction: baseline.correction }),
    },
    ...(layers.length > 0 && {
      layers: layers.map((layer) => ({
        quantity: layer.quantity,
        maps: layer.maps.map(({ of, index, data, note }) => ({
          of,
          index,
          map: packed(data),
          ...(note && { note }),
        })),
      })),
    }),
    provenance,
  };
}

function each<T>(
  of: Partial<Record<string, Float32Array>>,
  read: (data: Float32Array) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([key, data]) => [key, read(data as Float32Array)]));
}

function nested(maps: SimilarityMaps): number[][][] {
  const { tokens, rows, columns, data } = maps;
  return Array.from({ length: tokens }, (_, t) =>
    Array.from({ length: rows }, (_, r) => {
      const start = (t * rows + r) * columns;
      return Array.from(data.subarray(start, start + columns));
    }),
  );
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((v, i) => {
    view.setFloat32(i * 4, v, true);
  });
  return bytes;
}
