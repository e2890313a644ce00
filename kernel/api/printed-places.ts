import { oneOf } from "../../core/data/check.js";
import {
  axisTitle,
  type Column,
  chanceLevels,
  decimal,
  explanationOf,
  type LensState,
  nearestHit,
  partOf,
  patchRect,
  pCell,
  printedAs,
  printedRegions,
  pText,
  type Quantity,
  REGION_KINDS,
  type Rect,
  type RegionKind,
  reading,
  type Scene,
  scene,
  tableText,
} from "../../core/index.js";
import type { RankedPatch } from "./lists.js";
import { shownPlaces } from "./shown-hits.js";

/** A place of the page, two ways. */
export interface Placed {
  /** In pixels of the rendered page. */
  rect: Rect;
  /** In parts of its width and height, 0 to 1: to cut it out of a picture of any size. */
  part: Rect;
}

/** A place that what is in view points at. */
export interface LensHit extends Placed {
  /** The printed words there; empty where nothing is printed. Data, never markup. */
  text: string;
  /** What the place is called: `“battery”`, `Picture with “Solar, Wind”`, `Top right`. */
  name: string;
  /** Number of its line from the top of the page, from 1; null without print. */
  line: number | null;
  /** The words of the query that it answers, as typed. */
  words: string[];
  /** Highest number of its patches, in the quantity in view: of similarity a cosine; of a comparison A less B. */
  value: number;
  /** How often unrelated words reach that on this page (p); null where it was not measured, or is not known of the quantity. */
  chance: number | null;
  /** Whether p is at most 0.05. False where it was not measured. */
  beyond: boolean;
  /** Best first. */
  patches: RankedPatch[];
}

/** A printed word, line or block, and how relevant it is for what is in view. */
export interface LensRegion extends Placed {
  /** Data, never markup. */
  text: string;
  /** `sum_j IoU(rect, patch_j) S_j / sum_j IoU(rect, patch_j)`, in the quantity in view. */
  relevance: number;
}

/** The places that what is in view points at, which print as a table, or as a sentence where there are none. */
export function hitsOf({ data, view }: Pick<LensState, "data" | "view">): LensHit[] {
  const shown = scene({ data, view });
  const { page, explanation, hits } = shown;
  const list = hits.map((hit): LensHit => {
    const side = "side" in hit && hit.side === "b" && view.compare !== null ? view.compare : explanation.key;
    const of = explanationOf(data, side);
    return {
      text: hit.text,
      name: hit.name,
      line: hit.line,
      words: hit.words.map((index) => of.query.words[index].text),
      value: hit.value,
      chance: hit.chance,
      beyond: hit.beyond,
      rect: hit.rect,
      part: partOf(hit.rect, page),
      patches: hit.patches.map((patch) => ({
        ...patch,
        rect: patchRect(of.grid, patch.row, patch.column, page),
      })),
    };
  });
  const of = shown.shown.map.description;
  const text = () => (list.length > 0 ? tableText(list, hitColumns(of)) : noHits(shown));
  return shownPlaces(printedAs(list, text), page, of, text);
}

/**
 * The printed words, lines or blocks of the page in view by relevance, highest first; none where the page has no text layer.
 * @throws RangeError for another kind
 */
export function regionsOf(state: Pick<LensState, "data" | "view">, by: RegionKind): LensRegion[] {
  oneOf(by, "region", REGION_KINDS);
  const { page, shown } = scene(state);
  const list = printedRegions(shown.map, page, page.words ?? [], by).map(
    (region): LensRegion => ({ ...region, part: partOf(region.rect, page) }),
  );
  return printedAs(list, () =>
    list.length > 0 ? tableText(list, regionColumns(shown.map.description)) : NO_WORDS,
  );
}

const NO_WORDS = "No printed words are known of this page: it has no text layer.";

function noHits({ shown, explanation, ...rest }: Scene): string {
  const { name, value, chance } = nearestHit({ shown, explanation, ...rest });
  const of = shown.map.description;
  const nearest = `Nearest: ${name}, ${reading(value, of)}`;
  if (chance === null) return `No place stands out. ${nearest}.`;
  const levels = chanceLevels(explanation, shown)?.map((level) => decimal(level));
  const below = levels ? ` (${[...new Set(levels)].join(" to ")})` : "";
  return `No place is beyond chance${below}. ${nearest} (${pText(chance)}).`;
}

const dash = "–";

const hitColumns = (of: Quantity): Column<LensHit>[] => [
  { head: "text", cell: ({ text, name }) => text || name },
  { head: "line", isNumber: true, cell: ({ line }) => (line === null ? dash : String(line)) },
  { head: "words", cell: ({ words }) => (words.length > 0 ? words.join(", ") : dash) },
  { head: axisTitle(of), isNumber: true, cell: ({ value }) => reading(value, of, true) },
  {
    head: "chance p",
    isNumber: true,
    cell: ({ chance }) => (chance === null ? dash : pCell(chance)),
  },
];

const regionColumns = (of: Quantity): Column<LensRegion>[] => [
  { head: "text", cell: ({ text }) => text },
  { head: axisTitle(of), isNumber: true, cell: ({ relevance }) => reading(relevance, of, true) },
  ...(["x", "y", "width", "height"] as const).map((head) => ({
    head,
    isNumber: true,
    cell: ({ rect }: LensRegion) => decimal(rect[head], 0),
  })),
];
