import { integer, invalid } from "../../core/data/check.js";
import {
  aggregate,
  curveArea,
  type Explanation,
  type MapCells,
  mapOrder,
  maxsim,
  type Page,
  randomOrder,
  vectorScores,
} from "../../core/index.js";
import { blurred, type Picture } from "../processing/cover.js";
import { blanked, imputed, revealed } from "../processing/patch-picture.js";
import { stopSignal } from "../stop-signal.js";
import type { Model, PageEmbedding, QueryEmbedding, StopOptions } from "./model.js";
import { inOrder } from "./occlusion.js";
import { permutedMaps } from "./permuted-maps.js";

export interface FaithfulnessOptions extends StopOptions {
  /** Whether pixels are dropped, which takes about 170 embeddings of the page; default true. */
  pixels?: boolean;
  /** Random orders, and as many permuted ones, that the map's order is set against when pixels are dropped; default 3, at least 1. */
  orders?: number;
  /** The same when vectors are dropped, which costs nothing; default 100, at least 20. */
  vectorOrders?: number;
  /** Shares of the patches that are dropped or revealed, above 0 and below 1, ascending. */
  shares?: readonly number[];
}

/** How patches are taken away, or brought back. */
export type RemovalTest = "deletion" | "insertion" | "deletion, ROAD infill";
/**
 * By the map highest first, lowest first, by chance, or by a map of the model with its last projection permuted. Chance scatters
 * patches; a map that means nothing still has them in clusters, on print or on paper, and takes more than chance or less: the
 * permuted ones are what a map must do better than.
 */
export type RemovalOrder = "map" | "reversed" | "random" | "permuted";

/** Page scores while more and more patches are dropped, or revealed. */
export interface RemovalCurve {
  /** `vectors`: of patches, after the page was embedded. `pixels`: of the page, before it is embedded anew. */
  level: "vectors" | "pixels";
  test: RemovalTest;
  order: RemovalOrder;
  /** Of a random or permuted order. */
  seed: number | null;
  /** Shares of the patches that were dropped or revealed: from 0 to 1, or as far as the test goes. */
  shares: number[];
  /** Sum over the tokens of the query's words of their best cosine with any vector of the page. */
  scores: number[];
  /** Area under the scores, 1 for that of the page as it is and 0 for that of the page with nothing on it. */
  area: number;
}

/** Most of a page is paper: what matters happens among the first patches. */
const SHARES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5];
const LEAST_VECTOR_ORDERS = 20;

interface Plan {
  orders: { order: RemovalOrder; seed: number | null; cells: Int32Array }[];
  tokens: number[];
}

/**
 * Deletion and insertion (RISE, arXiv 1806.07421) in the map's order beside random, permuted and reversed ones, at two levels:
 * dropping vectors is exact and true by construction, because the score is made of the map; dropping pixels, blank and with
 * ROAD's infill (arXiv 2202.00449), embeds the page anew and is the real test.
 * @param onStep called with pages embedded, and that there are to embed
 * @throws RangeError for options that cannot be; what the signal is aborted with
 */
export async function removalCurves(
  model: Model,
  page: Page,
  explanation: Explanation,
  options: FaithfulnessOptions = {},
  onStep: (done: number, total: number) => void = () => {},
  ranking: MapCells = rankingMap(explanation),
): Promise<RemovalCurve[]> {
  const signal = stopSignal(options.signal);
  const { pixels = true, orders = 3, vectorOrders = 100, shares = SHARES } = options;
  integer(orders, "orders", 1, 1_000);
  integer(vectorOrders, "vectorOrders", LEAST_VECTOR_ORDERS, 10_000);
  for (const [i, share] of shares.entries())
    if (!(share > (shares[i - 1] ?? 0) && share < 1))
      throw invalid("shares", share, "numbers above 0 and below 1, ascending");
  const asked = await model.embedQuery(explanation.query.text, { signal });
  const embedded = await model.embedPage(page, { signal });
  const most = pixels ? Math.max(orders, vectorOrders) : vectorOrders;
  const tokens = wordTokens(explanation.query);
  const permuted = await permutedMaps(model, asked.vectors, embedded, tokens, most);
  const free = await vectorCurves(
    model,
    explanation,
    embedded,
    asked,
    planOf(explanation, ranking, permuted.slice(0, vectorOrders)),
    shares,
  );
  if (!pixels) return free;
  const plan = planOf(explanation, ranking, permuted.slice(0, orders));
  return [...free, ...(await pixelCurves(model, page, explanation, asked, plan, shares, onStep, signal))];
}

/** What patches are ranked by: the maximum over the tokens of the query's words, as the lens shows it. */
export function rankingMap({ maps, query }: Explanation): MapCells {
  return aggregate(maps, "max", wordTokens(query));
}

export function wordTokens({ tokens }: Explanation["query"]): number[] {
  return tokens.filter(({ kind }) => kind === "word").map(({ index }) => index);
}

