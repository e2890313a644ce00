import {
  type Column,
  cosineTable,
  decimal,
  type LensExplanation,
  type MaxSim,
  type PatchValue,
  printedAs,
  type Quantity,
  type QueryToken,
  type QueryWord,
  type Rect,
  reading,
  scoreParts,
  tableText,
  tabular,
} from "../../core/index.js";
import { pageLabel } from "../pages/page-list.js";
import type { RankedPage } from "./lens-explainer.js";

/** A patch with its place on the page. */
export interface RankedPatch extends PatchValue {
  /** Rectangle in pixels of the rendered page. */
  rect: Rect;
}

const number = <T>(head: string, cell: (row: T, index: number) => string): Column<T> => ({
  head,
  isNumber: true,
  cell,
});

const RANKING: Column<RankedPage>[] = [
  number("rank", (_, i) => String(i + 1)),
  number("score", ({ score }) => decimal(score, 3)),
  { head: "page", cell: ({ page }) => pageLabel(page) },
];

const valueColumns = (of: Quantity): Column<PatchValue>[] => [
  number("row", ({ row }) => String(row)),
  number("column", ({ column }) => String(column)),
  number("value", ({ value }) => reading(value, of, true)),
];

const patchColumns = (of: Quantity): Column<RankedPatch>[] => [
  ...(valueColumns(of) as Column<RankedPatch>[]),
  number("x", ({ rect }) => decimal(rect.x, 1)),
  number("y", ({ rect }) => decimal(rect.y, 1)),
  number("width", ({ rect }) => decimal(rect.width, 1)),
  number("height", ({ rect }) => decimal(rect.height, 1)),
];

/** The lists that a lens gives: arrays, which print as tables. */
export const rankingList = (pages: readonly RankedPage[]): RankedPage[] => tabular(pages, RANKING);

/** Keys are what a view names a result by. */
export const resultList = (results: readonly LensExplanation[]): LensExplanation[] =>
  tabular(results, [
    { head: "key", cell: ({ key }) => key },
    { head: "query", cell: ({ query }) => query.text },
    { head: "page", cell: ({ provenance: { page } }) => `${page.file}, page ${page.number}` },
    { head: "model", cell: ({ provenance: { model } }) => `${model.id}, ${model.profile}` },
    number("score", ({ maxsim }) => decimal(maxsim.score, 3)),
  ]);

/** @param of what the patches' values are */
export const patchList = (patches: readonly RankedPatch[], of: Quantity): RankedPatch[] =>
  tabular(patches, patchColumns(of));

/** Patches as lines of text under their heads. */
export const patchLines = (patches: readonly PatchValue[], of: Quantity): string =>
  tableText(patches, valueColumns(of));

export function tokenList({ query: { tokens, words } }: LensExplanation): QueryToken[] {
  return tabular<QueryToken>(tokens, [
    number("index", ({ index }) => String(index)),
    { head: "token", cell: ({ text }) => text },
    { head: "kind", cell: ({ kind }) => kind },
    { head: "word", cell: ({ word }) => (word === null ? "–" : words[word].text) },
    number("id", ({ id }) => String(id)),
  ]);
}

export function wordList({ query: { tokens, words } }: LensExplanation): QueryWord[] {
  return tabular<QueryWord>(words, [
    number("index", ({ index }) => String(index)),
    { head: "word", cell: ({ text }) => text },
    { head: "tokens", cell: (word) => word.tokens.map((t) => `${t} ${tokens[t].text}`).join(", ") },
  ]);
}

/** The parts of a score, which print as a sum and a table of the tokens. */
export function printedScore(explanation: LensExplanation): MaxSim {
  return printedAs(
    { ...explanation.maxsim },
    () => `${scoreParts(explanation)}\n\n${cosineTable(explanation)}`,
  );
}
