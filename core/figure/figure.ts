import { printable } from "../data/printable.js";
import type { Rect } from "../data/vocabulary.js";
import { shorten, textWidth, wrap } from "../scene/font-metrics.js";
import { describeDomain } from "../scene/scale.js";
import type { Scene } from "../scene/scene.js";
import { FONT_FAMILY, node, type SvgNode } from "../scene/svg.js";
import {
  BLOCK,
  type Block,
  bestBlock,
  column,
  columns,
  GREY,
  OFF_IMAGE,
  scaleBlock,
  wordBlock,
  words,
  worstBlock,
} from "./figure-blocks.js";
import { type FigurePictures, figurePage, pagePicture } from "./figure-page.js";
import {
  type FigurePanel,
  type FigurePlan,
  figureAlt,
  figureCaption,
  figureProvenance,
  figureSubtitle,
  figureTitle,
  hasOwnScale,
} from "./figure-plan.js";

const MARGIN = 16;
const GAP = 16;
/** Where pages start, below query and subtitle. */
const TOP = 62;
/** Room for a panel's name above it, and for its own scale below it. */
const NAME = 20;
const NOTE = 13;
/** How wide a small map is at least. */
const SMALL = { portrait: 150, landscape: 200 };

export const FIGURE_WIDTH = 720;

/** A drawing with its size in CSS pixels. */
export interface Figure {
  kind: "figure";
  width: number;
  height: number;
  root: SvgNode;
}

/** Where the page of each panel lies in a figure, so that a host can prepare its picture at the right size. */
export function figurePlaces(plan: FigurePlan, width = FIGURE_WIDTH): Rect[] {
  const [{ scene: first }] = plan.panels;
  const room = width - 2 * MARGIN;
  if (plan.kind === "single")
    return [fitted(first, MARGIN, TOP, isPortrait(first) ? room - GAP - BLOCK : room)];
  const least = isPortrait(first) ? SMALL.portrait : SMALL.landscape;
  const across = plan.kind === "pair" ? 2 : Math.max(1, Math.floor((room + GAP) / (least + GAP)));
  const each = (room - GAP * (across - 1)) / across;
  // All small maps are of one page, so each row has the same height.
  const below = plan.panels.some((panel) => hasOwnScale(plan, panel)) ? NOTE : 0;
  const step = NAME + fitted(first, 0, 0, each).height + below + GAP / 2;
  return plan.panels.map(({ scene }, i) =>
    fitted(
      scene,
      MARGIN + (i % across) * (each + GAP),
      TOP + NAME + (plan.kind === "pair" ? 0 : Math.floor(i / across) * step),
      each,
    ),
  );
}

/**
 * A picture for paper and screen: query, pages, scale, words, best patches, caption. Light, as paper is.
 * @param pictures of each panel; panels with the same page's picture share it
 * @param width in CSS pixels
 */
export function figure(plan: FigurePlan, pictures: readonly FigurePictures[], width = FIGURE_WIDTH): Figure {
  const room = width - 2 * MARGIN;
  const places = figurePlaces(plan, width);
  const shared = sharedPictures(plan, pictures);
  const below = Math.max(...places.map((at) => at.y + at.height));
  const panel = blocks(plan, places[0], below, room);
  const bottom = Math.max(below, panel.bottom);
  const lines = wrap(figureCaption(plan), 10, room);
  const height = Math.ceil(bottom + 18 + lines.length * 14 + MARGIN - 8);
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
    node("title", {}, printable(figureTitle(plan))),
    node("desc", {}, figureAlt(plan)),
    node("metadata", {}, figureProvenance(plan)),
    ...(shared.size > 0 ? [node("defs", {}, ...Array.from(shared.values(), (s) => s.picture))] : []),
    node("rect", { width, height, fill: "#fff" }),
    words(shorten(plan.title, 15, room, true), MARGIN, 28, { size: 15, bold: true }),
    words(subtitle(plan, room), MARGIN, 47, { size: 11, fill: GREY }),
    ...plan.panels.flatMap((of, i) => [
      ...heading(plan, of, places[i]),
      figurePage(
        of.scene,
        places[i],
        pictures[i],
        shared.get(pictures[i].page)?.id ?? null,
        plan.kind === "multiples" ? 0.5 : 1,
      ),
      ...ownScale(plan, of, places[i]),
    ]),
    ...panel.nodes,
    ...lines.map((line, i) => words(line, MARGIN, bottom + 24 + i * 14, { size: 10, fill: GREY })),
  );
  return { kind: "figure", width, height, root };
}

