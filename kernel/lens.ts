import {
  type Aggregate,
  aggregate,
  type Chance,
  changeView,
  counterpart,
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
  selectionChance,
  shown,
  tokenMap,
  topPatches,
  withEarlier,
} from "../core/index.js";
import { stillBundle } from "./figures/index.js";
import { type ControlSet, explainPage, score } from "./inference/index.js";
import { stopSignal } from "./interrupt.js";
import { currentKernel } from "./jupyter/kernel.js";
import { DISPLAY, type MimeBundle } from "./jupyter/mime.js";
import { lensPage } from "./lens-page.js";
import { LensWidget } from "./lens-widget.js";
import type { Model, QueryEmbedding, StopOptions } from "./models/index.js";
import { observed } from "./observed.js";
import { lensFile, saveLens } from "./save.js";

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

/** The explanation of a query on pages: numbers from code, a picture in a cell. */
export class Lens {
  /** What is compared; the first one ranks the pages. */
  readonly models: readonly Model[];
  readonly pages: readonly Page[];
  #top: number;
  #controls: ControlSet | null;
  #state: LensState | null = null;
  #ranking: RankedPage[] = [];
  #widget: LensWidget | null = null;
  #pictures = new Map<string, LensPage>();
  #view: LensView | null = null;
  #listeners = new Set<(view: LensView) => void>();
  #asking = new AbortController();

  /** @param controls the queries that measure chance, or null for none */
  constructor(models: readonly Model[], pages: readonly Page[], top: number, controls: ControlSet | null) {
    if (!Number.isInteger(top) || top < 1)
      throw new RangeError(`invalid top: ${top}, expected an integer of at least 1`);
    this.models = models;
    this.pages = pages;
    this.#top = top;
    this.#controls = controls;
  }

  /**
   * Asks a new query of the same pages; every view of this lens follows. Of several asked at once the last one wins, and the
   * work for the others is stopped.
   * @returns this lens
   */
  async ask(query: string, options: StopOptions = {}): Promise<this> {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const own = options.signal ? AbortSignal.any([options.signal, asking.signal]) : asking.signal;
    let explained: LensData;
    try {
      explained = await this.#explainAll(query, stopSignal(own));
    } catch (error) {
      if (asking.signal.aborted) return this;
      throw error;
    }
    if (asking.signal.aborted) return this;
    const data = withEarlier(explained, this.#state?.data);
    this.#state = { version: LENS_STATE_VERSION, data, view: this.#keepView(data) };
    this.#view = null;
    this.#widget?.show(this.state);
    return this;
  }

  get model(): Model {
    return this.models[0];
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
    return typeof which === "number"
      ? tokenMap(maps, which)
      : aggregate(maps, "mean", this.#word(which).tokens);
  }

  /**
   * How the highest cosine of a token's or word's map compares with what unrelated words reach on the same page: p-value,
   * percentile, z, and the cosine that chance reaches.
   * @returns null where chance was not measured (`controls: false`)
   * @throws RangeError naming the words there are
   */
  chance(which: number | string): Chance | null {
    const { explanation } = this;
    if (typeof which === "string") return selectionChance(explanation, { word: this.#word(which).index });
    tokenMap(explanation.maps, which);
    return selectionChance(explanation, { token: which });
  }

  /** One map for the whole query; `winner` sums to the patch part of the score. */
  aggregate(how: Aggregate): SimilarityMap {
    return aggregate(this.explanation.maps, how);
  }

  /** The `k` best patches of what is in view (the selected token, else the aggregate), with their page rectangles. */
  top(k: number): RankedPatch[] {
    const { explanation } = this;
    return topPatches(shown(explanation, this.state.view).map, k).map((patch) => this.#placed(patch));
  }

  /**
   * The patches of the selected region (Shift and drag in the widget, or `lens.view.region`), best first in what is in view,
   * with their page rectangles; empty without a region. In a comparison they are those of the side it was drawn on.
   */
  get selection(): RankedPatch[] {
    const { data, view } = this.state;
    const { region, compare } = view;
    if (!region) return [];
    const b = region.side === "b" && compare !== null ? data.explanations[compare] : null;
    const { map } = b ? counterpart(this.explanation, b, view) : shown(this.explanation, view);
    const patches = Array.from({ length: region.rows * region.columns }, (_, i) => {
      const row = region.row + Math.floor(i / region.columns);
      const column = region.column + (i % region.columns);
      return { row, column, value: map.data[row * map.columns + column] };
    });
    const ranked = patches.sort((one, other) => other.value - one.value);
    return ranked.map((patch) => this.#placed(patch, b ?? this.explanation));
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

  /** The lens as a widget, to stand among others: `new HBox([a.widget, b.widget])`. Needs a notebook kernel. */
  get widget(): LensWidget {
    if (this.#widget && !this.#widget.closed) return this.#widget;
    this.#widget = new LensWidget(this.state, {
      ask: async (query) => void (await this.ask(query)),
      view: (view) => this.#receiveView(view),
      file: (format) => lensFile(this.state, format),
    });
    return this.#widget;
  }

  /** Widget, static picture and text table: what a notebook stores is readable without a kernel. */
  async [DISPLAY](): Promise<MimeBundle> {
    const still = await stillBundle(this.state);
    return currentKernel() ? { ...this.widget.viewBundle(), ...still } : still;
  }

  async #explainAll(query: string, signal: AbortSignal | undefined): Promise<LensData> {
    const pages: LensPage[] = [];
    const explanations: LensExplanation[] = [];
    let held: Page[] = [];
    for (const [i, model] of this.models.entries()) {
      const asked = await model.embedQuery(query, { signal });
      if (i === 0) held = await this.#rank(asked, signal);
      for (const [index, page] of held.entries()) {
        const explanation = await explainPage(model, page, asked, { controls: this.#controls, signal });
        explanations.push({ ...explanation, page: index });
        if (i === 0) pages.push(await this.#lensPage(page));
      }
    }
    return { pages, explanations };
  }

  /** Ranks all pages. @returns those that the lens holds, best first */
  async #rank(asked: QueryEmbedding, signal: AbortSignal | undefined): Promise<Page[]> {
    const scores = await score(this.model, this.pages, asked, { signal });
    this.#ranking = this.pages
      .map((page, i) => ({ page, score: scores[i] }))
      .sort((a, b) => b.score - a.score);
    return this.#ranking.slice(0, this.#top).map((r) => r.page);
  }

  #word(text: string): QueryWord {
    const word = this.words.find((w) => w.text.toLowerCase() === text.toLowerCase());
    if (word) return word;
    const known = this.words.map((w) => JSON.stringify(w.text)).join(", ");
    throw new RangeError(
      `invalid word: ${JSON.stringify(text)}, expected one of ${known}, or a token's index`,
    );
  }

  #placed(patch: PatchValue, { grid, page } = this.explanation): RankedPatch {
    return { ...patch, rect: patchRect(grid, patch.row, patch.column, this.state.data.pages[page]) };
  }

  async #lensPage(page: Page): Promise<LensPage> {
    const known = this.#pictures.get(page.sha256);
    if (known) return known;
    const made = await lensPage(page);
    this.#pictures.set(page.sha256, made);
    return made;
  }

  #keepView(data: LensData): LensView {
    const view = this.#state ? keepSettings(data, this.#state.view) : defaultView(data);
    // Several models: the second one's word on the best page lies beside the first one's.
    return this.models.length > 1 ? { ...view, compare: data.pages.length } : view;
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
