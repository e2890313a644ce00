import { printable } from "../data/printable.js";
import type { Rect } from "../data/vocabulary.js";
import { shorten, textWidth, wrap } from "../scene/font-metrics.js";
import { describeDomain } from "../scene/scale.js";
import { FONT_FAMILY, node, type SvgNode } from "../scene/svg.js";
import { cropOf } from "./figure-crop.js";
import { figureLegend, legendWidth } from "./figure-legend.js";
import { type FigurePictures, figurePage, type PanelCut, pagePicture, panelCut } from "./figure-page.js";
import {
  type FigurePanel,
  type FigurePlan,
  figureAlt,
  figureCaption,
  figureProvenance,
  figureSource,
  figureTitle,
  hasOwnScale,
} from "./figure-plan.js";
import { type FigureSetting, isNarrow } from "./figure-setting.js";
import { type Block, GREY, LEADING, words } from "./figure-text.js";
import { figureWords } from "./figure-words.js";

/** Half of a frame's line lies outside of it. */
const EDGE = 0.5;
/** How wide a small map is at least, by the size of the text. */
const SMALL = { portrait: 14, landscape: 20 };
/** What of the width a whole upright page takes, with its words beside it. */
const BESIDE = 0.58;

/** A drawing with its size in CSS pixels. */
export interface Figure {
  kind: "figure";
  width: number;
  height: number;
  root: SvgNode;
}

/** A plan with a place for every panel. A host prepares the pictures that it asks for. */
export interface FigureLayout {
  kind: "layout";
  plan: FigurePlan;
  setting: FigureSetting;
  panels: LaidPanel[];
}

export interface LaidPanel {
  /** In the figure, in CSS pixels. */
  at: Rect;
  /** What of the page is shown, in its pixels. */
  crop: Rect;
  cut: PanelCut;
}

/** @throws RangeError for a crop beside the page */
export function figureLayout(plan: FigurePlan, setting: FigureSetting): FigureLayout {
  const [first] = plan.panels;
  const own = cropOf(first.scene, setting);
  // Panels that show the same page show the same part of it.
  const crops = plan.panels.map(({ scene }) =>
    scene.page === first.scene.page ? own : cropOf(scene, setting),
  );
  const places = placesOf(plan, crops, setting);
  return {
    kind: "layout",
    plan,
    setting,
    panels: plan.panels.map(({ scene }, i) => ({
      at: places[i],
      crop: crops[i],
      cut: panelCut(scene, crops[i]),
    })),
  };
}

/**
 * A picture for paper and screen: pages with their colours and boxes, the words with their numbers, the legend; a caption
 * where it is asked for. No title, and nothing of where it comes from but in the caption. Light, as paper is.
 * @param pictures of each panel; panels with the same picture share it
 */
export function figure({ plan, setting, panels }: FigureLayout, pictures: readonly FigurePictures[]): Figure {
  const { width, text } = setting;
  const shared = sharedPictures(plan, panels, pictures);
  const below = Math.max(...panels.map(({ at }) => at.y + at.height)) + (hasNotes(plan) ? LEADING * text : 0);
  const key = isBeside(plan, panels[0].crop, setting)
    ? keyBeside(plan, panels[0].at, setting)
    : keyBelow(plan, below + 0.7 * text, setting);
  const bottom = Math.max(below, key.bottom);
  const says = captionBlock(plan, bottom + 0.8 * text, setting);
  const height = Math.ceil((says?.bottom ?? bottom) + EDGE);
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
    ...plan.panels.flatMap((of, i) => [
      ...heading(plan, of, panels[i].at, text),
      figurePage(
        of.scene,
        panels[i].at,
        panels[i].crop,
        {
          cut: panels[i].cut,
          pictures: pictures[i],
          shared: shared.get(pictures[i].page)?.id ?? null,
        },
        plan.kind === "multiples" ? 0.5 : 0.75,
        plan.kind === "pair" && i === 1 ? "b" : "a",
      ),
      ...ownScale(plan, of, panels[i].at, text),
    ]),
    ...key.nodes,
    ...(says?.nodes ?? []),
  );
  return { kind: "figure", width, height, root };
}

function placesOf(plan: FigurePlan, crops: readonly Rect[], setting: FigureSetting): Rect[] {
  const { width, text } = setting;
  const room = width - 2 * EDGE;
  const fitted = ({ width: w, height: h }: Rect, x: number, y: number, wide: number) => ({
    x,
    y,
    width: wide,
    height: (wide * h) / w,
  });
  if (plan.kind === "single")
    return [fitted(crops[0], EDGE, EDGE, isBeside(plan, crops[0], setting) ? BESIDE * room : room)];
  const gap = 1.2 * text;
  const least = text * (crops[0].height >= crops[0].width ? SMALL.portrait : SMALL.landscape);
  const across =
    plan.kind === "pair"
      ? isNarrow(setting)
        ? 1
        : 2
      : heads(plan, Math.max(1, Math.floor((room + gap) / (least + gap))));
  const each = (room - gap * (across - 1)) / across;
  const name = 1.5 * text;
  const step = (i: number) =>
    name + (each * crops[i].height) / crops[i].width + (hasNotes(plan) ? LEADING * text : 0) + gap / 2;
  let [y, rowHeight] = [EDGE, 0];
  return crops.map((crop, i) => {
    if (i > 0 && i % across === 0) [y, rowHeight] = [y + rowHeight, 0];
    rowHeight = Math.max(rowHeight, step(i));
    return fitted(crop, EDGE + (i % across) * (each + gap), y + name, each);
  });
}