function subtitle(plan: FigurePlan, room: number): string {
  const [place, score] = figureSubtitle(plan);
  return shorten(`${shorten(place, 11, Math.max(60, room - textWidth(score, 11)))}${score}`, 11, room);
}

function fitted({ page }: Scene, x: number, y: number, width: number): Rect {
  return { x, y, width, height: (width * page.height) / page.width };
}

function isPortrait({ page }: Scene): boolean {
  return page.height >= page.width;
}

/** Page pictures that several panels show, by their data URL. */
function sharedPictures(
  { panels }: FigurePlan,
  pictures: readonly FigurePictures[],
): Map<string, { id: string; picture: SvgNode }> {
  const out = new Map<string, { id: string; picture: SvgNode }>();
  pictures.forEach((of, i) => {
    if (out.has(of.page) || pictures.findIndex((p) => p.page === of.page) === i) return;
    // Named by the page, so that figures in one HTML document do not take each other's.
    const id = `cl-page-${panels[i].scene.page.sha256.replace(/[^0-9a-f]/g, "").slice(0, 16)}`;
    const drawn = pagePicture(panels[i].scene, of);
    out.set(of.page, { id, picture: { ...drawn, attributes: { id, ...drawn.attributes } } });
  });
  return out;
}

function heading(plan: FigurePlan, { name, value }: FigurePanel, at: Rect): SvgNode[] {
  if (!name) return [];
  const size = plan.kind === "pair" ? 11 : 10;
  const bold = plan.kind === "pair";
  const room = at.width - (value ? textWidth(value, size) + 6 : 0);
  const label = words(shorten(name, size, room, bold), at.x, at.y - 7, { size, bold });
  return value ? [label, words(value, at.x + at.width, at.y - 7, { size, anchor: "end" })] : [label];
}

function ownScale(plan: FigurePlan, of: FigurePanel, at: Rect): SvgNode[] {
  if (plan.kind !== "multiples" || !hasOwnScale(plan, of)) return [];
  return [
    words(shorten(describeDomain(of.scene.scale), 9, at.width), at.x, at.y + at.height + 10, {
      size: 9,
      fill: GREY,
    }),
  ];
}

function blocks(plan: FigurePlan, page: Rect, below: number, room: number): Block {
  const [{ scene: a }, second] = plan.panels;
  const top = below + GAP;
  switch (plan.kind) {
    case "single":
      return isPortrait(a)
        ? column(a, page.x + page.width + GAP, page.y, page.height)
        : columns(MARGIN, top, room, [
            (x, y) => scaleBlock(a, x, y),
            (x, y) => bestBlock(a, x, y),
            (x, y) => (a.shown.kind === "difference" ? worstBlock(a, x, y) : wordBlock(a, x, y, 8)),
          ]);
    case "pair":
      return columns(MARGIN, top, room, [
        (x, y) => scaleBlock(a, x, y),
        (x, y) => bestBlock(a, x, y, " of A"),
        (x, y) => bestBlock(second.scene, x, y, " of B"),
      ]);
    case "multiples": {
      const { legend, panels } = plan;
      const own = panels.some((panel) => hasOwnScale(plan, panel));
      const under = top + (own ? NOTE : 0);
      const legends = columns(MARGIN, under, room, [
        (x, y) => scaleBlock(legend.scene, x, y, own ? ` of ${legend.scene.shown.label}` : ""),
        (x, y) => bestBlock(a, x, y, ", whole query"),
      ]);
      if (!panels.some(({ offImage }) => offImage)) return legends;
      const note = words(OFF_IMAGE, MARGIN, legends.bottom + 8, { size: 9, fill: GREY });
      return { nodes: [...legends.nodes, note], bottom: legends.bottom + 12 };
    }
  }
}
