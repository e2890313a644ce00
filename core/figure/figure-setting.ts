import { finite, flag, invalid, record } from "../data/check.js";
import type { Rect } from "../data/vocabulary.js";

/** Widths of one column and of both in most journals. */
export const COLUMN_WIDTHS = ["85mm", "175mm"] as const;

/** How a figure is set. */
export interface FigureOptions {
  /** Below the picture: what it shows, and where it comes from; default true. Without, a file says it in its metadata only. */
  caption?: boolean;
  /**
   * What of the page is in it: all (`false`, the default); the lines where most words match best (`true`); all hits
   * (`"hits"`); or a rectangle in pixels of the page, as hits and regions have one.
   */
  crop?: boolean | "hits" | Rect;
  /** `"85mm"`, `"175mm"` (the default), or a number of millimetres from 40 to 400. */
  width?: (typeof COLUMN_WIDTHS)[number] | number;
  /** Size of all text in points, 5 to 14; default 7. */
  text?: number;
}

/** Options that were checked, lengths in CSS pixels (1/96 inch). */
export interface FigureSetting {
  width: number;
  text: number;
  caption: boolean;
  crop: boolean | "hits" | Rect;
}

const NAMES = ["caption", "crop", "width", "text"] as const;
const PIXELS_PER_MM = 96 / 25.4;
const PIXELS_PER_POINT = 96 / 72;
/** Up to here a figure is of one column: it has room for less beside each other. */
const NARROW = 110 * PIXELS_PER_MM;

/** @throws RangeError naming the option (`invalid width: 720, expected "85mm", …`) */
export function figureSetting(options: FigureOptions = {}): FigureSetting {
  const { caption = true, crop = false, width = "175mm", text = 7 } = options;
  return {
    caption: flag(caption, "caption"),
    crop: cropChoice(crop),
    width: millimetres(width) * PIXELS_PER_MM,
    text: finite(text, "text", 5, 14) * PIXELS_PER_POINT,
  };
}

/** Those of some options that are a figure's, from a message or an object that has others, too. */
export function figureOptions(given: object): FigureOptions {
  return Object.fromEntries(Object.entries(given).filter(([name]) => NAMES.some((own) => own === name)));
}

export function isNarrow({ width }: FigureSetting): boolean {
  return width <= NARROW;
}

function millimetres(width: unknown): number {
  const given = typeof width === "string" ? /^(\d+(?:\.\d+)?) ?mm$/.exec(width)?.[1] : width;
  const mm = typeof given === "string" ? Number(given) : given;
  if (typeof mm === "number" && mm >= 40 && mm <= 400) return mm;
  throw invalid("width", width, '"85mm", "175mm", or a number of millimetres from 40 to 400');
}

function cropChoice(crop: unknown): FigureSetting["crop"] {
  if (typeof crop === "boolean" || crop === "hits") return crop;
  if (typeof crop !== "object" || crop === null)
    throw invalid(
      "crop",
      crop,
      'true, false, "hits", or a rectangle { x, y, width, height } in pixels of the page',
    );
  const { x, y, width, height } = record(crop, "crop");
  return {
    x: finite(x, "crop.x", 0, 1e6),
    y: finite(y, "crop.y", 0, 1e6),
    width: finite(width, "crop.width", 1, 1e6),
    height: finite(height, "crop.height", 1, 1e6),
  };
}
