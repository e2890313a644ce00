import {
  type Explanation,
  type MapCells,
  mapDifference,
  type Page,
  type PatchMap,
  resample,
  wordMap,
} from "../../core/index.js";
import { stopSignal } from "../stop-signal.js";
import { explainPage } from "./explain-page.js";
import type { Model, StopOptions } from "./model.js";

/** One page and one query through two prompt profiles of one model. */
export interface ProfileComparison {
  a: Explanation;
  b: Explanation;
  /** Page score of `a` minus that of `b`; other prompts have other tokens, so scores are sums over different numbers of them. */
  scoreDifference: number;
  words: WordComparison[];
}

/** A word's maps (the mean over its tokens) side by side, in cosines. */
export interface WordComparison {
  text: string;
  a: PatchMap;
  b: PatchMap;
  /** `a - b`, range [-2, 2]; on the finer grid, by area overlap, where the profiles resize pages differently. */
  difference: PatchMap;
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
    const left = wordMap(a.maps, word.tokens);
    const right = wordMap(b.maps, b.query.words[i].tokens);
    const difference = mapDifference(left, right);
    const bestOf = (map: PatchMap) => best(resample(map, difference.rows, difference.columns));
    return {
      text: word.text,
      a: left,
      b: right,
      difference,
      largest: difference.data.reduce((most, v) => Math.max(most, Math.abs(v)), 0),
      sameBest: bestOf(left) === bestOf(right),
    };
  });
  return { a, b, scoreDifference: a.maxsim.score - b.maxsim.score, words };
}

const best = ({ data }: MapCells): number => data.indexOf(data.reduce((a, b) => Math.max(a, b)));
