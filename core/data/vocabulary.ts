import type { AttentionReading } from "./attention-reading.js";
import type { Quantity } from "./quantities.js";

/**
 * The vocabulary that the browser, the kernel and the command line share.
 * Plain objects with a literal `kind` where they are passed around on their own.
 *
 * Order of axes everywhere: (token, row, column), row-major. colpali-engine's arrays are
 * (token, x, y); nothing here takes them, so whoever brings such data transposes them first.
 */

/** A rectangle in page pixels: origin top left, half-open (`x <= px < x + width`). */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a page came from. */
export interface PageSource {
  /**
   * The document as the person gave it (a path, a URL or "bytes"); what is written to be shared has `sharedName` of it.
   * Data, never markup.
   */
  file: string;
  /** Page number inside the document, from 1. */
  number: number;
  /** Number of pages of the document. */
  of: number;
  /** Resolution it was rendered at, or null for an image. */
  dpi: number | null;
  /** Renderer or decoder with version, for example "pdfium (@embedpdf/pdfium 2.15.1)". */
  renderer: string;
}

/** A page of a document. Its size is known; its pixels are rendered when they are asked for, and not kept in it. */
export interface Page {
  kind: "page";
  /** Size in pixels, known without rendering. */
  width: number;
  height: number;
  /** Complete (what a decoder did to an image) when the page is rendered. */
  readonly source: PageSource;
  /**
   * SHA-256 (hex) of "width x height\n" and the pixels; identifies the picture, not the file. Null until the page is
   * rendered for the first time; `digest` gives it in any case.
   */
  readonly sha256: string | null;
  /**
   * What a reader of the picture should know, a sentence each, such as text that cannot be drawn. Data, never markup.
   * Null until the page is rendered for the first time.
   */
  readonly warnings: readonly string[] | null;
  /**
   * RGB bytes, row-major, 3 per pixel: length = width * height * 3. Pages used lately are kept and shared: not to be
   * written to.
   * @throws an error that names the document and the page, where it cannot be rendered; what `signal` is aborted with
   */
  pixels(options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  /** {@link sha256}; renders the page only where it is not known yet. Throws as `pixels` does. */
  digest(options?: { signal?: AbortSignal }): Promise<string>;
  /**
   * The printed words with their places, in the order of reading as far as the document gives it: those of a PDF's text
   * layer, also behind a scanned picture, and nothing is rendered for it. For images and for pages that are pictures only
   * there are none, except where the page was opened with OCR: then its picture is read. Throws as `pixels` does.
   */
  words(options?: { signal?: AbortSignal }): Promise<readonly PageWord[]>;
}

/** How the model's sequence maps onto the page. */
export interface PatchGrid {
  kind: "grid";
  rows: number;
  columns: number;
  /**
   * For each cell, row-major, the position of its vector in the page's sequence (length rows * columns).
   * Families that emit tiles out of raster order are put in order here and nowhere else.
   */
  index: Int32Array;
}

export const TOKEN_KINDS = ["word", "prefix", "special", "augmentation"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** One token of the query as the model saw it, from the one tokenisation that was run. */
export interface QueryToken {
  /** Position in the query's sequence, from 0. */
  index: number;
  /** Vocabulary id. */
  id: number;
  /** The tokenizer's own string for the id. Data, never markup. */
  text: string;
  kind: TokenKind;
  /** Which word of the query it belongs to, from 0; null unless `kind` is "word". */
  word: number | null;
}

/** A word of the query: what a person points at. */
export interface QueryWord {
  index: number;
  /** The characters of the query it covers. */
  text: string;
  /** Indices into the tokens. */
  tokens: number[];
}

/** A query as it was tokenised. */
export interface Query {
  kind: "query";
  text: string;
  tokens: QueryToken[];
  words: QueryWord[];
  /** What the model does not see of the text: parts that its tokenizer drops, or has only one token for all unknown words for. */
  dropped: string[];
}

/** Unit vectors, row-major: `data[i * dim + d]`. */
export interface MultiVector {
  kind: "vectors";
  data: Float32Array;
  count: number;
  dim: number;
}

/** Cosines of every query token with every patch: `data[(t * rows + r) * columns + c]`, range [-1, 1]. */
export interface SimilarityMaps {
  kind: "maps";
  data: Float32Array;
  tokens: number;
  rows: number;
  columns: number;
}

/** Late interaction of one query token with a page. */
export interface TokenMaxSim {
  /** Maximum cosine over ALL vectors of the page (prompt vectors included): what the score adds up. */
  best: number;
  /** Position of that vector in the page's sequence. */
  bestIndex: number;
  /** Maximum cosine over the patches only: what a map can show. */
  patchBest: number;
  /** The patch that has it (lowest index on a tie). */
  row: number;
  column: number;
  /** True when `best` is not on a patch: no heatmap can show this token's strongest match. */
  offImage: boolean;
}

/** Page score by late interaction. `score = patchScore + residue`, `residue >= 0`. */
export interface MaxSim {
  kind: "maxsim";
  /** Sum over query tokens of `best`. */
  score: number;
  /** Sum over query tokens of `patchBest`. */
  patchScore: number;
  /** What the patches cannot account for: sum of `best - patchBest`. */
  residue: number;
  tokens: TokenMaxSim[];
}

export type Aggregate = "max" | "mean" | "winner";

/** Whole words, or single tokens of one kind. */
export type BaselineGroup = "words" | TokenKind;

/**
 * What control queries, which have nothing to do with the page, reach on it: the yardstick for chance. Always measured
 * with the same model and prompt profile on the same page.
 */
export interface Baseline {
  kind: "baseline";
  /** Which queries they are, for example "matched@1" or "everyday@1". */
  list: string;
  /** What the controls were drawn by, where they were. */
  seed?: number;
  /** How many queries there are; those that share a word with the query or, if matched, the page count in `mean` only. */
  queries: number;
  /** Highest cosine over the patches of each control word (mean map of its tokens) or control token, ascending. */
  maxima: Partial<Record<BaselineGroup, Float32Array>>;
  /** Mean cosine of each patch over the control words, or the control tokens of a kind: [row][column]. */
  mean: Partial<Record<TokenKind, Float32Array>>;
  /** Words that are matched to those of the query, a list for each kind of word; missing where one list is for all. */
  controls?: MatchedControls[];
  /** Which of `controls` each word of the query is compared with. */
  controlsOf?: number[];
  /** For how many words and pages of the query chance is corrected; missing in files of earlier versions. */
  correction?: Correction;
}

/** Control words of one kind: as long, in as many tokens, of one language. */
export interface MatchedControls {
  /** "English, 5 to 6 letters, 1 token" */
  about: string;
  /** Highest cosine over the patches of each word, ascending. */
  words: Float32Array;
  /** The same of each of their tokens. */
  tokens: Float32Array;
}

/**
 * The procedure of Benjamini and Hochberg (1995) over all words of a query on all pages that were measured with it: of those
 * called more than chance, at most 5 % are by chance in expectation.
 */
export interface Correction {
  /** Words times pages. */
  tests: number;
  /** Highest p that still is more than chance. */
  threshold: number;
  /** Of each word of the query its p, adjusted: `min over ranks k >= its own of p_k tests / k`. */
  adjusted: number[];
}

/** Which model, with which weights and prompts, ran where. */
export interface ModelProvenance {
  id: string;
  revision: string | null;
  family: string;
  /** SHA-256 (hex) of each weights file by name. */
  weights: Record<string, string>;
  dtype: string;
  dim: number;
  /** Prompt profile, for example "mini" or "engine-0.3.13". */
  profile: string;
  /** Execution provider the graphs ran on. */
  provider: string;
  /** Where the explanation's `domain` comes from: measured on this model, or assumed because nobody has. */
  domain?: "measured" | "assumed";
}

/** Everything needed to make the same numbers again. */
export interface Provenance {
  model: ModelProvenance;
  processor: { width: number; height: number; resample: string; backend: string };
  page: {
    /** Name of the file, or address without query: see `sharedName`. */
    file: string;
    number: number;
    sha256: string;
    width: number;
    height: number;
    dpi: number | null;
    renderer: string;
  };
  query: { text: string; ids: number[] };
  /** Package name to version. */
  versions: Record<string, string>;
  /** ISO 8601, UTC. */
  date: string;
}

/** A further map: of the whole query, or of a word or token. */
export interface LayerMap {
  of: "query" | "word" | "token";
  /** Of the word or token; 0 for the query. */
  index: number;
  /** `data[row * columns + column]` on the grid of the explanation, in the quantity's unit. */
  data: Float32Array;
  /** What else a reader has to know of it, as the words of a sentence: which layer of a model, say. Data, never markup. */
  note?: string;
}

/** What is known of a page's patches beside cosines: attention, say, or what someone measured. Of as many words as there are maps. */
export interface Layer {
  quantity: Quantity;
  maps: LayerMap[];
}

/** One query on one page: the unit that is shown, saved and compared. */
export interface Explanation {
  kind: "explanation";
  query: Query;
  grid: { rows: number; columns: number };
  maps: SimilarityMaps;
  maxsim: MaxSim;
  /** Cosine range that the default display spans; the provenance says whether it was measured on the model. */
  domain: [number, number];
  /** The yardstick for chance, or null where it was not measured. */
  baseline: Baseline | null;
  /** Maps of other quantities than cosines; none where it is missing. */
  layers?: Layer[];
  /** Where patches of the page attend to, those read last at the end; none where it is missing. */
  attention?: AttentionReading[];
  provenance: Provenance;
}

/** A printed word of a page: what stands between two spaces. */
export interface PageWord {
  /** Data, never markup. */
  text: string;
  /** In pixels of the rendered page. */
  rect: Rect;
  /** Number of its line on the page, from 0. A gap as between columns begins another line. */
  line: number;
  /** Number of the paragraph, heading or cell that the line belongs to, from 0. */
  block: number;
  /** Where the text comes from: the PDF itself, or reading the picture. */
  source: "pdf" | "ocr";
}
