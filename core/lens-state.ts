import type { Aggregate, Explanation } from "./types.js";

/** Version of the state's shape. Raise it when an older reader would misunderstand a newer state. */
export const LENS_STATE_VERSION = 1;

/** A page as the lens shows it. */
export interface LensPage {
  /** Document name as the person gave it. Data, never markup. */
  name: string;
  number: number;
  of: number;
  /** Size of the rendered page in pixels: the coordinates of patches. */
  width: number;
  height: number;
  sha256: string;
  /** Encoded picture for display; may be smaller than width x height. */
  picture: { mime: "image/png" | "image/jpeg" | "image/webp"; data: Uint8Array };
}

/** One query on one of the lens's pages. */
export interface LensExplanation extends Explanation {
  /** Index into `LensData.pages`. */
  page: number;
}

/** What is sent once (the large part). */
export interface LensData {
  pages: LensPage[];
  /** What the strip and the comparisons choose from; index 0 is what the lens opens with. */
  explanations: LensExplanation[];
}

/** What a person changes: small, synced both ways, each property assignable from a cell (`lens.view.token = 2`). */
export interface LensView {
  /** Index into `LensData.explanations`. */
  explanation: number;
  /** Selected query token, or null for the aggregate. */
  token: number | null;
  aggregate: Aggregate;
  /** Palette name. */
  palette: string;
  /** Opacity of the strongest cell, 0 to 1. */
  opacity: number;
  /** Cosine below which a cell is not painted, or null for the domain's lower end. */
  threshold: number | null;
}

export interface LensState {
  version: number;
  data: LensData;
  view: LensView;
}
