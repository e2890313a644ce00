import { altText, caption, pageName, scoreParts } from "./caption.js";
import { chips } from "./chips.js";
import { shorten, textWidth, wrap } from "./font-metrics.js";
import { LEGEND_HEIGHT, legend } from "./legend.js";
import { decimal, printable } from "./printable.js";
import { type Raster, raster } from "./raster.js";
import type { Scene } from "./scene.js";
import { FONT_FAMILY, node, overlay, type SvgNode } from "./svg.js";
import type { Rect } from "./types.js";

const INK = "#1b1d21";
const GREY = "#565c66";
const MARGIN = 16;
const GAP = 16;
const PANEL = 212;
const LINE = 15;

export interface FigureOptions {
  /** Width in CSS pixels. Default 720. */
  width?: number;
  /** The page's picture, as a data URL. */
  page: string;
  /** The raster as a data URL: needed for smooth cells only; others are drawn as shapes. */
  raster?: string;
}

/** A drawing with its size in CSS pixels, and where the page lies in it. */
export interface Figure {
  kind: "figure";
  width: number;
  height: number;
  page: Rect;
  root: SvgNode;
}

export const FIGURE_WIDTH = 720;

/** Where the page lies in a figure, so that a host can prepare its picture at the right size. */
export function figurePage(scene: Scene, width = FIGURE_WIDTH): Rect {
  const beside = scene.page.height >= scene.page.width;
  const w = beside ? width - 2 * MARGIN - GAP - PANEL : width - 2 * MARGIN;
  return { x: MARGIN, y: 62, width: w, height: (w * scene.page.height) / scene.page.width };
}

/** A picture of a scene for paper and screen: query, page, scale, words, best patches, caption. Light, as paper is. */
export function figure(scene: Scene, options: FigureOptions): Figure {
  const width = options.width ?? FIGURE_WIDTH;
  const page = figurePage(scene, width);
  const beside = scene.page.height >= scene.page.width;
  const panel = beside
    ? column(scene, page.x + page.width + GAP, page.y, page.height)
    : columns(scene, page.x, page.y + page.height + GAP, page.width);
  const bottom = Math.max(page.y + page.height, panel.bottom);
  const lines = wrap(caption(scene), 10, width - 2 * MARGIN);
  const height = Math.ceil(bottom + 18 + lines.length * 14 + MARGIN - 8);
  const room = width - 2 * MARGIN;
  const query = `“${printable(scene.explanation.query.text, 300)}”`;
  const root = node(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "font-family": FONT_FAMILY,
    },
    node("title", {}, printable(`Similarity map of ${scene.shown.label}`)),
    node("desc", {}, altText(scene)),
    node("rect", { width, height, fill: "#fff" }),
    words(shorten(query, 15, room, true), MARGIN, 28, { size: 15, bold: true }),
    words(
      shorten(`${scene.shown.label} · ${pageName(scene.page)} · ${scoreParts(scene.explanation)}`, 11, room),
      MARGIN,
      47,
      { size: 11, fill: GREY },
    ),
    pageGroup(scene, page, options),
    ...panel.nodes,
    ...lines.map((line, i) => words(line, MARGIN, bottom + 24 + i * 14, { size: 10, fill: GREY })),
  );
  return { kind: "figure", width, height, page, root };
}

function pageGroup(scene: Scene, at: Rect, options: FigureOptions): SvgNode {
  const size = { width: scene.page.width, height: scene.page.height };
  const scale = at.width / size.width;
  return node(
    "g",
    { transform: `translate(${at.x} ${at.y}) scale(${scale})` },
    node("image", { ...size, preserveAspectRatio: "none", href: options.page }),
    cells(scene, options),
    overlay(scene, 1 / scale),
    node("rect", { ...size, fill: "none", stroke: "#9aa0a8", "stroke-width": 1 / scale }),
  );
}

function cells(scene: Scene, options: FigureOptions): SvgNode {
  const { width, height } = scene.page;
  const pixels = raster(scene);
  const style: Record<string, string> =
    scene.view.blend === "multiply" ? { style: "mix-blend-mode:multiply" } : {};
  if (scene.view.cells === "smooth" && options.raster)
    return node("image", { ...style, width, height, preserveAspectRatio: "none", href: options.raster });
  const transform = `scale(${width / pixels.width} ${height / pixels.height})`;
  return node("g", { ...style, transform, "shape-rendering": "crispEdges" }, ...shapes(pixels));
}

