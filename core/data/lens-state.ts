import type { AttentionStage } from "./attention-map.js";
import type { AttentionReading } from "./attention-reading.js";
import type { DivergingName, PaletteChoice } from "./palette-names.js";
import type {
  Aggregate,
  Baseline,
  Explanation,
  Layer,
  MaxSim,
  ModelProvenance,
  PageWord,
  Provenance,
  Query,
  SimilarityMaps,
} from "./vocabulary.js";

/** Version of the state's shape. Raise it when an older reader would misunderstand a newer state. */
export const LENS_STATE_VERSION = 4;

export const PICTURE_MIMES = ["image/png", "image/jpeg", "image/webp"] as const;

/** A page as the lens shows it. */
export interface LensPage {
  /** Name of the document, or its address without query. Data, never markup. */
  name: string;
  number: number;
  of: number;
  /** Size of the rendered page in pixels: the coordinates of patches. */
  width: number;
  height: number;
  /** Of its pixels. */
  sha256: string;
  /** Resolution it was rendered at, or null for an image. */
  dpi: number | null;
  /** Renderer or decoder with version. */
  renderer: string;
  picture: LensPicture;
  /**
   * What is printed on it, in pixels of the page; empty where nothing is, or only a picture of it. Missing where nobody has
   * read it, as in lenses saved by earlier versions.
   */
  words?: readonly PageWord[];
}

/** A page's picture. */
export interface LensPicture {
  /** Encoded, for display; may be smaller than width x height of the page. */
  mime: (typeof PICTURE_MIMES)[number];
  data: Uint8Array;
  /**
   * How light the paper is under print and drawing, 0 to 255, on {@link PAPER_SIDE} rows and as many columns of the page,
   * row by row. Missing in what earlier versions saved.
   */
  paper?: Uint8Array;
}

/** Rows and columns that a page's paper is looked at in, whatever grid a model has. */
export const PAPER_SIDE = 64;

/** What depends on the model alone. */
export interface ResultModel {
  provenance: ModelProvenance;
  processor: Pick<Provenance["processor"], "resample" | "backend">;
  /** Cosine range that the default display spans. */
  domain: [number, number];
}

/** One model x query x page, which it names by their keys: what is its own, and nothing that they say. */
export interface Result {
  kind: "result";
  model: string;
  query: string;
  page: string;
  /** Size that the model's processor gave the page, in pixels. */
  resized: { width: number; height: number };
  maps: SimilarityMaps;
  maxsim: MaxSim;
  /** The yardstick for chance, or null where it was not measured. */
  baseline: Baseline | null;
  /** Maps of other quantities than cosines, where there are any. */
  layers?: Layer[];
  /** Where patches of the page attend to, where that was read; those read last at the end. */
  attention?: AttentionReading[];
  /** Package name to version. */
  versions: Record<string, string>;
  /** ISO 8601, UTC. */
  date: string;
}

/** What a lens shows, each thing once, by a key that is derived from what it is. */
export interface LensData {
  models: Record<string, ResultModel>;
  /** As a model's tokenizer has it: two models that are asked the same have two. */
  queries: Record<string, Query>;
  pages: Record<string, LensPage>;
  results: Record<string, Result>;
  /** Keys of the results: the newest query first, of each model the best page first. The lens opens with the first. */
  order: string[];
}

/** A result with what its keys lead to, as `explanationOf` gives it. */
export interface LensExplanation extends Explanation {
  /** Key of the result. */
  key: string;
  /** Key of the page. */
  page: string;
}

export const SCOPES = ["words", "all"] as const;
export const AGGREGATES = ["max", "mean", "winner"] as const satisfies readonly Aggregate[];
export const SCALE_NAMES = ["absolute", "token", "query", "pages", "percentile", "robust"] as const;
export const BLENDS = ["tint", "alpha", "multiply", "outline"] as const;
export const CELLS = ["nearest", "smooth"] as const;
export const CHANCES = ["marked", "hidden", "subtracted"] as const;
export const LAYOUTS = ["single", "multiples"] as const;

/** Which query tokens have chips and count in the aggregates: the words, or all tokens the model saw. */
export type Scope = (typeof SCOPES)[number];
/**
 * What the colour scale spans, always in the quantity of the map:
 * `absolute` a fixed range, `token` the extremes of the shown map, `query` those of all tokens in scope,
 * `pages` those of the same query on every page of the lens, `percentile` the 2nd to 98th of the shown map,
 * `robust` its median ± 3 · 1.4826 · MAD.
 */
