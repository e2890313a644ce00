import { join } from "node:path";
import * as fontkit from "fontkit";
import { node, type SvgNode } from "../../core/index.js";
import { packageRoot } from "../package.js";

const fonts = new Map<string, fontkit.Font>();

/** The font that figures are set in, as shipped: a machine without fonts makes the same picture. */
export function figureFont(bold: boolean): { path: string; font: fontkit.Font } {
  const path = join(packageRoot, "style", "fonts", bold ? "DejaVuSans-Bold.ttf" : "DejaVuSans.ttf");
  const font = fonts.get(path) ?? (fontkit.openSync(path) as fontkit.Font);
  fonts.set(path, font);
  return { path, font };
}

/**
 * Turns the text of a drawing into outlines, so that drawing it needs no font. Text with characters that the
 * font lacks stays text: the machine's own fonts may have them.
 */
export function outlined(of: SvgNode): SvgNode {
  if (of.tag === "text" && of.children.length === 1 && typeof of.children[0] === "string")
    return outlineText(of, of.children[0]) ?? of;
  return { ...of, children: of.children.map((c) => (typeof c === "string" ? c : outlined(c))) };
}

function outlineText({ attributes }: SvgNode, text: string): SvgNode | null {
  const { x, y, "font-size": size, "font-weight": weight, "text-anchor": anchor, ...rest } = attributes;
  const { font } = figureFont(weight === "bold");
  const run = font.layout(text);
  if (run.glyphs.some((g) => g.id === 0)) return null;
  const scale = Number(size) / font.unitsPerEm;
  const shift = { start: 0, middle: 0.5, end: 1 }[String(anchor ?? "start")] ?? 0;
  const start = Number(x) - shift * run.advanceWidth * scale;
  let pen = 0;
  let d = "";
  run.glyphs.forEach((glyph, i) => {
    const { xOffset, yOffset, xAdvance } = run.positions[i];
    d += glyph.path.translate(pen + xOffset, yOffset).toSVG();
    pen += xAdvance;
  });
  const { "stroke-width": stroke, "font-family": _, ...paint } = rest;
  return node("path", {
    ...paint,
    ...(stroke === undefined ? {} : { "stroke-width": Number(stroke) / scale }),
    // Glyphs point upwards.
    transform: `translate(${start} ${y}) scale(${scale} ${-scale})`,
    d,
  });
}