/** As many random orders as permuted ones. */
function planOf({ query }: Explanation, ranking: MapCells, permuted: readonly MapCells[]): Plan {
  const cells = mapOrder(ranking);
  return {
    tokens: wordTokens(query),
    orders: [
      { order: "map", seed: null, cells },
      { order: "reversed", seed: null, cells: cells.slice().reverse() },
      ...permuted.map((_, i) => ({
        order: "random" as const,
        seed: i + 1,
        cells: randomOrder(cells.length, i + 1),
      })),
      ...permuted.map((map, i) => ({ order: "permuted" as const, seed: i + 1, cells: mapOrder(map) })),
    ],
  };
}

const sizeOf = (share: number, count: number) => Math.max(1, Math.round(share * count));

async function vectorCurves(
  model: Model,
  { grid }: Explanation,
  embedded: PageEmbedding,
  asked: QueryEmbedding,
  { orders, tokens }: Plan,
  between: readonly number[],
): Promise<RemovalCurve[]> {
  const { count } = embedded.vectors;
  const all = await model.maxsim.cosines(asked.vectors, embedded.vectors);
  const cells = grid.rows * grid.columns;
  const shares = [0, ...between, 1];
  const sizes = shares.map((share) => (share === 0 || share === 1 ? share * cells : sizeOf(share, cells)));
  return (["deletion", "insertion"] as const).flatMap((test) =>
    orders.map(({ order, seed, cells: ordered }) => {
      const scores = vectorScores(all, count, embedded.grid.index, tokens, ordered, sizes, test);
      const ends = [scores[0], scores[scores.length - 1]];
      const [full, empty] = test === "deletion" ? ends : ends.reverse();
      return {
        level: "vectors" as const,
        test,
        order,
        seed,
        shares,
        scores,
        area: relativeArea(shares, scores, full, empty),
      };
    }),
  );
}

async function pixelCurves(
  model: Model,
  page: Page,
  { grid }: Explanation,
  asked: QueryEmbedding,
  { orders, tokens }: Plan,
  between: readonly number[],
  onStep: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<RemovalCurve[]> {
  const picture: Picture = { pixels: await page.pixels({ signal }), width: page.width, height: page.height };
  const cells = grid.rows * grid.columns;
  const everywhere = Int32Array.from({ length: cells }, (_, i) => i);
  // As RISE: what is revealed comes out of a blur in which no letter is left.
  const blur = blurred(
    picture,
    Math.ceil(Math.max(picture.width / grid.columns, picture.height / grid.rows)),
  );
  const tests: Record<RemovalTest, (chosen: Int32Array, seed: number) => Picture> = {
    deletion: (chosen) => blanked(picture, grid, chosen),
    insertion: (chosen) => revealed(blur, picture, grid, chosen),
    "deletion, ROAD infill": (chosen, seed) => imputed(picture, grid, chosen, seed),
  };
  const works: (() => Picture)[] = [() => picture, () => blanked(picture, grid, everywhere), () => blur];
  const names = Object.keys(tests) as RemovalTest[];
  for (const test of names)
    for (const { cells: ordered, seed } of orders)
      for (const share of between)
        works.push(() => tests[test](ordered.subarray(0, sizeOf(share, cells)), seed ?? 0));
  const score = async (work: () => Picture) => {
    const { vectors, grid: own } = await model.embedPicture(work(), "a page with patches dropped", {
      signal,
    });
    const of = maxsim(await model.maxsim.cosines(asked.vectors, vectors), vectors.count, own);
    return tokens.reduce((sum, t) => sum + of.tokens[t].best, 0);
  };
  const scores: number[] = [];
  for await (const one of inOrder(works, model.batch, score)) onStep(scores.push(one), works.length);
  const [full, empty, start] = scores.splice(0, 3);
  return names.flatMap((test) =>
    orders.map(({ order, seed }) => {
      const inner = scores.splice(0, between.length);
      const [shares, all] =
        test === "deletion"
          ? [
              [0, ...between, 1],
              [full, ...inner, empty],
            ]
          : test === "insertion"
            ? [
                [0, ...between, 1],
                [start, ...inner, full],
              ]
            : // Of a page with nothing left there is nothing to fill it in from.
              [
                [0, ...between],
                [full, ...inner],
              ];
      const zero = test === "insertion" ? start : empty;
      return {
        level: "pixels" as const,
        test,
        order,
        seed,
        shares,
        scores: all,
        area: relativeArea(shares, all, full, zero),
      };
    }),
  );
}

/** As shares of what the page has over an empty one; 0 where it has nothing over it. */
function relativeArea(shares: number[], scores: number[], full: number, empty: number): number {
  const height = full - empty;
  return Math.abs(height) < 1e-6
    ? 0
    : curveArea(
        shares,
        scores.map((score) => (score - empty) / height),
      );
}
