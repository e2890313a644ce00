import { invalid, oneOf } from "../../core/data/check.js";
import {
  COVER_KINDS,
  type CoverKind,
  type CoverRegion,
  type Explanation,
  gridCovers,
  maxsim,
  type Page,
  printedCovers,
  type RegionDrop,
} from "../../core/index.js";
import { cellsUnder } from "../../core/interaction/hits.js";
import { covered, type Fill, fillOf, type Picture } from "../processing/cover.js";
import { stopSignal } from "../stop-signal.js";
import type { Model, QueryEmbedding, StopOptions } from "./model.js";

export interface CoverOptions extends StopOptions {
  /**
   * What is covered at a time: every printed "word" (the default; all places of a word together), "line" or "block", or each
   * cell of a "grid".
   */
  by?: CoverKind;
  /**
   * What stands in its place: "paper" (the default: the commonest colour around the place), "blur", "mean" (the mean colour of
   * the page), or a colour such as "white" or "#80a0ff".
   */
  fill?: string;
  /** Rows and columns of the grid; default 11 and 8 on an upright page. */
  grid?: readonly [rows: number, columns: number];
}

/** A model and what it says of the page as it is. */
export interface Subject {
  model: Model;
  explanation: Explanation;
}

/** What is known so far: of each subject what every region took. */
export interface Covering {
  /** Of each subject, in their order. */
  drops: RegionDrop[][];
  /** Cells of the coarse grid, which come first. */
  coarse: RegionDrop[][];
  /** Pages that were embedded, and that there are to embed, with each model. */
  done: number;
  total: number;
  isComplete: boolean;
}

export interface CoverRun {
  /** Called after every region, the cells of the coarse grid included. */
  onStep?: (so: Covering) => void;
  /** Ends it with what is measured by then, without an error. */
  enough?: AbortSignal;
}

/** Cells that the whole page is seen by first: as many as are measured in a few seconds. */
const COARSE = { long: 4, short: 2 };

/**
 * Occlusion: covers a part of the page in its pixels, embeds what is left anew, and notes by how much the best cosine of each
 * query token falls, part after part: those that the cosines point at come first. No page of the cache is read or written.
 * @returns what was measured; `isComplete` is false where it was told that it is enough
 * @throws RangeError for a fill or a grid that cannot be, and for printed parts of a page without printed words; what the
 *   signal is aborted with
 */
export async function cover(
  subjects: readonly Subject[],
  page: Page,
  options: CoverOptions = {},
  { onStep, enough }: CoverRun = {},
): Promise<Covering> {
  const signal = stopSignal(options.signal);
  const { fill, regions } = await coverPlan(page, options);
  const [tall, wide] =
    page.height >= page.width ? (["long", "short"] as const) : (["short", "long"] as const);
  // Where nobody looks while it runs, nothing has to stand for what is not measured yet.
  const isLooked = onStep && options.by !== "grid";
  const inOrderOfPromise = (of: CoverRegion[]) => promising(of, subjects[0].explanation, page);
  const rough = isLooked ? inOrderOfPromise(gridCovers(page, COARSE[tall], COARSE[wide])) : [];
  const ordered = inOrderOfPromise(regions);
  const picture = { pixels: await page.pixels({ signal }), width: page.width, height: page.height };
  const so: Covering = {
    drops: subjects.map(() => []),
    coarse: subjects.map(() => []),
    done: 0,
    total: rough.length + ordered.length,
    isComplete: false,
  };
  const asked: QueryEmbedding[] = [];
  for (const { model, explanation } of subjects)
    asked.push(await model.embedQuery(explanation.query.text, { signal }));
  const measure = async (region: CoverRegion, stop: AbortSignal | undefined) => {
    const seen = covered(picture, region.rects, fill);
    return Promise.all(subjects.map((subject, i) => dropOf(subject, asked[i], seen, region, stop)));
  };
  const stop = enough ? AbortSignal.any([enough, ...(signal ? [signal] : [])]) : signal;
  try {
    let index = 0;
    const together = Math.max(...subjects.map(({ model }) => model.batch));
    for await (const drops of inOrder([...rough, ...ordered], together, (region) => measure(region, stop))) {
      const into = index++ < rough.length ? so.coarse : so.drops;
      for (const [i, drop] of drops.entries()) into[i].push(drop);
      so.done = index;
      so.isComplete = index === so.total;
      onStep?.(so);
      stop?.throwIfAborted();
    }
  } catch (error) {
    if (!enough?.aborted || signal?.aborted) throw error;
  }
  return so;
}

/** What is covered, and how; all that can be wrong about it is said before the long work. */
async function coverPlan(
  page: Page,
  { by = "word", fill = "paper", grid, signal }: CoverOptions,
): Promise<{ fill: Fill; regions: CoverRegion[] }> {
  oneOf(by, "by", COVER_KINDS);
  const filled = fillOf(fill);
  if (by === "grid") {
    const [rows, columns] = grid ?? (page.height >= page.width ? [11, 8] : [8, 11]);
    for (const side of [rows, columns])
      if (!Number.isInteger(side) || side < 1 || side > 100)
        throw invalid("grid", side, "rows and columns, each an integer from 1 to 100");
    return { fill: filled, regions: gridCovers(page, rows, columns) };
  }
  const words = await page.words({ signal });
  if (words.length === 0) throw invalid("by", by, '"grid": no printed words are known of this page');
  return { fill: filled, regions: printedCovers(words, by) };
}

/** Regions under the highest cosines of the query's words first. */
function promising(regions: CoverRegion[], { maps, query }: Explanation, page: Page): CoverRegion[] {
  const cells = maps.rows * maps.columns;
  const tokens = query.tokens.filter(({ kind }) => kind === "word").map(({ index }) => index);
  const best = new Map(
    regions.map((region) => {
      const under = region.rects.flatMap((rect) => cellsUnder({ ...maps }, page, rect));
      const cosines = under.flatMap((cell) => tokens.map((t) => maps.data[t * cells + cell]));
      return [region, cosines.reduce((a, b) => Math.max(a, b), -1)];
    }),
  );
  return [...regions].sort((a, b) => (best.get(b) as number) - (best.get(a) as number));
}

async function dropOf(
  { model, explanation }: Subject,
  asked: QueryEmbedding,
  picture: Picture,
  region: CoverRegion,
  signal: AbortSignal | undefined,
): Promise<RegionDrop> {
  const { grid, vectors } = await model.embedPicture(picture, "a covered page", { signal });
  const left = maxsim(await model.maxsim.cosines(asked.vectors, vectors), vectors.count, grid);
  const tokens = Float32Array.from(explanation.maxsim.tokens, ({ best }, t) => best - left.tokens[t].best);
  return { region, tokens };
}

/**
 * Results in the order of the items. So many as go through the graph together are begun at once, while those before them are in
 * the graph.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  together: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  let next = 0;
  while (next < items.length || running.length > 0) {
    const begun = running.length <= together ? items.slice(next, next + together).map(work) : [];
    for (const one of begun) one.catch(() => {}); // It is thrown when its turn comes; nobody waits for those behind one that failed.
    next += begun.length;
    running.push(...begun);
    yield await (running.shift() as Promise<R>);
  }
}