/** A layer a row where its heads fit. */
function heads({ heads: row }: FigurePlan, most: number): number {
  return row && row <= most ? row : most;
}

/** A whole upright page would leave no room below it. */
function isBeside(plan: FigurePlan, crop: Rect, setting: FigureSetting): boolean {
  return plan.kind === "single" && !isNarrow(setting) && crop.height >= crop.width;
}

function keyBeside(plan: FigurePlan, at: Rect, { width, text }: FigureSetting): Block {
  const x = at.x + at.width + 1.6 * text;
  const room = width - EDGE - x;
  const legend = figureLegend(plan.legend.scene, x, at.y, Math.min(room, legendWidth(text)), text);
  const list = figureWords(plan, x, legend.bottom + text, room, text);
  return { nodes: [...legend.nodes, ...list.nodes], bottom: list.bottom };
}

/** More lines of words than these leave the legend a place of its own. */
const LINES_BESIDE = 3;

function keyBelow(plan: FigurePlan, top: number, { width, text }: FigureSetting): Block {
  const room = width - 2 * EDGE;
  const each = Math.min(room, legendWidth(text));
  const scenes = plan.kind === "pair" ? plan.panels.map(({ scene }) => scene) : [plan.legend.scene];
  const left = room - each - 1.5 * text;
  const beside = figureWords(plan, EDGE, top, left, text);
  const isTight = beside.bottom - top > LINES_BESIDE * LEADING * text + 1 || left < each / 2;
  const list = isTight ? figureWords(plan, EDGE, top, room, text) : beside;
  const block: Block = { nodes: [...list.nodes], bottom: list.bottom };
  let from = isTight ? list.bottom + 0.3 * text : top;
  for (const [i, scene] of scenes.entries()) {
    const label = plan.kind === "pair" ? `${"AB"[i]}: ` : "";
    const legend = figureLegend(scene, EDGE + room - each, from, each, text, label);
    block.nodes.push(...legend.nodes);
    from = legend.bottom + 0.5 * text;
    block.bottom = Math.max(block.bottom, legend.bottom);
  }
  return block;
}

function captionBlock(plan: FigurePlan, top: number, { width, text, caption }: FigureSetting): Block | null {
  if (!caption) return null;
  const room = width - 2 * EDGE;
  const lines = wrap(figureCaption(plan), text, room);
  const sources = figureSource(plan).flatMap((line) => wrap(line, text, room));
  const y = (i: number) => top + text + i * LEADING * text;
  return {
    nodes: [
      ...lines.map((line, i) => words(line, EDGE, y(i), { size: text })),
      ...sources.map((line, i) => words(line, EDGE, y(lines.length + i + 0.3), { size: text, fill: GREY })),
    ],
    bottom: y(lines.length + sources.length - 0.7) + 0.4 * text,
  };
}

/** Page pictures that several panels show, by their data URL. */
function sharedPictures(
  plan: FigurePlan,
  panels: readonly LaidPanel[],
  pictures: readonly FigurePictures[],
): Map<string, { id: string; picture: SvgNode }> {
  const out = new Map<string, { id: string; picture: SvgNode }>();
  pictures.forEach((of, i) => {
    if (out.has(of.page) || pictures.findIndex((p) => p.page === of.page) === i) return;
    // Named by the page, so that figures in one HTML document do not take each other's.
    const id = `cl-page-${plan.panels[i].scene.page.sha256.replace(/[^0-9a-f]/g, "").slice(0, 16)}`;
    const drawn = pagePicture(panels[i].cut, of);
    out.set(of.page, { id, picture: { ...drawn, attributes: { id, ...drawn.attributes } } });
  });
  return out;
}

function heading(plan: FigurePlan, { name, value }: FigurePanel, at: Rect, size: number): SvgNode[] {
  if (!name) return [];
  const bold = plan.kind === "pair";
  const room = at.width - (value ? textWidth(value, size, true) + size / 2 : 0);
  const y = at.y - 0.45 * size;
  const label = words(shorten(name, size, room, bold), at.x, y, { size, bold });
  return value ? [label, words(value, at.x + at.width, y, { size, bold: true, anchor: "end" })] : [label];
}

/** Whether ranges stand under maps whose scale is another than the legend's. */
function hasNotes(plan: FigurePlan): boolean {
  return plan.kind === "multiples" && plan.panels.some((panel) => hasOwnScale(plan, panel));
}

function ownScale(plan: FigurePlan, of: FigurePanel, at: Rect, size: number): SvgNode[] {
  if (plan.kind !== "multiples" || !hasOwnScale(plan, of)) return [];
  const range = shorten(describeDomain(of.scene.scale), size, at.width);
  return [words(range, at.x, at.y + at.height + 1.15 * size, { size, fill: GREY })];
}
