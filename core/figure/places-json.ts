import type { Rect } from "../data/vocabulary.js";
import type { PatchValue } from "../interaction/maxsim.js";
import { type PrintedRegion, printedRegions, type RegionKind } from "../interaction/regions.js";
import type { ComparedHit } from "../scene/compared-hits.js";
import type { Scene } from "../scene/scene.js";
import type { SceneHit } from "../scene/scene-hits.js";

/** A place of the page, two ways: a program can cut it out of a picture of any size. */
export interface PlaceJson {
  /** In pixels of the page, whose size `page` states. */
  rect: Rect;
  /** In parts of the page's width and height, 0 to 1. */
  part: Rect;
}

/** A place that a map points at, named by what is printed there. */
export interface HitJson extends PlaceJson {
  /** The printed words; empty without print. Data, never markup. */
  text: string;
  /** What the place is called: `“battery”`, `Picture with “Solar, Wind”`, `Top right`. */
  name: string;
  /** Number of the line from the top of the page, from 1; null without print. */
  line: number | null;
  /** Highest number of its patches, of a comparison A less B. */
  value: number;
  /** How often unrelated words reach it (p), or null, and whether that is less often than by chance. */
  chance: number | null;
  beyond: boolean;
  /** Words of the query that it answers, by index. */
  words: number[];
  /** Its patches, best first. */
  patches: PatchValue[];
  /** Of a difference on one page: whose hit it is, and so whose query and grid `words` and `patches` count in. */
  side?: "a" | "b";
  /** With `side`: the highest number of A and of B there; null where it is not known. */
  a?: number | null;
  b?: number | null;
}

/** A printed word, line or block, and how relevant it is. */
export interface RegionJson extends PlaceJson {
  /** Data, never markup. */
  text: string;
  /** `sum_j IoU(rect, patch_j) S_j / sum_j IoU(rect, patch_j)`, in the unit of the map. */
  relevance: number;
}

/** What one map says of the printed parts of a page, of each kind the most relevant first. */
export interface RegionsJson {
  /** The map: what it is of, and what its numbers are. */
  label: string;
  quantity: string;
  /** How many printed words are known of the page; null where none are: it has no text layer, or it was not read. */
  words: number | null;
  word: RegionJson[];
  line: RegionJson[];
  block: RegionJson[];
  /** How many of each kind are not in the file, because more are more relevant. */
  left: Record<RegionKind, number>;
}

/** Regions of one kind that are written; a dense page has thousands of words. */
const MOST_REGIONS = 200;

export function hitsJson({ hits, page }: Pick<Scene, "hits" | "page">): HitJson[] {
  return hits.map((hit) => ({
    text: hit.text,
    name: hit.name,
    line: hit.line,
    value: hit.value,
    chance: hit.chance,
    beyond: hit.beyond,
    words: hit.words,
    patches: hit.patches,
    rect: hit.rect,
    part: partOf(hit.rect, page),
    ...sides(hit),
  }));
}

function sides(hit: SceneHit): Pick<HitJson, "side" | "a" | "b"> {
  if (!isCompared(hit)) return {};
  const { side, a, b } = hit;
  return { side, a, b };
}

function isCompared(hit: SceneHit): hit is ComparedHit {
  return "side" in hit;
}

export function regionsJson({ page, shown: { map, label } }: Pick<Scene, "page" | "shown">): RegionsJson {
  const words = page.words ?? [];
  const all = (by: RegionKind) => printedRegions(map, page, words, by);
  const [word, line, block] = [all("word"), all("line"), all("block")];
  const written = (regions: PrintedRegion[]) =>
    regions.slice(0, MOST_REGIONS).map((region) => ({ ...region, part: partOf(region.rect, page) }));
  const left = ({ length }: PrintedRegion[]) => Math.max(0, length - MOST_REGIONS);
  return {
    label,
    quantity: map.quantity,
    words: words.length > 0 ? words.length : null,
    word: written(word),
    line: written(line),
    block: written(block),
    left: { word: left(word), line: left(line), block: left(block) },
  };
}

/** A rectangle in pixels of a page, in parts of its width and height. */
export function partOf({ x, y, width, height }: Rect, page: { width: number; height: number }): Rect {
  return { x: x / page.width, y: y / page.height, width: width / page.width, height: height / page.height };
}
