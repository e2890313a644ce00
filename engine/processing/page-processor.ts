import type { Feed } from "../runtime.js";
import type { Backend } from "./resample.js";

/** How a page of one size lies in the model's sequence. */
export interface PageLayout {
  rows: number;
  columns: number;
  /** For each cell, row-major, which of the image tokens it is (0 for the first). */
  order: Int32Array;
  /** Number of image tokens, those that are no cell (a global view) included. */
  imageTokens: number;
  /** Text that stands for the image in the prompt. */
  imageText: string;
  /** Pixels that the model sees. */
  width: number;
  height: number;
}

/** Turns pages into the image inputs of a graph. */
export interface PageProcessor {
  resample: string;
  backend: Backend;
  layout(width: number, height: number): PageLayout;
  /** Image inputs of one page by their usual names; batch size 1. */
  feeds(
    page: { pixels: Uint8Array; width: number; height: number },
    layout: PageLayout,
  ): Record<string, Feed>;
  /** The smallest legal zero image, for graphs that want image inputs also with text. */
  emptyFeeds(): Record<string, Feed>;
}
