import { type LensState, node, type SvgNode, scene, serialise } from "../../core/index.js";
import { checkedSize, drawFigure, type FigureSize } from "./png.js";

/** Pixels per inch of the page's picture inside a vector file. */
const PICTURE_DPI = 300;

/**
 * A lens as a self-contained SVG: text stays text, cells and marks are shapes, the page's picture is embedded.
 * Title, description and provenance are inside.
 */
export async function renderSvg(state: LensState, size: Pick<FigureSize, "width"> = {}): Promise<string> {
  const { width } = checkedSize(size);
  const of = scene(state);
  const { root } = await drawFigure(state, width, PICTURE_DPI);
  const provenance: SvgNode = node("metadata", {}, JSON.stringify(of.explanation.provenance));
  const [title, description, ...rest] = root.children;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serialise({ ...root, children: [title, description, provenance, ...rest] })}\n`;
}
