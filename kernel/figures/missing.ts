import { type Figure, node, type SvgNode } from "../../core/index.js";
import { missing } from "./typeset.js";

/** How many code points are named; the boxes themselves name all. */
const NAMED = 8;

/** The figure with a line that says which characters are shown as boxes, where there are any. */
export function withMissingNote(figure: Figure): Figure {
  const codes = Array.from(
    new Set(texts(figure.root).flatMap(missing)),
    (char) => `U+${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`,
  );
  if (codes.length === 0) return figure;
  const more = codes.length > NAMED ? " …" : "";
  const says = `Boxes hold the codes of characters that the figure’s fonts lack: ${codes.slice(0, NAMED).join(", ")}${more}.`;
  const size = fontSize(figure.root) ?? 10;
  const height = figure.height + 1.5 * size;
  const { attributes, children } = figure.root;
  const root = {
    ...figure.root,
    attributes: { ...attributes, height, viewBox: `0 0 ${figure.width} ${height}` },
    children: [
      ...children.map((c) => (typeof c !== "string" && c.tag === "rect" ? taller(c, height) : c)),
      node("text", { x: 0.5, y: height - 0.5 * size, "font-size": size, fill: "#565c66" }, says),
    ],
  };
  return { ...figure, height, root };
}

/** That of the figure's own text. */
function fontSize({ tag, attributes, children }: SvgNode): number | undefined {
  if (tag === "text") return Number(attributes["font-size"]);
  for (const child of children) {
    const size = typeof child === "string" ? undefined : fontSize(child);
    if (size !== undefined) return size;
  }
  return undefined;
}

/** The white ground is the figure's own rectangle. */
function taller(ground: SvgNode, height: number): SvgNode {
  return { ...ground, attributes: { ...ground.attributes, height } };
}

function texts(of: SvgNode): string[] {
  if (of.tag === "text") return of.children.map(String);
  return of.children.flatMap((c) => (typeof c === "string" ? [] : texts(c)));
}
