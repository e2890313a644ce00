import {
  type Aggregate,
  aggregate,
  changeView,
  defaultView,
  keepSettings,
  LENS_STATE_VERSION,
  type LensData,
  type LensExplanation,
  type LensPage,
  type LensState,
  type LensView,
  type MaxSim,
  type Page,
  type PatchValue,
  patchRect,
  type QueryToken,
  type QueryWord,
  type Rect,
  type SimilarityMap,
  shown,
  tokenMap,
  topPatches,
  withEarlier,
} from "../core/index.js";
import { stillBundle } from "./figures/index.js";
import { explainPage, score } from "./inference/index.js";
import { currentKernel } from "./jupyter/kernel.js";
import { DISPLAY, type MimeBundle } from "./jupyter/mime.js";
import { lensPage } from "./lens-page.js";
import { LensWidget } from "./lens-widget.js";
import type { Model } from "./models/index.js";
import { type Report, withProgress } from "./progress.js";
import { lensFile, saveLens } from "./save.js";

export interface ExplainOptions {
  /** How many of the best pages the lens holds with their maps; default 12. All pages are ranked. */
  top?: number;
  /** Stops the embedding of pages; what is embedded stays in the cache. */
  signal?: AbortSignal;
  /** Called with pages done and pages in all. Without it a notebook shows a bar in the cell. */
  onProgress?: Report;
}

/** A page of the ranking, best first. */
export interface RankedPage {
  page: Page;
  /** Sum over query tokens of the maximum over all vectors of the page. */
  score: number;
}

/** A patch with its place on the page. */
export interface RankedPatch extends PatchValue {
  /** Rectangle in pixels of the rendered page. */
  rect: Rect;
}

/**
 * Explains how a query matches one or several pages. Pages already embedded by the same model, prompt profile and
 * pixels are not embedded again.
 * @param query 1 or more words; an empty query is an error
 * @returns the lens; as the last value of a cell it shows itself
 */
export async function explain(
  model: Model,
  pages: Page | readonly Page[],
  query: string,
  options: ExplainOptions = {},
): Promise<Lens> {
  const all = Array.isArray(pages) ? [...pages] : [pages as Page];
  if (all.length === 0)
    throw new RangeError("invalid pages: none, expected at least one page (openPages gives them)");
  model.tokenize(query);
  const embed = (report: Report) =>
    model.embedPages(all, {
      signal: options.signal,
      onProgress: ({ done, total }) => report(done, total),
    });
  if (options.onProgress) await embed(options.onProgress);
  else await withProgress("Embedding", "pages", embed);
  const lens = new Lens(model, all, options.top ?? 12);
  await lens.ask(query);
  return lens;
}

/** The explanation of a query on pages: numbers from code, a picture in a cell. */
export class Lens {
  readonly model: Model;
  readonly pages: readonly Page[];
  #top: number;
  #state: LensState | null = null;
  #ranking: RankedPage[] = [];
  #widget: LensWidget | null = null;
  #pictures = new Map<string, LensPage>();
  #view: LensView | null = null;
  #listeners = new Set<(view: LensView) => void>();
  #asked = 0;

  constructor(model: Model, pages: readonly Page[], top: number) {
    if (!Number.isInteger(top) || top < 1)
      throw new RangeError(`invalid top: ${top}, expected an integer of at least 1`);
    this.model = model;
    this.pages = pages;
    this.#top = top;
  }

