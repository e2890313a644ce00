import { refusal } from "../data/check.js";
import type { PageWord, Rect } from "../data/vocabulary.js";
import { around } from "../interaction/hits.js";
import { topPatches, wordMap } from "../interaction/maxsim.js";
import type { Scene } from "../scene/scene.js";
import { nearestHit } from "../scene/scene-hits.js";
import { selectionChance } from "../view/chips.js";
import { patchCentre } from "../view/region.js";
import { type FigureSetting, isNarrow } from "./figure-setting.js";

/** Height of the window by its width. */
const RATIO = { narrow: 0.62, wide: 0.36 };
/** White around print, of the page's width. */
const MARGIN = 0.028;

/**
 * The part of a page that a figure shows, in its pixels. A window keeps the width of the print, so that no line is cut, and
 * its edges lie between lines.
 * @throws RangeError for a rectangle beside the page
 */
export function cropOf(scene: Scene, setting: FigureSetting): Rect {
  const { page } = scene;
  const whole = { x: 0, y: 0, width: page.width, height: page.height };
  const { crop } = setting;
  if (crop === false) return whole;
  if (typeof crop === "object") return within(crop, whole);
  const hits = scene.hits.filter(({ small }) => !small);
  const marked = (hits.length > 0 ? hits : [nearestHit(scene)]).map(({ rect }) => rect);
  const words = page.words ?? [];
  const printed = words.length > 0 ? around([...words.map(({ rect }) => rect), ...marked]) : whole;
  const x = Math.max(0, printed.x - MARGIN * page.width);
  const right = Math.min(page.width, printed.x + printed.width + MARGIN * page.width);
  const [top, bottom] =
    crop === "hits"
      ? [around(marked).y, around(marked).y + around(marked).height]
      : window(scene, printed, marked, (right - x) * RATIO[isNarrow(setting) ? "narrow" : "wide"]);
  const upper = Math.max(0, betweenLines(top, words, page.height, -1));
  const lower = Math.min(page.height, betweenLines(bottom, words, page.height, 1));
  return { x, y: upper, width: right - x, height: lower - upper };
}

function within(crop: Rect, whole: Rect): Rect {
  const x = Math.min(crop.x, whole.width);
  const y = Math.min(crop.y, whole.height);
  const width = Math.min(crop.width, whole.width - x);
  const height = Math.min(crop.height, whole.height - y);
  if (width >= 1 && height >= 1) return { x, y, width, height };
  throw refusal(
    "crop",
    `${crop.width} x ${crop.height} pixels from (${crop.x}, ${crop.y})`,
    `a rectangle on the page, which has ${whole.width} x ${whole.height}`,
  );
}

/** Upper and lower end of the window that holds the best patches of most words, then most hits, the first of them in its middle. */
function window(scene: Scene, printed: Rect, hits: readonly Rect[], height: number): [number, number] {
  const end = printed.y + printed.height;
  if (printed.height <= height) return [printed.y, end];
  const bests = bestRows(scene);
  const step = scene.page.height / 250;
  const edge = 5 * step;
  let [top, most] = [printed.y, Number.NEGATIVE_INFINITY];
  for (let y = printed.y; y <= end - height + step; y += step) {
    const inside = bests.filter((at) => at > y + edge && at < y + height - edge).length;
    const whole = hits.filter((hit) => hit.y > y && hit.y + hit.height < y + height).length;
    const off = bests.length > 0 ? Math.abs((bests[0] - y) / height - 0.5) : 0;
    const worth = 10 * inside + 0.2 * whole - off;
    if (worth > most) [top, most] = [y, worth];
  }
  return [top, Math.min(end, top + height)];
}

/** Where the best patches of the words are, those beyond chance if there are any; of one map its best patch. */
function bestRows({ shown, explanation, page, best }: Scene): number[] {
  const { words } = explanation.query;
  if (shown.kind !== "aggregate" || !shown.map.description.similarity || words.length === 0)
    return [patchCentre(shown.map, best[0]).y * page.height];
  const beyond = words.filter(({ index }) => selectionChance(explanation, { word: index })?.beyond);
  return (beyond.length > 0 ? beyond : words).map(({ tokens }) => {
    const map = wordMap(explanation.maps, tokens);
    return patchCentre(map, topPatches(map, 1)[0]).y * page.height;
  });
}

/** How far an edge moves to lie between lines, and how much of the white there it takes, of the page's height. */
const REACH = 0.03;
const WHITE = 0.014;

/**
 * The place next to an edge where nothing is printed, in the middle of the white where that is narrow.
 * @param outwards -1 for an upper edge, 1 for a lower one
 */
function betweenLines(edge: number, words: readonly PageWord[], height: number, outwards: -1 | 1): number {
  const step = height / 1000;
  const isFree = (y: number) =>
    !words.some(({ rect }) => rect.y < y + step && rect.y + rect.height > y - step);
  for (let away = 0; away <= REACH * height; away += step)
    for (const at of [edge + outwards * away, edge - outwards * away]) {
      if (!isFree(at)) continue;
      let [upper, lower] = [at, at];
      while (isFree(upper - step) && at - upper < WHITE * height) upper -= step;
      while (isFree(lower + step) && lower - at < WHITE * height) lower += step;
      return (upper + lower) / 2;
    }
  return edge;
}
