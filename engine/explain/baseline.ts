import {
  type Baseline,
  type BaselineGroup,
  type MultiVector,
  type Query,
  similarityMaps,
  type TokenKind,
  tokenMap,
  wordMap,
} from "../../core/index.js";
import { joinVectors } from "../graphs/vectors.js";
import { SharedWorks } from "../shared-work.js";
import { stopSignal } from "../stop-signal.js";
import { CONTROL_LIST, CONTROL_QUERIES } from "./baseline-queries.js";
import type { EmbedOptions, Model, PageEmbedding, QueryEmbedding, StopOptions } from "./model.js";

/** Queries that have nothing to do with a page. */
export interface ControlQueries {
  name: string;
  queries: readonly string[];
}

/** 100 queries of 2 words each. */
export const EVERYDAY: ControlQueries = { name: CONTROL_LIST, queries: CONTROL_QUERIES };

/** With fewer, no word could be beyond chance at 5 %. */
const FEWEST = 19;

/**
 * The control queries that a person asks for: those of the package, their own list, or none.
 * @throws RangeError for a list that is too short or holds something else than queries
 */
export function controlQueries(wanted: readonly string[] | boolean | undefined): ControlQueries | null {
  if (wanted === undefined || wanted === true) return EVERYDAY;
  if (wanted === false) return null;
  if (!Array.isArray(wanted) || wanted.length < FEWEST || wanted.some((q) => typeof q !== "string"))
    throw new RangeError(
      `invalid baseline: ${Array.isArray(wanted) ? `${wanted.length} queries` : String(wanted)}, expected at least ${FEWEST} queries that have nothing to do with the pages, or false`,
    );
  return { name: `own list of ${wanted.length}`, queries: wanted };
}

/** Embeds the baseline, once a model: they are kept with its pages. */
export function embedControlQueries(
  model: Model,
  set: ControlQueries,
  options: EmbedOptions = {},
): Promise<QueryEmbedding[]> {
  return model.embedQueries(set.queries, options);
}

/** One control word or token: what it reached on the page. */
interface Reached {
  query: number;
  group: BaselineGroup;
  value: number;
}

interface Measured {
  queries: Query[];
  reached: Reached[];
  mean: Baseline["mean"];
}

class OfPage {
  readonly done = new Map<ControlQueries, Measured>();
  readonly running = new SharedWorks<ControlQueries, Measured>();
}

const measured = new WeakMap<MultiVector, OfPage>();

/** What control queries reach on a page, without those that share a word with the query; measured once a page. */
export async function baselineOn(
  model: Model,
  page: PageEmbedding,
  asked: Query,
  set: ControlQueries,
  options: StopOptions = {},
): Promise<Baseline | null> {
  const ofPage = measured.get(page.vectors) ?? new OfPage();
  measured.set(page.vectors, ofPage);
  const { queries, reached, mean } =
    ofPage.done.get(set) ??
    (await ofPage.running.get(
      set,
      async (stop) => {
        const all = await measure(model, page, set, stop);
        ofPage.done.set(set, all);
        return all;
      },
      stopSignal(options.signal),
    ));
  const words = new Set(asked.words.map((w) => w.text.toLowerCase()));
  const related = queries.map((q) => q.words.some((w) => words.has(w.text.toLowerCase())));
  const values = new Map<BaselineGroup, number[]>();
  for (const { query, group, value } of reached) {
    if (related[query]) continue;
    const list = values.get(group);
    if (list) list.push(value);
    else values.set(group, [value]);
  }
  if (!values.has("words")) return null;
  const maxima = Object.fromEntries(
    Array.from(values, ([group, list]) => [group, Float32Array.from(list).sort()]),
  );
  return { kind: "baseline", list: set.name, queries: related.filter((r) => !r).length, maxima, mean };
}

/** Queries a product: keeps its cosines at some tens of megabytes on the largest grids. */
const BLOCK = 50;

async function measure(
  model: Model,
  { grid, vectors }: PageEmbedding,
  set: ControlQueries,
  signal: AbortSignal,
): Promise<Measured> {
  const all = await embedControlQueries(model, set, { signal });
  const cells = grid.rows * grid.columns;
  const reached: Reached[] = [];
  const sums = new Map<TokenKind, { sum: Float64Array; count: number }>();
  const add = (query: number, group: BaselineGroup, kind: TokenKind | null, map: Float32Array) => {
    reached.push({ query, group, value: map.reduce((a, b) => Math.max(a, b)) });
    if (!kind) return;
    const of = sums.get(kind) ?? { sum: new Float64Array(cells), count: 0 };
    sums.set(kind, of);
    of.count += 1;
    for (let j = 0; j < cells; j++) of.sum[j] += map[j];
  };
  for (let start = 0; start < all.length; start += BLOCK) {
    signal.throwIfAborted();
    const block = all.slice(start, start + BLOCK);
    const joined = joinVectors(
      block.map((q) => q.vectors),
      vectors.dim,
    );
    const maps = similarityMaps(await model.maxsim.cosines(joined, vectors), vectors.count, grid);
    let first = 0;
    block.forEach(({ query }, i) => {
      for (const { index, kind } of query.tokens)
        add(start + i, kind, kind === "word" ? null : kind, tokenMap(maps, first + index).data);
      for (const { tokens } of query.words) {
        const own = tokens.map((t) => first + t);
        const map = wordMap(maps, own);
        add(start + i, "words", "word", map.data);
      }
      first += query.tokens.length;
    });
  }
  const mean = Object.fromEntries(
    Array.from(sums, ([kind, { sum, count }]) => [kind, Float32Array.from(sum, (v) => v / count)]),
  );
  return { queries: all.map((q) => q.query), reached, mean };
}