  /**
   * Asks a new query of the same pages; every view of this lens follows. Of several asked at once the last one wins.
   * @returns this lens
   */
  async ask(query: string): Promise<this> {
    const turn = ++this.#asked;
    const data = withEarlier(await this.#explainAll(query), this.#state?.data);
    if (turn !== this.#asked) return this;
    this.#state = { version: LENS_STATE_VERSION, data, view: this.#keepView(data) };
    this.#view = null;
    this.#widget?.show(this.state);
    return this;
  }

  /** What the widget and every figure are made from. */
  get state(): LensState {
    if (!this.#state) throw new Error('this lens has no query yet: call `await lens.ask("…")` first');
    return this.#state;
  }

  /** The query on the page that is in view. */
  get explanation(): LensExplanation {
    return this.state.data.explanations[this.state.view.explanation];
  }

  get query(): string {
    return this.explanation.query.text;
  }

  /** What the model saw, prefix, special and augmentation tokens included. */
  get tokens(): QueryToken[] {
    return this.explanation.query.tokens;
  }

  get words(): QueryWord[] {
    return this.explanation.query.words;
  }

  /** Score of the page in view: `score = patchScore + residue`. */
  get maxsim(): MaxSim {
    return this.explanation.maxsim;
  }

  /** All pages, best first; only the first `top` of them are in the widget. */
  get ranking(): readonly RankedPage[] {
    return this.#ranking;
  }

  /**
   * Similarity map in cosines, [row][column], of the page in view.
   * @param which index of a token, or a word of the query (several sub-tokens: the mean over them)
   * @throws RangeError naming the words there are
   */
  map(which: number | string): SimilarityMap {
    const { maps } = this.explanation;
    if (typeof which === "number") return tokenMap(maps, which);
    const wanted = which.toLowerCase();
    const word = this.words.find((w) => w.text.toLowerCase() === wanted);
    if (!word) {
      const known = this.words.map((w) => JSON.stringify(w.text)).join(", ");
      throw new RangeError(
        `invalid word: ${JSON.stringify(which)}, expected one of ${known}, or a token's index`,
      );
    }
    return aggregate(maps, "mean", word.tokens);
  }

  /** One map for the whole query; `winner` sums to the patch part of the score. */
  aggregate(how: Aggregate): SimilarityMap {
    return aggregate(this.explanation.maps, how);
  }

  /** The `k` best patches of what is in view (the selected token, else the aggregate), with their page rectangles. */
  top(k: number): RankedPatch[] {
    const { explanation } = this;
    const { map } = shown(explanation, this.state.view);
    const page = this.state.data.pages[explanation.page];
    return topPatches(map, k).map((p) => ({
      ...p,
      rect: patchRect(explanation.grid, p.row, p.column, page),
    }));
  }

  /**
   * What a person sees, both ways: reading gives the selection made in the widget, assigning moves it.
   * `lens.view.token = 2`, or several at once: `lens.view = { token: 2, opacity: 0.5 }`.
   */
  get view(): LensView {
    this.#view ??= observed(this.state.view, (change) => this.#setView(change));
    return this.#view;
  }

  set view(change: Partial<LensView>) {
    this.#setView(change);
  }

  /** Calls `listener` after every change of the view, from the widget or from code. @returns a function that stops it */
  onView(listener: (view: LensView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Writes the lens to a file; the format follows the name's ending (svg, png, pdf, html, json).
   * @returns the absolute path
   */
  save(file: string, options?: Parameters<typeof saveLens>[2]): Promise<string> {
    return saveLens(this.state, file, options);
  }

  /** Widget, static picture and text table: what a notebook stores is readable without a kernel. */
  async [DISPLAY](): Promise<MimeBundle> {
    const still = await stillBundle(this.state);
    if (!currentKernel()) return still;
    this.#widget ??= new LensWidget(this.state, {
      ask: async (query) => void (await this.ask(query)),
      view: (view) => this.#receiveView(view),
      file: (format) => lensFile(this.state, format),
    });
    return { ...this.#widget.viewBundle(), ...still };
  }

  async #explainAll(query: string): Promise<LensData> {
    const asked = await this.model.embedQuery(query);
    const scores = await score(this.model, this.pages, asked);
    this.#ranking = this.pages
      .map((page, i) => ({ page, score: scores[i] }))
      .sort((a, b) => b.score - a.score);
    const held = this.#ranking.slice(0, this.#top).map((r) => r.page);
    const pages: LensPage[] = [];
    const explanations: LensExplanation[] = [];
    for (const page of held) {
      explanations.push({ ...(await explainPage(this.model, page, asked)), page: pages.length });
      pages.push(await this.#lensPage(page));
    }
    return { pages, explanations };
  }

  async #lensPage(page: Page): Promise<LensPage> {
    const known = this.#pictures.get(page.sha256);
    if (known) return known;
    const made = await lensPage(page);
    this.#pictures.set(page.sha256, made);
    return made;
  }

  #keepView(data: LensData): LensView {
    return this.#state ? keepSettings(data, this.#state.view) : defaultView(data);
  }

  #setView(change: Partial<LensView>): void {
    const view = changeView(this.state.data, this.state.view, change);
    this.#receiveView(view);
    this.#widget?.setView(view);
  }

  #receiveView(view: LensView): void {
    Object.assign(this.state.view, view);
    for (const listener of this.#listeners) listener({ ...this.state.view });
  }
}

/** An object whose properties are those of `view` as they are now, and whose assignment asks for a change. */
function observed(view: LensView, change: (part: Partial<LensView>) => void): LensView {
  return new Proxy(view, {
    set(target, key, value) {
      if (!Object.hasOwn(target, key))
        throw new RangeError(
          `invalid view property: ${String(key)}, expected one of ${Object.keys(target).join(", ")}`,
        );
      change({ [key]: value });
      return true;
    },
  });
}
