import { printable } from "../data/printable.js";
import { reading } from "../data/quantities.js";
import { shorten } from "../scene/font-metrics.js";
import type { Scene } from "../scene/scene.js";
import { chips, hasNumber, isNothingBeyond, type NumberedChip } from "../view/chips.js";
import type { FigurePlan } from "./figure-plan.js";
import { type Block, flow, GREY, type Item } from "./figure-text.js";

/** More words are counted. */
const MOST = 24;
const OFF_IMAGE = "* strongest match is off the image";

/**
 * The words of the query with their highest numbers, those within chance said to be; of a word that is selected only that
 * one; of a comparison those of A and of B.
 */
export function figureWords(plan: FigurePlan, x: number, top: number, width: number, size: number): Block {
  const rows: [label: string, scene: Scene][] =
    plan.kind === "pair"
      ? plan.panels.map(({ scene }, i) => ["AB"[i], scene])
      : plan.minuend && plan.subtrahend
        ? [
            ["A", plan.minuend],
            ["B", plan.subtrahend],
          ]
        : [["", plan.panels[0].scene]];
  const block: Block = { nodes: [], bottom: top };
  for (const [label, scene] of rows) {
    const items = plan.kind === "multiples" ? asked(scene, width, size) : numbered(scene, label);
    const next = flow(items, x, block.bottom, width, size);
    block.nodes.push(...next.nodes);
    block.bottom = next.bottom;
  }
  return block;
}

/** Small maps have their words above them. */
function asked(scene: Scene, width: number, size: number): Item[] {
  const { query } = scene.explanation;
  const text = shorten(`“${printable(query.text, 300)}”`, size, 0.8 * width);
  return [[{ text: "Query", fill: GREY }, { text }], ...unseenItems(scene)];
}

function numbered(scene: Scene, label: string): Item[] {
  const { explanation, view, shown } = scene;
  const all = chips(explanation, view).slice(1).filter(hasNumber);
  const { word, token } = view;
  const one =
    shown.kind === "word" || shown.kind === "token"
      ? all
          .flatMap((chip) => [chip, ...chip.parts.filter(hasNumber)])
          .filter(({ select }) =>
            token !== null ? select.token === token : select.word === word && select.token === null,
          )
      : [];
  const listed = one.length > 0 ? one : all;
  const named = listed.slice(0, MOST);
  const head = label || (one.length > 0 ? (shown.kind === "token" ? "Token" : "Word") : "Query");
  return [
    [{ text: head, fill: GREY, bold: label !== "" }],
    ...named.map(item),
    ...(listed.length > named.length
      ? [[{ text: `and ${listed.length - named.length} more`, fill: GREY }]]
      : []),
    ...(isNothingBeyond(explanation, shown) ? [[{ text: "nothing beyond chance", bold: true }]] : []),
    ...(named.some(({ offImage }) => offImage) ? [[{ text: OFF_IMAGE, fill: GREY }]] : []),
    ...unseenItems(scene),
  ];
}

function item({ label, value, quantity, chance, offImage }: NumberedChip): Item {
  return [
    { text: printable(label, 40) },
    { text: `${reading(value, quantity)}${offImage ? " *" : ""}`, bold: true },
    ...(chance && chance.level !== null && !chance.beyond ? [{ text: "(chance)", fill: GREY }] : []),
  ];
}

function unseenItems({ explanation: { query } }: Scene): Item[] {
  const dropped = query.dropped.slice(0, 5).map((word) => printable(word, 20));
  const more = query.dropped.length > dropped.length ? " …" : "";
  return dropped.length > 0 ? [[{ text: `not seen: ${dropped.join(", ")}${more}`, fill: GREY }]] : [];
}
