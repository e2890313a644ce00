import { type FigureOptions, type LensState, serialise } from "../../core/index.js";
import { drawFigure } from "./png-figure.js";

/** Pixels per inch of the page's picture inside a vector file. */
const PICTURE_DPI = 300;

/**
 * A lens as a self-contained SVG: text stays text, boxes and marks are shapes, the page's picture and its colours are
 * embedded. Title, description and provenance are inside.
 * @throws RangeError on an option that cannot be
 */
export async function renderSvg(state: LensState, options: FigureOptions = {}): Promise<string> {
  const { root } = await drawFigure(state, options, PICTURE_DPI);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serialise(root)}\n`;
}
