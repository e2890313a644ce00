import { type LensState, serialise } from "../../core/index.js";
import { checkedSize, drawFigure, type FigureSize } from "./png-figure.js";

/** Pixels per inch of the page's picture inside a vector file. */
const PICTURE_DPI = 300;

/**
 * A lens as a self-contained SVG: text stays text, cells and marks are shapes, the page's picture is embedded.
 * Title, description and provenance are inside.
 */
export async function renderSvg(state: LensState, size: Pick<FigureSize, "width"> = {}): Promise<string> {
  const { width } = checkedSize(size);
  const { root } = await drawFigure(state, width, PICTURE_DPI);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serialise(root)}\n`;
}