export type ScaleName = (typeof SCALE_NAMES)[number];
/**
 * How colours lie on the page: `tint` as a highlighter does, multiplied with light paper, screened with dark paper, see-through
 * on pictures; `alpha` rising with the number; `multiply`, multiplied with the page whatever it is; `outline` only.
 */
export type Blend = (typeof BLENDS)[number];
/** How cells are drawn: as they are, or interpolated (display only; numbers stay those of the cells). */
export type Cells = (typeof CELLS)[number];
/**
 * What is done about chance, as control queries on the same page measure it: `marked` on words and scale; `hidden`,
 * cells at or below the chance level are not painted; `subtracted`, each cell less its mean over the control queries.
 */
export type ChanceView = (typeof CHANCES)[number];
/** One large page, or one small map per word. */
export type Layout = (typeof LAYOUTS)[number];

/** A block of patches, in the grid of the page it was drawn on. */
export interface Region {
  row: number;
  column: number;
  rows: number;
  columns: number;
  /** The side of a comparison it lies on: A, or B where it says so. */
  side?: "a" | "b";
}

/** What part of the page is in view: `scale` 1 fits the page; `x`, `y` the centre as fractions of the page. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

/** How values become colours. */
export interface ColorView {
  palette: PaletteChoice;
  /** Palette of a difference map. */
  diverging: DivergingName;
  /** What the colour scale spans. */
  scale: ScaleName;
  /** Range of the `absolute` scale in the quantity's unit, or null for its own: of cosines, the model's. */
  domain: [number, number] | null;
  /** Opacity of the strongest cell, 0 to 1; of a tint its strength. */
  opacity: number;
  /** Number below which a cell is not painted, in the quantity's unit, or null for the domain's lower end. */
  threshold: number | null;
  blend: Blend;
}

/** What is drawn over the cells. */
export interface MarksView {
  /** Whether there is a box round each hit. */
  hits: boolean;
  /** How many of the best patches are marked on the page, 0 to 20. */
  best: number;
  /** Number of contour levels between threshold and upper end, 0 to 9. */
  contours: number;
}

/** What a person changes: small, synced both ways, each property assignable from a cell (`lens.view.token = 2`). */
export interface LensView {
  /** Key of the result in view: one of `LensData.order`. */
  result: string;
  /** Selected query token, or null: the word, or without one the aggregate. */
  token: number | null;
  /** Selected word: that of the token, or all sub-tokens of a word when `token` is null. */
  word: number | null;
  scope: Scope;
  aggregate: Aggregate;
  /** What the map shows, by name: `cosine`, or a quantity that the explanation has further maps of. */
  quantity: string;
  /** Of attention the stage of the model, or null: the language model, where it has one that was read. */
  stage: AttentionStage | null;
  /** Of attention the layer, from 0, or null: the last one. */
  layer: number | null;
  /** Of attention the head, from 0, or null: the mean over the heads. */
  head: number | null;
  color: ColorView;
  marks: MarksView;
  cells: Cells;
  chance: ChanceView;
  /** Key of the result to compare with (the B of A/B), or null. */
  compare: string | null;
  /** Show A minus B instead of A when comparing. */
  difference: boolean;
  layout: Layout;
  /** Patches chosen with the pointer or from a cell. */
  region: Region | null;
  zoom: Zoom;
}

/** Names that people know from elsewhere, for `scale` and `palette`; understood where they are assigned. */
export interface ColorSpellings {
  normalize: ScaleName;
  scheme: PaletteChoice;
  cmap: PaletteChoice;
}

/** Some settings: of a group (`color`, `marks`, `zoom`) as many as change, the rest of it stays. */
export type ViewChange = Partial<Omit<LensView, "color" | "marks" | "zoom">> & {
  color?: Partial<ColorView & ColorSpellings>;
  colour?: ViewChange["color"];
  marks?: Partial<MarksView>;
  zoom?: Partial<Zoom>;
};

export interface LensState {
  version: number;
  data: LensData;
  view: LensView;
}

/** What the kernel is doing for a lens. */
export interface LensStatus {
  /** What is running, in words, or null. */
  busy: string | null;
  /** How much of it is done, 0 to 1, or null when unknown. */
  fraction: number | null;
  /** What went wrong with the last request, for a person, or null. */
  error: string | null;
}
