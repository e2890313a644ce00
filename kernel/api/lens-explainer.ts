import { LRUCache } from "lru-cache";
import type {
  Baseline,
  Explanation,
  LensData,
  LensPage,
  Page,
  SimilarityMaps,
  Tested,
} from "../../core/index.js";
import { corrected, lensDataOf } from "../../core/index.js";
import {
  baselineOn,
  type ControlQueries,
  controlLists,
  embedControlQueries,
  explainPage,
  score,
} from "../../engine/explain/index.js";
import type { EmbedProgress, Model, QueryEmbedding } from "../hub/load-model.js";
import { several } from "../several.js";
import { type Report, withProgress } from "../widgets/progress.js";
import { lensPage, preparedLensPage } from "./lens-page.js";

/** A page of the ranking, best first. */
export interface RankedPage {
  page: Page;
  /** Sum over query tokens of the maximum over all vectors of the page. */
  score: number;
}

/** What a query says on the pages of a lens. */
export interface Answer {
  ranking: RankedPage[];
  /** The best pages with their maps; chance is not measured yet. */
  data: LensData;
}

/** Asks queries of pages: maps first, and what control queries reach on the same pages afterwards. */
export class LensExplainer {
  readonly models: readonly Model[];
  readonly pages: readonly Page[];
  readonly #top: number;
  readonly #baseline: ControlQueries | null;
  readonly #report: Report | undefined;
  /** Whether the pages went through all models: it takes long only the first time. */
  #isEmbedded = false;
  /** What takes longest about a page that comes again, by the digest of its pixels. */
  readonly #pictures = new LRUCache<string, LensPage["picture"]>({
    maxSize: 128 * 2 ** 20,
    sizeCalculation: ({ data }) => data.length,
  });
  readonly #words = new WeakMap<Page, LensPage["words"]>();
  /** What maps were made from. */
  readonly #sources = new WeakMap<SimilarityMaps, { model: Model; page: Page }>();

  constructor(
    models: readonly Model[],
    pages: readonly Page[],
    top: number,
    baseline: ControlQueries | null,
    report?: Report,
  ) {
    if (!Number.isInteger(top) || top < 1)
      throw new RangeError(`invalid top: ${top}, expected an integer of at least 1`);
    this.models = models;
    this.pages = pages;
    this.#top = top;
    this.#baseline = baseline;
    this.#report = report;
  }

  /** Whether there is chance to measure. */
  get measures(): boolean {
    return this.#baseline !== null;
  }

  async explain(query: string, signal?: AbortSignal): Promise<Answer> {
    const explained: { explanation: Explanation; at: number }[] = [];
    let ranking: RankedPage[] = [];
    let best: Page[] = [];
    let pictures: Promise<LensPage[]> | null = null;
    for (const [i, model] of this.models.entries()) {
      signal?.throwIfAborted();
      const asked = await model.embedQuery(query, { signal });
      if (i === 0) {
        ranking = await this.#rank(asked, signal);
        best = ranking.slice(0, this.#top).map((r) => r.page);
        // They are compressed outside of this thread.
        pictures = this.#lensPages(best, signal);
        pictures.catch(() => undefined);
      }
      for (const [at, page] of best.entries()) {
        const explanation = await explainPage(model, page, asked, { baseline: null, signal });
        this.#sources.set(explanation.maps, { model, page });
        explained.push({ explanation, at });
      }
    }
    const shown = (await pictures) ?? [];
    const data = lensDataOf(explained.map(({ explanation, at }) => ({ explanation, page: shown[at] })));
    return { ranking, data };
  }

  /**
   * What control queries reach, in the order of the explanations, for those that do not have it yet.
   * @throws what `signal` is aborted with
   */
  async measure(explanations: readonly Explanation[], signal?: AbortSignal): Promise<(Baseline | null)[]> {
    const set = this.#baseline;
    if (!set) return explanations.map((e) => e.baseline);
    const todo = explanations.flatMap((explanation, at) => {
      const source = this.#sources.get(explanation.maps);
      return source && !explanation.baseline ? [{ explanation, at, ...source }] : [];
    });
    const measured = explanations.map((e) => e.baseline);
    for (const model of this.models) {
      const own = todo.filter((one) => one.model === model);
      await this.#embedControlQueries(model, set, own, signal);
      const tested: Tested[] = [];
      for (const { explanation, page } of own) {
        signal?.throwIfAborted();
        const { query } = explanation;
        const embedded = await model.embedPage(page, { signal });
        tested.push({
          ...explanation,
          baseline: await baselineOn(model, page, embedded, query, set, { signal }),
        });
      }
      const baselines = corrected(tested);
      for (const [i, { at }] of own.entries()) measured[at] = baselines[i];
    }
    signal?.throwIfAborted();
    return measured;
  }

  /** What an explanation was made from; null of one that came from elsewhere. */
  sourceOf({ maps }: Explanation): { model: Model; page: Page } | null {
    return this.#sources.get(maps) ?? null;
  }

  /** Work that may take long: its progress goes to who asked for it, else to a bar in the cell. */
  watched<T>(label: string, unit: string, work: (report: Report) => Promise<T>): Promise<T> {
    return this.#report ? work(this.#report) : withProgress(label, unit, work);
  }

  /** The control queries' vectors, once a model. */
  async #embedControlQueries(
    model: Model,
    set: ControlQueries,
    asked: readonly { explanation: Explanation; page: Page }[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const lists = new Set<readonly string[]>();
    for (const { explanation, page } of asked)
      for (const list of await controlLists(model, page, explanation.query, set, { signal })) lists.add(list);
    await this.#watched("Measuring chance", "control queries", (onProgress) =>
      embedControlQueries(model, lists, { signal, onProgress }),
    );
  }

  async #rank(asked: QueryEmbedding, signal: AbortSignal | undefined): Promise<RankedPage[]> {
    const scores = await this.#scores(asked, signal);
    return this.pages.map((page, i) => ({ page, score: scores[i] })).sort((a, b) => b.score - a.score);
  }

  /** Page scores by the first model. The first time, all pages are embedded with the other models, too. */
  async #scores(asked: QueryEmbedding, signal: AbortSignal | undefined): Promise<Float32Array> {
    const [first, ...others] = this.models;
    const { pages } = this;
    if (this.#isEmbedded) return score(first, pages, asked, { signal });
    const scores = await this.#watched("Embedding", "pages", (onProgress) =>
      score(first, pages, asked, { signal, onProgress }),
    );
    for (const model of others)
      await this.#watched("Embedding", "pages", async (onProgress) => {
        const embeddings = model.streamEmbeddings(pages, { signal, onProgress });
        while (!(await embeddings.next()).done);
      });
    this.#isEmbedded = true;
    return scores;
  }

  #watched<T>(
    label: string,
    unit: string,
    work: (onProgress: (progress: EmbedProgress) => void) => Promise<T>,
  ): Promise<T> {
    return this.watched(label, unit, (report) => work(({ done, total }) => report(done, total)));
  }

  #lensPages(pages: readonly Page[], signal: AbortSignal | undefined): Promise<LensPage[]> {
    return several(pages, async (page) => {
      const ready = preparedLensPage(page);
      if (ready) return ready;
      const sha256 = await page.digest({ signal });
      const shown = await lensPage(page, {
        signal,
        picture: this.#pictures.get(sha256),
        words: this.#words.get(page),
      });
      this.#pictures.set(sha256, shown.picture);
      this.#words.set(page, shown.words);
      return shown;
    });
  }
}
