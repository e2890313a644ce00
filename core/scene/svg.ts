import type { Rect } from "../data/vocabulary.js";
import type { Mark } from "./marks.js";
import type { Scene } from "./scene.js";

/** One element of a drawing. A string child is text and is escaped when written. */
export interface SvgNode {
  tag: string;
  attributes: Record<string, string | number>;
  children: (SvgNode | string)[];
}

export function node(
  tag: string,
  attributes: Record<string, string | number> = {},
  ...children: (SvgNode | string)[]
): SvgNode {
  return { tag, attributes, children };
}

export const FONT_FAMILY = "DejaVu Sans, Verdana, sans-serif";

const STROKES = {
  best: { stroke: "#c2185b", width: 2.5, dash: "" },
  next: { stroke: "#c2185b", width: 1.25, dash: "" },
  region: { stroke: "#0b57d0", width: 2, dash: "6 3" },
  reader: { stroke: "#0b57d0", width: 1.5, dash: "" },
  sink: { stroke: "#6a6f78", width: 1.25, dash: "2 2" },
  contour: { stroke: "#222", width: 1, dash: "" },
  outline: { stroke: "#c2185b", width: 1.5, dash: "" },
};

/**
 * The marks of a scene in page coordinates.
 * @param unit length of one screen pixel in page pixels: keeps strokes and labels the same size at any zoom
 */
export function overlay(scene: Scene, unit: number): SvgNode {
  return node("g", { class: "cl-marks", fill: "none" }, ...scene.marks.map((mark) => drawn(mark, unit)));
}

function drawn(mark: Mark, unit: number): SvgNode {
  const { stroke, width, dash } = STROKES[mark.role];
  if (mark.kind === "label")
    return node(
      "text",
      {
        x: mark.x + 2 * unit,
        y: mark.y + 4 * unit,
        "font-family": FONT_FAMILY,
        "font-size": 10 * unit,
        "font-weight": "bold",
        fill: stroke,
        stroke: "#fff",
        "stroke-width": 3 * unit,
        "stroke-linejoin": "round",
        "paint-order": "stroke",
      },
      mark.text,
    );
  const shape = mark.kind === "rect" ? around(mark, (width / 2) * unit) : node("path", { d: mark.d });
  // A white halo keeps a mark visible on any page.
  const halo = {
    ...shape,
    attributes: { ...shape.attributes, stroke: "#fff", "stroke-width": (width + 2) * unit },
  };
  shape.attributes = { ...shape.attributes, stroke, "stroke-width": width * unit };
  if (dash)
    shape.attributes["stroke-dasharray"] = dash
      .split(" ")
      .map((d) => Number(d) * unit)
      .join(" ");
  return node("g", { class: `cl-${mark.role}` }, halo, shape);
}

/** Drawn outside the patch, whose colour stays in sight however small it is. */
function around({ x, y, width, height }: Rect, by: number): SvgNode {
  return node("rect", { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by });
}

/** The overlay as a document of its own, page-sized: laid over the page and its raster. */
export function svg(scene: Scene, unit = 1): string {
  const { width, height } = scene.page;
  return serialise(
    node(
      "svg",
      { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}` },
      overlay(scene, unit),
    ),
  );
}

/** Writes a drawing as XML. */
export function serialise(of: SvgNode): string {
  const attributes = Object.entries(of.attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(typeof value === "number" ? rounded(value) : value)}"`)
    .join("");
  const inside = of.children.map((c) => (typeof c === "string" ? escapeXml(c) : serialise(c))).join("");
  return inside ? `<${of.tag}${attributes}>${inside}</${of.tag}>` : `<${of.tag}${attributes}/>`;
}

function rounded(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML 1.0 does not allow, escaped or not
const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** For text and quoted attributes of XML and HTML alike. */
export function escapeXml(text: string): string {
  return text
    .replace(NO_XML, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
