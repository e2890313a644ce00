import { axisTitle, type Quantity, reading, superlative } from "../data/quantities.js";
import { type PatchValue, topPatches } from "../interaction/maxsim.js";
import { capital } from "../scene/caption.js";
import { shorten, textWidth } from "../scene/font-metrics.js";
import { LEGEND_HEIGHT, legend } from "../scene/legend.js";
import type { Scene } from "../scene/scene.js";
import { node, type SvgNode } from "../scene/svg.js";
import { chips, hasNumber } from "../view/chips.js";

export const INK = "#1b1d21";
export const GREY = "#565c66";
/** Width of a block. */
export const BLOCK = 212;
const LINE = 15;

/** A part of a figure below or beside its pages. */
export interface Block {
  nodes: SvgNode[];
  bottom: number;
}

/** Scale, best patches and words below each other, as many words as find room. */
export function column(scene: Scene, x: number, top: number, room: number): Block {
  const scale = scaleBlock(scene, x, top);
  const best = bestBlock(scene, x, scale.bottom + 12);
  if (scene.shown.kind === "difference") {
    const worst = worstBlock(scene, x, best.bottom + 12);
    return { nodes: [...scale.nodes, ...best.nodes, ...worst.nodes], bottom: worst.bottom };
  }
  const left = Math.max(3, Math.floor((top + room - best.bottom - 12 - LINE) / LINE));
  const list = wordBlock(scene, x, best.bottom + 12, left);
  return { nodes: [...scale.nodes, ...best.nodes, ...list.nodes], bottom: list.bottom };
}

/** Blocks beside each other over the whole width. */
export function columns(
  x: number,
  top: number,
  width: number,
  blocks: ((x: number, top: number) => Block)[],
): Block {
  const step = (width - BLOCK) / Math.max(1, blocks.length - 1);
  const all = blocks.map((block, i) => block(x + i * step, top));
  return { nodes: all.flatMap((b) => b.nodes), bottom: Math.max(...all.map((b) => b.bottom)) };
}

export function scaleBlock(scene: Scene, x: number, top: number, of = ""): Block {
  const width = BLOCK - 12;
  return {
    nodes: [
      head(`Scale${of}, ${axisTitle(scene.scale.quantity)}`, x, top),
      node("g", { transform: `translate(${x} ${top + 18})` }, legend(scene, width, INK)),
      words(shorten(scene.scale.note, 10, width), x, top + 18 + LEGEND_HEIGHT + 12, { size: 10, fill: GREY }),
    ],
    bottom: top + 18 + LEGEND_HEIGHT + 16,
  };
}

export function bestBlock(scene: Scene, x: number, top: number, of = ""): Block {
  const { kind, map } = scene.shown;
  const best = `${capital(superlative(map.description))} patches${of}`;
  const name = kind === "difference" ? "In favour of the first" : best;
  return patchBlock(name, scene.best.slice(0, 5), map.description, x, top);
}

/** Of a difference, the patches that speak most for the second. */
export function worstBlock({ shown: { map } }: Scene, x: number, top: number): Block {
  const turned = topPatches({ ...map, data: map.data.map((v) => -v) }, 5);
  return patchBlock(
    "In favour of the second",
    turned.map((p) => ({ ...p, value: -p.value })),
    map.description,
    x,
    top,
  );
}

function patchBlock(name: string, patches: PatchValue[], of: Quantity, x: number, top: number): Block {
  return {
    nodes: [
      head(name, x, top),
      ...patches.flatMap((p, i) =>
        row(x, top, i, `${i + 1}  row ${p.row}, column ${p.column}`, reading(p.value, of, true)),
      ),
    ],
    bottom: top + LINE * (patches.length + 1),
  };
}

/** @param room how many lines there are for words */
export function wordBlock(scene: Scene, x: number, top: number, room: number): Block {
  const all = chips(scene.explanation, scene.view).slice(1).filter(hasNumber);
  const fits = all.length <= room ? all : all.slice(0, room - 1);
  const more = all.length - fits.length;
  const lines = fits.length + (more ? 1 : 0);
  const noted = fits.some((c) => c.offImage);
  const { noun } = all[0]?.quantity ?? scene.shown.map.description;
  return {
    nodes: [
      head(`Highest ${noun}`, x, top),
      ...fits.flatMap((c, i) =>
        row(x, top, i, c.label, `${reading(c.value, c.quantity, true)}${c.offImage ? " *" : ""}`),
      ),
      ...(more ? row(x, top, fits.length, `and ${more} more`, "") : []),
      ...(noted ? [words(OFF_IMAGE, x, top + LINE * (lines + 1), { size: 9, fill: GREY })] : []),
    ],
    bottom: top + LINE * (lines + 2),
  };
}

export const OFF_IMAGE = "* strongest match is off the image";

function head(text: string, x: number, top: number): SvgNode {
  return words(shorten(text, 11, BLOCK - 12, true), x, top + 11, { size: 11, bold: true });
}

function row(x: number, top: number, index: number, label: string, value: string): SvgNode[] {
  const y = top + 11 + LINE * (index + 1);
  const room = BLOCK - 24 - textWidth(value, 11);
  return [
    words(shorten(label, 11, room), x, y, { size: 11 }),
    words(value, x + BLOCK - 12, y, { size: 11, anchor: "end" }),
  ];
}

export function words(
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
