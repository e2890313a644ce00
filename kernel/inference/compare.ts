import { aggregate, type Explanation, type Page, resample, type SimilarityMap } from "../../core/index.js";
import { stopSignal } from "../interrupt.js";
import type { Model, StopOptions } from "../models/index.js";
import { explainPage } from "./explain.js";

/** One page and one query through two prompt profiles of one model. */
export interface ProfileComparison {
  a: Explanation;
  b: Explanation;
  /** Page score of `b` minus that of `a`; other prompts have other tokens, so scores are sums over different numbers of them. */
  scoreDifference: number;
  words: WordComparison[];
}

/** A word's maps (maximum over its tokens) side by side; cosines, [row][column]. */
export interface WordComparison {
  text: string;
  a: SimilarityMap;
  b: SimilarityMap;
  /** `b - a`, range [-2, 2]; on the finer grid, by area overlap, where the profiles resize pages differently. */
  difference: SimilarityMap;
  /** Largest absolute difference of a cell. */
  largest: number;
  /** Whether the best cell of that grid is the same. */
  sameBest: boolean;
}

/** @throws ModelError for a profile that the model does not have */
export async function compareProfiles(
  model: Model,
  page: Page,
  query: string,
  profiles: readonly [a: string, b: string],
  options: StopOptions = {},
): Promise<ProfileComparison> {
  const signal = stopSignal(options.signal);
  const a = await explainPage(model.withProfile(profiles[0]), page, query, { signal });
  const b = await explainPage(model.withProfile(profiles[1]), page, query, { signal });
  const words = a.query.words.map((word, i) => {
    const left = aggregate(a.maps, "max", word.tokens);
    const right = aggregate(b.maps, "max", b.query.words[i].tokens);
    const rows = Math.max(left.rows, right.rows);
    const columns = Math.max(left.columns, right.columns);
    const [from, to] = [resample(left, rows, columns), resample(right, rows, columns)];
    const data = to.data.map((v, j) => v - from.data[j]);
    return {
      text: word.text,
      a: left,
      b: right,
      difference: { ...from, data },
      largest: data.reduce((most, v) => Math.max(most, Math.abs(v)), 0),
      sameBest: best(from) === best(to),
    };
  });
  return { a, b, scoreDifference: b.maxsim.score - a.maxsim.score, words };
}

const best = ({ data }: SimilarityMap): number => data.indexOf(data.reduce((a, b) => Math.max(a, b)));
