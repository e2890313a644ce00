import type { MapCells } from "../data/patch-map.js";
import type { PageWord, Rect } from "../data/vocabulary.js";
import { around, cellsUnder, overlap } from "./hits.js";
import { patchRect } from "./maxsim.js";

export const REGION_KINDS = ["word", "line", "block"] as const;
export type RegionKind = (typeof REGION_KINDS)[number];

/** A printed part of a page and what a map says of it. */
export interface PrintedRegion {
  /** Its words, one after the other. Data, never markup. */
  text: string;
  /** In pixels of the page. */
  rect: Rect;
  /** `sum_j IoU(rect, patch_j) S_j / sum_j IoU(rect, patch_j)`: in the unit of the map. */
  relevance: number;
}

/**
 * How relevant each printed word, line or block of a page is: the mean of a map's values over the patches that overlap it,
 * weighted by intersection over union (arXiv 2512.02660, region relevance), highest first. What lies beside the page has none and is left out.
 * @param words printed words of the page, `rect` in its pixels
 */
export function printedRegions(
  map: MapCells,
  page: { width: number; height: number },
  words: readonly PageWord[],
  by: RegionKind,
): PrintedRegion[] {
  const regions = new Map<number, PageWord[]>();
  for (const [i, word] of words.entries()) {
    const key = by === "word" ? i : word[by];
    const region = regions.get(key);
    if (region) region.push(word);
    else regions.set(key, [word]);
  }
  return Array.from(regions.values(), (of) => {
    const rect = around(of.map((word) => word.rect));
    return { text: of.map((word) => word.text).join(" "), rect, relevance: relevance(map, page, rect) };
  })
    .filter((region) => Number.isFinite(region.relevance))
    .sort((a, b) => b.relevance - a.relevance);
}

function relevance(map: MapCells, page: { width: number; height: number }, rect: Rect): number {
  let [sum, weights] = [0, 0];
  for (const cell of cellsUnder(map, page, rect)) {
    const patch = patchRect(map, Math.floor(cell / map.columns), cell % map.columns, page);
    const shared = overlap(patch, rect);
    const weight = shared / (patch.width * patch.height + rect.width * rect.height - shared);
    sum += weight * map.data[cell];
    weights += weight;
  }
  return sum / weights;
}
