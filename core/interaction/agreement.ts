import { layerOf } from "../data/layers.js";
import { SCORE_DROP } from "../data/quantities.js";
import type { Explanation, PageWord } from "../data/vocabulary.js";
import { printedCovers } from "./cover-regions.js";
import { meanWithin } from "./hits.js";
import { wordMap } from "./maxsim.js";
import { spearman } from "./rank-correlation.js";

/** Whether similarity and occlusion say the same of a word of the query. */
export interface WordAgreement {
  word: string;
  /** Spearman's rank correlation over the printed words, -1 to 1; null where one of both is the same everywhere. */
  rank: number | null;
  /** How many printed words it is over. */
  among: number;
  /** The printed word that is most similar, and the one that takes most of the word's score when covered. Data, never markup. */
  similar: string;
  cause: string;
}

/**
 * Sets similarity against occlusion, word by word of the query. A printed word's similarity is the mean over its area of the
 * word's map (of its places the highest), its cause that of the fall of the word's part of the score.
 * @returns null where occlusion was not measured, or nothing is known to be printed
 */
export function agreements(
  explanation: Explanation,
  page: { width: number; height: number },
  words: readonly PageWord[],
): WordAgreement[] | null {
  const layer = layerOf(explanation, SCORE_DROP.name);
  if (!layer || words.length === 0) return null;
  const { grid, query, maps } = explanation;
  const printed = printedCovers(words, "word");
  return query.words.map(({ text, index, tokens }) => {
    const drop = layer.maps.find((map) => map.of === "word" && map.index === index);
    const map = wordMap(maps, tokens);
    const highest = (of: { data: Float32Array }) =>
      printed.map(({ rects }) =>
        Math.max(...rects.map((rect) => meanWithin({ ...grid, data: of.data }, page, rect))),
      );
    const [similarity, cause] = [highest(map), highest(drop ?? { data: new Float32Array(map.data.length) })];
    const first = (values: number[]) => printed[values.indexOf(Math.max(...values))].text;
    return {
      word: text,
      rank: spearman(similarity, cause),
      among: printed.length,
      similar: first(similarity),
      cause: first(cause),
    };
  });
}
