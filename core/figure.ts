import { altText, caption, finding, origin, pageName, sceneName, scoreParts } from "./caption.js";
import { chips } from "./chips.js";
import { shorten, textWidth, wrap } from "./font-metrics.js";
import { LEGEND_HEIGHT, legend } from "./legend.js";
import { decimal, printable } from "./printable.js";
import { type Raster, raster } from "./raster.js";
import { describeScale } from "./scale.js";
import type { Scene } from "./scene.js";
import { FONT_FAMILY, node, overlay, type SvgNode } from "./svg.js";
import type { Rect } from "./types.js";

const INK = "#1b1d21";
const GREY = "#565c66";
const MARGIN = 16;
const GAP = 16;
const PANEL = 212;
const LINE = 15;

/** Encoded pictures that a drawing needs, as data URLs. */
export interface FigurePictures {
  page: string;
  /** The raster: needed for smooth cells only; others are drawn as shapes. */
  raster?: string;
}

export interface FigureOptions extends FigurePictures {
  /** Width in CSS pixels. Default 720. */
  width?: number;
  /** The B of a comparison, drawn beside A. */
  other?: FigurePictures & { scene: Scene };
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
const TOP = 62;

/**
 * Where the page lies in a figure, so that a host can prepare its picture at the right size.
 * @param side which of two pages side by side, or null for one page
 */
export function figurePage(scene: Scene, width = FIGURE_WIDTH, side: "a" | "b" | null = null): Rect {
  const room = width - 2 * MARGIN;
  const half = (room - GAP) / 2;
  const w = side ? half : isPortrait(scene) ? room - GAP - PANEL : room;
  return {
    x: MARGIN + (side === "b" ? half + GAP : 0),
    y: TOP + (side ? 20 : 0),
    width: w,
    height: (w * scene.page.height) / scene.page.width,
  };
}

/** A picture of a scene for paper and screen: query, page, scale, words, best patches, caption. Light, as paper is. */
export function figure(scene: Scene, options: FigureOptions): Figure {
  const width = options.width ?? FIGURE_WIDTH;
  const page = figurePage(scene, width, options.other ? "a" : null);
  const body = options.other
    ? pair(scene, page, options.other, options, width)
    : single(scene, page, options);
  const room = width - 2 * MARGIN;
  const lines = wrap(options.other ? pairCaption(scene, options.other.scene) : caption(scene), 10, room);
  const height = Math.ceil(body.bottom + 18 + lines.length * 14 + MARGIN - 8);
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
    node("desc", {}, [scene, options.other?.scene].flatMap((s) => (s ? [altText(s)] : [])).join(" ")),
    node("rect", { width, height, fill: "#fff" }),
    words(shorten(query, 15, room, true), MARGIN, 28, { size: 15, bold: true }),
    words(
      shorten(`${scene.shown.label} · ${pageName(scene.page)} · ${scoreParts(scene.explanation)}`, 11, room),
      MARGIN,
      47,
      { size: 11, fill: GREY },
    ),
    ...body.nodes,
    ...lines.map((line, i) => words(line, MARGIN, body.bottom + 24 + i * 14, { size: 10, fill: GREY })),
  );
  return { kind: "figure", width, height, page, root };
}

function isPortrait({ page }: Scene): boolean {
  return page.height >= page.width;
}

function single(scene: Scene, page: Rect, pictures: FigurePictures): Block {
  const panel = isPortrait(scene)
    ? column(scene, page.x + page.width + GAP, page.y, page.height)
    : columns(page.x, page.y + page.height + GAP, page.width, [
        (x, y) => scaleBlock(scene, x, y),
        (x, y) => bestBlock("Best patches", scene, x, y),
        (x, y) => wordBlock(scene, x, y, 8),
      ]);
  return {
    nodes: [pageGroup(scene, page, pictures), ...panel.nodes],
    bottom: Math.max(page.y + page.height, panel.bottom),
  };
}

function pair(
  a: Scene,
  page: Rect,
  other: FigurePictures & { scene: Scene },
  pictures: FigurePictures,
  width: number,
): Block {
  const b = other.scene;
  const second = figurePage(b, width, "b");
  const below = Math.max(page.y + page.height, second.y + second.height) + GAP;
  const panel = columns(MARGIN, below, width - 2 * MARGIN, [
    (x, y) => scaleBlock(a, x, y),
    (x, y) => bestBlock("Best patches of A", a, x, y),
    (x, y) => bestBlock("Best patches of B", b, x, y),
  ]);
  const name = (side: string, scene: Scene, at: Rect) =>
    words(shorten(`${side}: ${sceneName(scene)}`, 11, at.width, true), at.x, TOP + 11, {
      size: 11,
      bold: true,
    });
  return {
    nodes: [
      name("A", a, page),
      name("B", b, second),
      pageGroup(a, page, pictures),
      pageGroup(b, second, other),
      ...panel.nodes,
    ],
    bottom: panel.bottom,
  };
}

function pairCaption(a: Scene, b: Scene): string {
  const own = b.scale === a.scale ? "" : ` B has its own scale: ${describeScale(b.scale)}.`;
  return `A: ${finding(a)} B, ${sceneName(b)}: ${finding(b)}${own} ${origin(a)}`;
}

function pageGroup(scene: Scene, at: Rect, options: FigurePictures): SvgNode {
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

function cells(scene: Scene, options: FigurePictures): SvgNode {
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
  const best = bestBlock("Best patches", scene, x, scale.bottom + 12);
  const left = Math.max(3, Math.floor((top + room - best.bottom - 12 - LINE) / LINE));
  const list = wordBlock(scene, x, best.bottom + 12, left);
  return { nodes: [...scale.nodes, ...best.nodes, ...list.nodes], bottom: list.bottom };
}

function columns(
  x: number,
  top: number,
  width: number,
  blocks: ((x: number, top: number) => Block)[],
): Block {
  const step = (width - PANEL) / (blocks.length - 1);
  const made = blocks.map((block, i) => block(x + i * step, top));
  return { nodes: made.flatMap((b) => b.nodes), bottom: Math.max(...made.map((b) => b.bottom)) };
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

function bestBlock(name: string, scene: Scene, x: number, top: number): Block {
  const rows = scene.best.slice(0, 5);
  return {
    nodes: [
      head(name, x, top),
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
