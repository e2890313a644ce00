import { textWidth } from "../scene/font-metrics.js";
import { node, type SvgNode } from "../scene/svg.js";

export const INK = "#1b1d21";
export const GREY = "#565c66";

/** A part of a figure. */
export interface Block {
  nodes: SvgNode[];
  bottom: number;
}

export interface TextLook {
  size: number;
  bold?: boolean;
  fill?: string;
  anchor?: "start" | "middle" | "end";
}

export function words(
  text: string,
  x: number,
  y: number,
  { size, bold = false, fill = INK, anchor = "start" }: TextLook,
): SvgNode {
  return node(
    "text",
    { x, y, "font-size": size, "font-weight": bold ? "bold" : "normal", "text-anchor": anchor, fill },
    text,
  );
}

/** Something that is kept on one line: `battery 0.60`. */
export type Item = { text: string; bold?: boolean; fill?: string }[];

export const LEADING = 1.45;

/** Items one after the other, in as many lines as they need. */
export function flow(items: readonly Item[], x: number, top: number, width: number, size: number): Block {
  const gap = 0.9 * size;
  const nodes: SvgNode[] = [];
  let [at, line] = [0, 0];
  for (const item of items) {
    const own = widthOf(item, size);
    if (at > 0 && at + own > width) [at, line] = [0, line + 1];
    const y = top + size + line * LEADING * size;
    for (const { text, bold = false, fill } of item) {
      nodes.push(words(text, x + at, y, { size, bold, ...(fill && { fill }) }));
      at += textWidth(text, size, bold) + SPACE * size;
    }
    at += gap - SPACE * size;
  }
  return { nodes, bottom: top + (items.length === 0 ? 0 : (line + 1) * LEADING * size) };
}

/** Between the parts of an item. */
const SPACE = 0.35;

function widthOf(item: Item, size: number): number {
  return item.reduce(
    (sum, { text, bold }) => sum + textWidth(text, size, bold) + SPACE * size,
    -SPACE * size,
  );
}
