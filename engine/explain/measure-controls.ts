import type { TokenKind } from "../../core/index.js";
import { joinVectors } from "../graphs/vectors.js";
import type { Model, PageEmbedding, QueryEmbedding } from "./model.js";

/** What each word and token of control queries reaches on a page. */
export interface MeasuredControls {
  queries: ControlQuery[];
  /** Sums over the words' maps, and over the maps of the tokens of other kinds: [row][column]. */
  sums: Map<TokenKind, { sum: Float64Array; count: number }>;
}

interface ControlQuery {
  /** In small letters; highest cosine of the word's map over the patches, and of each of its tokens'. */
  words: { text: string; best: number; tokens: number[] }[];
  /** Tokens that belong to no word. */
  tokens: { kind: TokenKind; best: number }[];
}

/** Queries a product: keeps its cosines at some tens of megabytes on the largest grids. */
const BLOCK = 50;

/** @throws what `signal` is aborted with */
export async function measureControls(
  model: Model,
  page: PageEmbedding,
  queries: readonly string[],
  signal: AbortSignal,
): Promise<MeasuredControls> {
  const all = await model.embedQueries(queries, { signal });
  const measured: MeasuredControls = { queries: [], sums: new Map() };
  for (let start = 0; start < all.length; start += BLOCK) {
    signal.throwIfAborted();
    const block = all.slice(start, start + BLOCK);
    const joined = joinVectors(
      block.map((q) => q.vectors),
      page.vectors.dim,
    );
    addBlock(measured, block, await model.maxsim.cosines(joined, page.vectors), page);
  }
  return measured;
}

/** @param cosines `[token][vector]` of the queries' tokens one after the other */
function addBlock(
  { queries, sums }: MeasuredControls,
  block: readonly QueryEmbedding[],
  cosines: Float32Array,
  { grid: { index }, vectors: { count } }: PageEmbedding,
): void {
  const cells = index.length;
  const map = new Float32Array(cells);
  /** Highest of the mean over some tokens' maps, rounded as `wordMap` rounds. */
  const highest = (tokens: readonly number[], kind: TokenKind | null): number => {
    map.fill(0);
    for (const t of tokens)
      for (let j = 0; j < cells; j++) map[j] += cosines[t * count + index[j]] / tokens.length;
    let best = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < cells; j++) if (map[j] > best) best = map[j];
    if (kind) {
      const of = sums.get(kind) ?? { sum: new Float64Array(cells), count: 0 };
      sums.set(kind, of);
      of.count += 1;
      for (let j = 0; j < cells; j++) of.sum[j] += map[j];
    }
    return best;
  };
  let first = 0;
  for (const { query } of block) {
    queries.push({
      words: query.words.map(({ text, tokens }) => ({
        text: text.toLowerCase(),
        best: highest(
          tokens.map((t) => first + t),
          "word",
        ),
        tokens: tokens.map((t) => highest([first + t], null)),
      })),
      tokens: query.tokens.flatMap(({ index, kind }) =>
        kind === "word" ? [] : { kind, best: highest([first + index], kind) },
      ),
    });
    first += query.tokens.length;
  }
}
