import type { PatchGrid } from "../../core/index.js";
import type { Feed } from "../runtime.js";
import type { Backend } from "./resample.js";

/** How the patches that a vision tower attends over lie on a page: more of them than cells where they are merged after it. */
export interface TowerLayout {
  /** Pictures that are attended over one by one; 1 where a page is one. */
  tiles: number;
  /** For each patch, tile by tile as the graph is given them, the cell that it lies in; -1 in a view that is no part of the grid. */
  cells: Int32Array;
  /** For each patch of a tile the key that it is part of, where keys are the means of neighbours; left out where each patch is one. */
  keys?: Int32Array;
}

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

/** What the graph is given for a page. */
export interface PreparedPage {
  /** Null for a model without a page prompt. */
  ids: number[] | null;
  grid: PatchGrid;
  tower: TowerLayout | null;
  feeds: Record<string, Feed>;
}

/** Turns pages into the image inputs of a graph. */
export interface PageProcessor {
  resample: string;
  backend: Backend;
  layout(width: number, height: number): PageLayout;
  /** Null for a model whose tower does not attend. */
  tower(layout: Pick<PageLayout, "rows" | "columns" | "imageTokens">): TowerLayout | null;
  /** Image inputs of one page by their usual names; batch size 1. */
  feeds(
    page: { pixels: Uint8Array; width: number; height: number },
    layout: PageLayout,
  ): Record<string, Feed>;
  /** The smallest legal zero image, for graphs that want image inputs also with text. */
  emptyFeeds(): Record<string, Feed>;
}

/** Cells of patches that lie row by row, where each cell has whole patches. */
export function cellsOfPatches(
  patches: { rows: number; columns: number },
  { rows, columns }: { rows: number; columns: number },
): Int32Array {
  return Int32Array.from({ length: patches.rows * patches.columns }, (_, i) => {
    const row = Math.floor((Math.floor(i / patches.columns) * rows) / patches.rows);
    return row * columns + Math.floor(((i % patches.columns) * columns) / patches.columns);
  });
}
