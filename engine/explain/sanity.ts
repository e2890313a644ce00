import {
  aggregate,
  type Explanation,
  type MapCells,
  type MultiVector,
  type Page,
  type PatchMap,
  randomOrder,
  similarityMaps,
  spearman,
} from "../../core/index.js";
import { rearranged } from "../processing/patch-picture.js";
import { stopSignal } from "../stop-signal.js";
import { EVERYDAY } from "./baseline.js";
import { wordTokens } from "./faithfulness.js";
import type { EmbedOptions, Model } from "./model.js";
import { permutedMaps } from "./permuted-maps.js";

/** What a map looks like that cannot mean anything. */
export interface SanityRow {
  /** Such as `unrelated query`. */
  test: string;
  /** Spearman's rank correlation with the real map, the mean over the maps: near 0 where they have nothing in common. */
  rank: number;
  /** The least and the greatest of them. */
  low: number;
  high: number;
  /** Highest cosine, the mean over the maps. */
  highest: number;
  /** How many maps there are. */
  maps: number;
  /** One of them. */
  example: PatchMap;
}

/** Maps that the real one is set against, of each kind that costs no embedding of the page. */
const MAPS = 20;
const SHUFFLES = 2;

/**
 * Sanity checks (Adebayo et al., arXiv 1810.03292): the map with queries that have nothing to do with the page, of a page whose
 * patches were shuffled, and with the model's last projection permuted, which is the dimensions of the query's vectors in another
 * order than the page's. A real map is unlike any of them; one that is like them shows the page, not the match.
 */
export async function sanityOf(
  model: Model,
  page: Page,
  explanation: Explanation,
  options: EmbedOptions = {},
  onStep: (done: number, total: number) => void = () => {},
): Promise<SanityRow[]> {
  const signal = stopSignal(options.signal);
  const { query, maps } = explanation;
  const tokens = wordTokens(query);
  const real = aggregate(maps, "max", tokens);
  const asked = await model.embedQuery(query.text, { signal });
  const { vectors, grid } = await model.embedPage(page, { signal });
  const total = SHUFFLES;
  const mapOf = async (of: MultiVector, on: MultiVector, which: readonly number[]) =>
    aggregate(similarityMaps(await model.maxsim.cosines(of, on), on.count, grid), "max", which);

  const unrelated: PatchMap[] = [];
  const own = new Set(query.words.map(({ text }) => text.toLowerCase()));
  const controls = EVERYDAY.queries.filter(
    (text) => !text.split(" ").some((word) => own.has(word.toLowerCase())),
  );
  for (const text of controls.slice(0, MAPS)) {
    const other = await model.embedQuery(text, { signal });
    unrelated.push(await mapOf(other.vectors, vectors, wordTokens(other.query)));
  }
  const permuted = await permutedMaps(model, asked.vectors, { vectors, grid }, tokens, MAPS);
  const picture = { pixels: await page.pixels({ signal }), width: page.width, height: page.height };
  const shuffled: PatchMap[] = [];
  for (let seed = 1; seed <= SHUFFLES; seed++) {
    const order = randomOrder(real.data.length, seed);
    const other = await model.embedPicture(
      rearranged(picture, explanation.grid, order),
      "a page with its patches shuffled",
      { signal },
    );
    shuffled.push(await mapOf(asked.vectors, other.vectors, tokens));
    onStep(seed, total);
  }
  return [
    rowOf("the query itself", real, [real]),
    rowOf("unrelated query", real, unrelated),
    rowOf("patches of the page shuffled", real, shuffled),
    rowOf("last projection permuted", real, permuted),
  ];
}

function rowOf(test: string, real: PatchMap, maps: readonly PatchMap[]): SanityRow {
  // A map that is the same everywhere has nothing in common with any.
  const ranks = maps.map((map) => spearman(real.data, map.data) ?? 0);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    test,
    rank: mean(ranks),
    low: Math.min(...ranks),
    high: Math.max(...ranks),
    highest: mean(maps.map(highest)),
    maps: maps.length,
    example: maps[0],
  };
}

function highest({ data }: MapCells): number {
  return data.reduce((a, b) => Math.max(a, b));
}
