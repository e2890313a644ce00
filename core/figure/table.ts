import { oneOf } from "../data/check.js";
import type { MapCells } from "../data/patch-map.js";
import { printable } from "../data/printable.js";
import { axisTitle, COSINE_QUANTITY, numeral, type Quantity } from "../data/quantities.js";
import type { Explanation, Layer, LayerMap, TokenKind } from "../data/vocabulary.js";
import { pCell } from "../interaction/chance.js";
import { type PatchValue, topPatches, wordMap } from "../interaction/maxsim.js";
import { finding, unseen } from "../scene/finding.js";
import type { Scene } from "../scene/scene.js";
import { headline } from "../scene/words.js";
import { layerIn } from "../view/attention-shown.js";
import { selectionChance } from "../view/chips.js";
import { type RowColumn, Rows } from "./rows.js";

export const TABLE_ROWS = ["token", "word"] as const;
/** What a table of cosines has a row for: each token that the model saw, or each word. */
export type TableRows = (typeof TABLE_ROWS)[number];

/** The numbers of one map: of a token, of a word (the mean over its tokens), or of the whole query. */
export interface TableRow {
  /** The token as its tokenizer has it, or the word as it was typed. Data, never markup. */
  text: string;
  kind: TokenKind | "query";
  /** Highest number of the map, and the patch that has it; both count from 0. */
  value: number;
  row: number;
  column: number;
  /**
   * What it adds to the page score: of a token its highest cosine over all vectors of the page, of a word the sum over its
   * tokens. Null for other quantities, as is what follows.
   */
  score: number | null;
  /** Whether the strongest match of it, or of one of its tokens, is off the image. */
  offImage: boolean | null;
  /** How often chance reaches the value; null, too, where that was not measured. */
  p: number | null;
}

/** `off the image` is for programs only. */
export type TableColumn = RowColumn<TableRow>;

/** The numbers behind a picture: a list of rows that prints as an aligned table and is written as CSV. */
export class Table extends Rows<TableRow> {}

/**
 * The numbers of what is in view: of cosines a row a token, or a word; of another quantity one for each of its maps. What is
 * selected plays no part.
 * @throws RangeError for other rows
 */
export function tableOf(
  { explanation, view }: Pick<Scene, "explanation" | "view">,
  rows: TableRows = "token",
): Table {
  oneOf(rows, "rows", TABLE_ROWS);
  const layer = layerIn(explanation, view);
  return layer
    ? new Table(layerRows(explanation, layer), layerColumns(layer.quantity))
    : cosineTable(explanation, rows);
}

export function cosineTable(explanation: Explanation, rows: TableRows = "token"): Table {
  return new Table(rows === "word" ? wordRows(explanation) : tokenRows(explanation), cosineColumns(rows));
}

/** The scene in words: the answer in one line, what it is the answer to, then a small table. */
export function text(scene: Scene): string {
  const answer = [finding(scene), unseen(scene.explanation)].filter((sentence) => sentence !== "").join(" ");
  return `${answer}\n${headline(scene)}\n\n${tableOf(scene)}`;
}

function tokenRows(explanation: Explanation): TableRow[] {
  const { query, maxsim } = explanation;
  return query.tokens.map(({ text, kind }, token) => {
    const { best, patchBest, row, column, offImage } = maxsim.tokens[token];
    const p = selectionChance(explanation, { token })?.p ?? null;
    return { text, kind, value: patchBest, row, column, score: best, offImage, p };
  });
}

function wordRows(explanation: Explanation): TableRow[] {
  const { query, maps, maxsim } = explanation;
  return query.words.map(({ text, tokens, index: word }) => {
    const of = tokens.map((t) => maxsim.tokens[t]);
    return {
      text,
      kind: "word",
      ...highest(wordMap(maps, tokens)),
      score: of.reduce((sum, { best }) => sum + best, 0),
      offImage: of.some(({ offImage }) => offImage),
      p: selectionChance(explanation, { word })?.p ?? null,
    };
  });
}

/** The whole query first, then words, then tokens. */
function layerRows({ query, grid }: Explanation, { maps }: Layer): TableRow[] {
  const names: Record<LayerMap["of"], (index: number) => Pick<TableRow, "text" | "kind">> = {
    query: () => ({ text: query.text, kind: "query" }),
    word: (index) => ({ text: query.words[index].text, kind: "word" }),
    token: (index) => query.tokens[index],
  };
  const kinds = Object.keys(names) as LayerMap["of"][];
  const inOrder = kinds.flatMap((kind) =>
    maps.filter(({ of }) => of === kind).sort((a, b) => a.index - b.index),
  );
  return inOrder.map(({ of, index, data }) => {
    const { text, kind } = names[of](index);
    return { text, kind, ...highest({ data, ...grid }), score: null, offImage: null, p: null };
  });
}

function highest(map: MapCells): PatchValue {
  return topPatches(map, 1)[0];
}

const NAME: TableColumn = { head: "text", cell: (r) => printable(r.text, 40), value: (r) => r.text };
const PLACE: TableColumn[] = (["row", "column"] as const).map((head) => ({
  head,
  isNumber: true,
  cell: (r) => String(r[head]),
  value: (r) => r[head],
}));

function cosineColumns(rows: TableRows): TableColumn[] {
  return [
    { ...NAME, head: rows },
    { head: "kind", cell: (r) => r.kind + (r.offImage ? " (best is off-image)" : ""), value: (r) => r.kind },
    numbers(rows === "token" ? "best" : "score", (r) => r.score, COSINE_QUANTITY),
    numbers("on a patch", (r) => r.value, COSINE_QUANTITY),
    ...PLACE,
    { head: "off the image", value: (r) => r.offImage },
    {
      head: "chance p",
      isNumber: true,
      cell: ({ p }) => (p === null ? "–" : pCell(p)),
      value: (r) => r.p,
    },
  ];
}

function layerColumns(quantity: Quantity): TableColumn[] {
  const kind: TableColumn = { head: "kind", cell: (r) => r.kind, value: (r) => r.kind };
  return [NAME, kind, numbers(axisTitle(quantity), (r) => r.value, quantity), ...PLACE];
}

function numbers(head: string, value: (row: TableRow) => number | null, of: Quantity): TableColumn {
  const cell = (row: TableRow) => {
    const number = value(row);
    return number === null ? "–" : numeral(number, of, true);
  };
  return { head, isNumber: true, cell, value };
}
