import { node, type SvgNode } from "../../core/index.js";
import { font } from "./fonts.js";
import { glyphRun } from "./glyphs.js";
import { type Box, type Piece, typeset } from "./typeset.js";

/** Turns the text of a drawing into outlines, so that drawing it needs no font of the machine. */
export function outlined(of: SvgNode): SvgNode {
  if (of.tag === "text") return outlineText(of, String(of.children[0] ?? ""));
  return { ...of, children: of.children.map((c) => (typeof c === "string" ? c : outlined(c))) };
}

function outlineText({ attributes }: SvgNode, text: string): SvgNode {
  const { x, y, "font-size": size, "font-weight": weight, "text-anchor": anchor, ...paint } = attributes;
  const line = typeset(text, Number(size), weight === "bold");
  const left = Number(x) - textShift(anchor) * line.width;
  const shapes = [
    ...line.pieces.map((piece) => glyphs(piece, left, Number(y), paint)),
    ...line.boxes.map((box) => frame(box, left, Number(y), paint)),
  ];
  return shapes.length === 1 ? shapes[0] : node("g", {}, ...shapes);
}

/** Which part of its width a text lies to the left of its place. */
export function textShift(anchor: string | number | undefined): number {
  return { start: 0, middle: 0.5, end: 1 }[String(anchor ?? "start")] ?? 0;
}

function glyphs(piece: Piece, left: number, top: number, paint: SvgNode["attributes"]): SvgNode {
  const scale = piece.size / font(piece.font).unitsPerEm;
  const { "stroke-width": stroke, "font-family": _, ...rest } = paint;
  return node("path", {
    ...rest,
    ...(stroke === undefined ? {} : { "stroke-width": Number(stroke) / scale }),
    // Glyphs point upwards.
    transform: `translate(${left + piece.x} ${top + piece.y}) scale(${scale} ${-scale})`,
    d: glyphRun(piece.font, piece.text).path,
  });
}

function frame(box: Box, left: number, top: number, paint: SvgNode["attributes"]): SvgNode {
  const { x, y, width, height } = box;
  const line = { stroke: String(paint.fill ?? "#000"), "stroke-width": 0.5 };
  return node("rect", { x: left + x, y: top + y, width, height, fill: "none", ...line });
}