/** The raster as one path a colour, made of runs of equal cells: stays sharp at any size. */
function shapes({ width, height, data }: Raster): SvgNode[] {
  const paths = new Map<number, string>();
  const pixel = new DataView(data.buffer, data.byteOffset);
  const colour = (row: number, column: number) => pixel.getUint32(4 * (row * width + column));
  for (let row = 0; row < height; row++)
    for (let start = 0, end = 0; start < width; start = end) {
      const value = colour(row, start);
      for (end = start + 1; end < width && colour(row, end) === value; ) end++;
      if ((value & 255) === 0) continue;
      paths.set(value, `${paths.get(value) ?? ""}M${start},${row}h${end - start}v1h${start - end}z`);
    }
  return Array.from(paths, ([value, d]) =>
    node("path", {
      d,
      fill: `#${(value >>> 8).toString(16).padStart(6, "0")}`,
      "fill-opacity": (value & 255) / 255,
    }),
  );
}

interface Block {
  nodes: SvgNode[];
  bottom: number;
}

function column(scene: Scene, x: number, top: number, room: number): Block {
  const scale = scaleBlock(scene, x, top);
  const best = bestBlock(scene, x, scale.bottom + 12);
  const left = Math.max(3, Math.floor((top + room - best.bottom - 12 - LINE) / LINE));
  const list = wordBlock(scene, x, best.bottom + 12, left);
  return { nodes: [...scale.nodes, ...best.nodes, ...list.nodes], bottom: list.bottom };
}

function columns(scene: Scene, x: number, top: number, width: number): Block {
  const step = (width - PANEL) / 2;
  const blocks = [
    scaleBlock(scene, x, top),
    bestBlock(scene, x + step, top),
    wordBlock(scene, x + 2 * step, top, 8),
  ];
  return { nodes: blocks.flatMap((b) => b.nodes), bottom: Math.max(...blocks.map((b) => b.bottom)) };
}

function scaleBlock(scene: Scene, x: number, top: number): Block {
  const width = PANEL - 12;
  return {
    nodes: [
      head(`Scale, ${scene.scale.unit}`, x, top),
      node("g", { transform: `translate(${x} ${top + 18})` }, legend(scene, width, INK)),
      words(shorten(scene.scale.note, 10, width), x, top + 18 + LEGEND_HEIGHT + 12, { size: 10, fill: GREY }),
    ],
    bottom: top + 18 + LEGEND_HEIGHT + 16,
  };
}

function bestBlock(scene: Scene, x: number, top: number): Block {
  const rows = scene.best.slice(0, 5);
  return {
    nodes: [
      head("Best patches", x, top),
      ...rows.flatMap((p, i) =>
        row(x, top, i, `${i + 1}  row ${p.row}, column ${p.column}`, decimal(p.value, 3)),
      ),
    ],
    bottom: top + LINE * (rows.length + 1),
  };
}

function wordBlock(scene: Scene, x: number, top: number, room: number): Block {
  const all = chips(scene.explanation, scene.view).slice(1);
  const fits = all.length <= room ? all : all.slice(0, room - 1);
  const more = all.length - fits.length;
  const last = more > 0 ? row(x, top, fits.length, `and ${more} more`, "") : [];
  return {
    nodes: [
      head("Highest cosine", x, top),
      ...fits.flatMap((c, i) => row(x, top, i, c.label, `${decimal(c.value, 3)}${c.offImage ? " *" : ""}`)),
      ...last,
      ...(fits.some((c) => c.offImage)
        ? [
            words("* strongest match is off the image", x, top + LINE * (fits.length + (more ? 1 : 0) + 1), {
              size: 9,
              fill: GREY,
            }),
          ]
        : []),
    ],
    bottom: top + LINE * (fits.length + (more ? 1 : 0) + 2),
  };
}

function head(text: string, x: number, top: number): SvgNode {
  return words(text, x, top + 11, { size: 11, bold: true });
}

function row(x: number, top: number, index: number, label: string, value: string): SvgNode[] {
  const y = top + 11 + LINE * (index + 1);
  const room = PANEL - 24 - textWidth(value, 11);
  return [
    words(shorten(label, 11, room), x, y, { size: 11 }),
    words(value, x + PANEL - 12, y, { size: 11, anchor: "end" }),
  ];
}

function words(
  text: string,
  x: number,
  y: number,
  {
    size,
    bold = false,
    fill = INK,
    anchor = "start",
  }: { size: number; bold?: boolean; fill?: string; anchor?: string },
): SvgNode {
  return node(
    "text",
    { x, y, "font-size": size, "font-weight": bold ? "bold" : "normal", "text-anchor": anchor, fill },
    text,
  );
}
