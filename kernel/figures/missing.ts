import { type Figure, node, type SvgNode } from "../../core/index.js";
import { missing } from "./typeset.js";

const LINE = 14;
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
  const height = figure.height + LINE;
  const { attributes, children } = figure.root;
  const root = {
    ...figure.root,
    attributes: { ...attributes, height, viewBox: `0 0 ${figure.width} ${height}` },
    children: [
      ...children.map((c) => (typeof c !== "string" && c.tag === "rect" ? taller(c, height) : c)),
      node("text", { x: 16, y: height - 12, "font-size": 10, fill: "#565c66" }, says),
    ],
  };
  return { ...figure, height, root };
}

/** The white ground is the figure's own rectangle. */
function taller(ground: SvgNode, height: number): SvgNode {
  return { ...ground, attributes: { ...ground.attributes, height } };
}

function texts(of: SvgNode): string[] {
  if (of.tag === "text") return of.children.map(String);
  return of.children.flatMap((c) => (typeof c === "string" ? [] : texts(c)));
}
