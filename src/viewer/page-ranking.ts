import {
  type Explanation,
  explanationOf,
  type LensData,
  type LensExplanation,
  selectionChance,
  siblings,
} from "../../core/index.js";

/** Pages in the order in which they are listed. */
export interface PageRanking {
  all: LensExplanation[];
  /** Best score first; else, where no page stands out, as they are in their documents. */
  byScore: boolean;
}

/** The pages of which the same model was asked the same query as in a result. */
export function pageRanking(data: LensData, result: string): PageRanking {
  const explanations = siblings(data, result).map((key) => explanationOf(data, key));
  const none = explanations.every((e) => standsOut(e) === false);
  const place = ({ page }: LensExplanation) => data.pages[page];
  const files = [...new Set(explanations.map((e) => place(e).name))];
  const inOrder = (a: LensExplanation, b: LensExplanation) =>
    files.indexOf(place(a).name) - files.indexOf(place(b).name) || place(a).number - place(b).number;
  const byScore = (a: LensExplanation, b: LensExplanation) => b.maxsim.score - a.maxsim.score;
  return { all: explanations.sort(none ? inOrder : byScore), byScore: !none };
}

/** Whether a word of the query is beyond chance on a page; null where it was not measured. */
function standsOut(explanation: Explanation): boolean | null {
  const chances = explanation.query.words.map(({ index }) => selectionChance(explanation, { word: index }));
  return chances.every((c) => c === null) ? null : chances.some((c) => c?.beyond);
}
