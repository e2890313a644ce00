import {
  aggregate,
  coverage,
  type Localisation,
  localisation,
  type PatchMap,
  patchRect,
  type Rect,
  type SimilarityMaps,
  sharedName,
  similarityMaps,
  topPatches,
  touchedBy,
} from "../../core/index.js";
import type { Model, PageEmbedding, QueryEmbedding } from "../hub/load-model.js";
import type { AskedPage, Question } from "./questions.js";

/** What a query says on a page where its places are known. */
export interface Judgement extends Question {
  document: string;
  page: number;
  localisation: Localisation;
  /** The same boxes judged by the map of another query on the page; null where there is none that is elsewhere. */
  shuffled: Localisation | null;
  /** The best patch, in pixels of the page. */
  best: Rect;
}

/** Queries a product of cosines. */
const BLOCK = 50;

/** @throws what the model throws for a query; what `signal` is aborted with */
export async function judgePage(
  model: Model,
  { page }: AskedPage,
  embedded: PageEmbedding,
  questions: readonly Question[],
  tolerance: number,
  signal: AbortSignal | undefined,
): Promise<Judgement[]> {
  const { grid } = embedded;
  const maps: PatchMap[] = [];
  for (let start = 0; start < questions.length; start += BLOCK) {
    signal?.throwIfAborted();
    const block = questions.slice(start, start + BLOCK);
    const queries = await model.embedQueries(
      block.map(({ text }) => text),
      { signal },
    );
    maps.push(...(await mapsOf(model, queries, block, embedded)));
  }
  const covered = questions.map(({ boxes }) => coverage(grid, page, boxes));
  const touched = covered.map(touchedBy);
  return questions.map((question, i) => {
    const found = localisation(maps[i], covered[i], tolerance);
    const [{ row, column }] = topPatches(maps[i], 1);
    const isElsewhere = (k: number) => k !== i && !touched[k].some((cell) => covered[i][cell] > 0);
    const other = questions.findIndex((_, k) => k > i && isElsewhere(k));
    const elsewhere = other < 0 ? questions.findIndex((_, k) => isElsewhere(k)) : other;
    return {
      ...question,
      document: sharedName(page.source.file),
      page: page.source.number,
      localisation: found,
      shuffled: elsewhere < 0 ? null : localisation(maps[elsewhere], covered[i], tolerance),
      best: patchRect(grid, row, column, page),
    };
  });
}

async function mapsOf(
  model: Model,
  queries: readonly QueryEmbedding[],
  questions: readonly Question[],
  { grid, vectors }: PageEmbedding,
): Promise<PatchMap[]> {
  const count = queries.reduce((sum, one) => sum + one.vectors.count, 0);
  const data = new Float32Array(count * vectors.dim);
  let at = 0;
  for (const one of queries) {
    data.set(one.vectors.data, at);
    at += one.vectors.data.length;
  }
  const all = await model.maxsim.cosines({ kind: "vectors", data, count, dim: vectors.dim }, vectors);
  const maps = similarityMaps(all, vectors.count, grid);
  let first = 0;
  return queries.map(({ query }, i) => {
    const map = mapOf(
      maps,
      query.words.map(({ tokens }) => tokens.map((t) => first + t)),
      questions[i].kind,
    );
    first += query.tokens.length;
    return map;
  });
}

/** Of a printed word the mean over its tokens, as a word's map is everywhere; of a query the maximum over its words' tokens. */
function mapOf(maps: SimilarityMaps, words: number[][], kind: Question["kind"]): PatchMap {
  return aggregate(maps, kind === "query" && words.length > 1 ? "max" : "mean", words.flat());
}
