import { LRUCache } from "lru-cache";
import type {
  Baseline,
  LensData,
  LensExplanation,
  LensPage,
  Page,
  SimilarityMaps,
} from "../../core/index.js";
import {
  baselineOn,
  type ControlQueries,
  embedControlQueries,
  explainPage,
  score,
} from "../../engine/explain/index.js";
import type { EmbedProgress, Model, QueryEmbedding } from "../hub/load-model.js";
import { several } from "../several.js";
import { type Report, withProgress } from "../widgets/progress.js";
import { lensPage } from "./lens-page.js";

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
  /** What takes longest about a page that comes again. */
  readonly #pictures = new LRUCache<string, LensPage>({
    maxSize: 128 * 2 ** 20,
    sizeCalculation: ({ picture }) => picture.data.length,
  });
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
    const explanations: LensExplanation[] = [];
    let ranking: RankedPage[] = [];
    let held: Page[] = [];
    let pictures: Promise<LensPage[]> | null = null;
    for (const [i, model] of this.models.entries()) {
      signal?.throwIfAborted();
      const asked = await model.embedQuery(query, { signal });
      if (i === 0) {
        ranking = await this.#rank(asked, signal);
        held = ranking.slice(0, this.#top).map((r) => r.page);
        // They are compressed outside of this thread.
        pictures = this.#lensPages(held, signal);
        pictures.catch(() => undefined);
      }
      for (const [index, page] of held.entries()) {
        const explanation = await explainPage(model, page, asked, { baseline: null, signal });
        this.#sources.set(explanation.maps, { model, page });
        explanations.push({ ...explanation, page: index });
      }
    }
    return { ranking, data: { pages: (await pictures) ?? [], explanations } };
  }

  /**
   * What control queries reach, in the order of the explanations, for those that do not have it yet.
   * @throws what `signal` is aborted with
   */
  async measure(
    explanations: readonly LensExplanation[],
    signal?: AbortSignal,
  ): Promise<(Baseline | null)[]> {
    const set = this.#baseline;
    if (!set) return explanations.map((e) => e.baseline);
    for (const model of this.models) await this.#embedControlQueries(model, set, signal);
    const measured: (Baseline | null)[] = [];
    for (const explanation of explanations) {
      signal?.throwIfAborted();
      const source = this.#sources.get(explanation.maps);
      if (explanation.baseline || !source) measured.push(explanation.baseline);
      else {
        const page = await source.model.embedPage(source.page, { signal });
        measured.push(await baselineOn(source.model, page, explanation.query, set, { signal }));
      }
    }
    signal?.throwIfAborted();
    return measured;
  }

  /** The control queries' vectors, once a model. */
  async #embedControlQueries(
    model: Model,
    set: ControlQueries,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const embed = (report: Report) => embedControlQueries(model, set, { signal, onProgress: told(report) });
    if (this.#report) await embed(this.#report);
    else await withProgress("Measuring chance", "control queries", embed);
  }

  async #rank(asked: QueryEmbedding, signal: AbortSignal | undefined): Promise<RankedPage[]> {
    const scores = await score(this.models[0], this.pages, asked, { signal });
    return this.pages.map((page, i) => ({ page, score: scores[i] })).sort((a, b) => b.score - a.score);
  }

  #lensPages(pages: readonly Page[], signal: AbortSignal | undefined): Promise<LensPage[]> {
    return several(pages, async (page) => {
      const sha256 = await page.digest({ signal });
      const picture = this.#pictures.get(sha256) ?? (await lensPage(page, { signal }));
      this.#pictures.set(sha256, picture);
      return picture;
    });
  }
}

/** Progress of a model as a report. */
export function told(report: Report): (progress: EmbedProgress) => void {
  return ({ done, total }) => report(done, total);
}
