import { inspect } from "node:util";
import { invalid, oneOf } from "../../core/data/check.js";
import {
  AGGREGATES,
  type Aggregate,
  ATTENTION,
  type AttentionMap,
  type AttentionReading,
  aggregate,
  type Baseline,
  type CaptionFormat,
  type Chance,
  type Contrast,
  captionIn,
  changeView,
  counterpart,
  defineQuantity,
  explanationOf,
  explanationsOf,
  headline,
  keepSettings,
  type Layer,
  LENS_STATE_VERSION,
  type LensData,
  type LensExplanation,
  type LensState,
  type LensView,
  layersWith,
  type Margin,
  type MaxSim,
  type Page,
  PatchMap,
  type PatchValue,
  patchRect,
  type QuantityDescription,
  type QueryToken,
  type QueryWord,
  type RegionKind,
  regionPatches,
  SCORE_DROP,
  sameModel,
  sameView,
  scene,
  scopeTokens,
  selectionChance,
  type TableRows,
  tableOf,
  tokenMap,
  topPatches,
  topPlaces,
  type ViewChange,
  withEarlier,
  wordMap,
} from "../../core/index.js";
import type { ControlQueries } from "../../engine/explain/index.js";
import type { SanityRow } from "../../engine/explain/sanity.js";
import type { StabilityRow } from "../../engine/explain/stability.js";
import { stillBundle } from "../figures/index.js";
import type { Model, StopOptions } from "../hub/load-model.js";
import { stopSignal } from "../interrupt.js";
import { currentKernel } from "../jupyter/kernel.js";
import { DISPLAY, type MimeBundle } from "../jupyter/mime.js";
import { checkListener } from "../jupyter/widget-protocol/listeners.js";
import type { Report } from "../widgets/progress.js";
import {
  attention,
  attentionInView,
  attentionReceived,
  type LensAttentionOptions,
  withReadings,
} from "./lens-attention.js";
import { type CheckOptions, sanity, stability } from "./lens-checks.js";
import { type Answer, LensExplainer, type RankedPage } from "./lens-explainer.js";
import { type Faithfulness, faithfulness, type LensFaithfulnessOptions } from "./lens-faithfulness.js";
import { withLayers } from "./lens-layers.js";
import { contrastOf, marginsOf } from "./lens-margins.js";
import {
  type Experiments,
  inWords,
  type Occlusion,
  type OcclusionOptions,
  occlusion,
} from "./lens-occlusion.js";
import type { LensReport } from "./lens-report.js";
import { LensTable } from "./lens-table.js";
import { LensWidget } from "./lens-widget.js";
import {
  patchList,
  printedScore,
  type RankedPatch,
  rankingList,
  resultList,
  tokenList,
  wordList,
} from "./lists.js";
import { type LiveView, observed } from "./observed.js";
import { openingView } from "./opening-view.js";
import { hitsOf, type LensHit, type LensRegion, regionsOf } from "./printed-places.js";
import { lensFile, saveLens } from "./save.js";
import { shownMap } from "./shown-map.js";

export type { RankedPage } from "./lens-explainer.js";
export type { RankedPatch } from "./lists.js";

/** The explanation of a query on pages: numbers from code, a picture in a cell. */
export class Lens {
  readonly #explainer: LensExplainer;
  #state: LensState | null = null;
  #ranking: RankedPage[] = [];
  #widget: LensWidget | null = null;
  #view: LiveView | null = null;
  #listeners = new Set<(view: LensView) => void>();
  #asking = new AbortController();
  /** Given when the person at the widget stops an experiment. */
  #enough = new AbortController();
  /** Settles, with what went wrong, when no attention is being read for the person at the widget. */
  #reading: Promise<unknown> = Promise.resolve();
  /** Settles when the last query has its maps, or has failed. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The measuring of what is shown; null before it has begun and after it was stopped. */
  #measuring: Promise<this> | null = null;
  #isMeasured = false;

  /**
   * @param baseline the queries that measure chance, or null for none
   * @param report called with the control queries that are embedded; without it a notebook shows a bar
   */
  constructor(
    models: readonly Model[],
    pages: readonly Page[],
    top: number,
    baseline: ControlQueries | null,
    report?: Report,
  ) {
    this.#explainer = new LensExplainer(models, pages, top, baseline, report);
  }

  /**
   * Asks a new query of the same pages; every view of this lens follows. Of several asked at once the last one wins, and
   * the work for the others is stopped. In a notebook it is there, and shown, before chance is measured; the cell stays
   * busy until that is done, too (see {@link measured}). In plain Node, where nothing is shown, it is there with chance.
   * @param options.measure false leaves chance to whoever asks for {@link measured}
   * @returns this lens
   */
  async ask(query: string, options: StopOptions & { measure?: boolean } = {}): Promise<this> {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const answering = this.#explainer.explain(query, this.#stopSignal(asking, options.signal));
    this.#turn = answering.catch(() => undefined);
    try {
      const answer = await answering;
      if (asking.signal.aborted) return this;
      this.#take(answer);
    } catch (error) {
      if (asking.signal.aborted) return this;
      // What is shown is still there, and was being measured.
      if (this.#state && options.measure !== false) this.#goOnMeasuring();
      throw error;
    }
    if (options.measure === false) return this;
    this.#goOnMeasuring(options.signal);
    if (!currentKernel()) await this.measured;
    return this;
  }

  /**
   * Settles when chance is measured for what the lens shows. In a notebook maps come first, and chance follows: code that
   * asks for it in the same cell awaits this. Measuring that was interrupted begins again.
   */
  get measured(): Promise<this> {
    this.#measuring ??= this.#measure();
    return this.#measuring;
  }

  /** What is compared; the first one ranks the pages. */
  get models(): readonly Model[] {
    return this.#explainer.models;
  }

  get pages(): readonly Page[] {
    return this.#explainer.pages;
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
    return explanationOf(this.state.data, this.state.view.result);
  }

  /** What the lens holds, the newest query and its best page first: `lens.view.compare = lens.results[1].key`. */
  get results(): readonly LensExplanation[] {
    return resultList(explanationsOf(this.state.data));
  }

  get query(): string {
    return this.explanation.query.text;
  }

  /** What the model saw, prefix, special and augmentation tokens included. */
  get tokens(): QueryToken[] {
    return tokenList(this.explanation);
  }

  get words(): QueryWord[] {
    return wordList(this.explanation);
  }

  /** Score of the page in view: `score = patchScore + residue`. */
  get maxsim(): MaxSim {
    return printedScore(this.explanation);
  }

  /** All pages, best first; only the first `top` of them are in the widget. */
  get ranking(): readonly RankedPage[] {
    return rankingList(this.#ranking);
  }

  /**
   * Similarity map of the page in view: cosines, -1 to 1, `map.at(row, column)`, or all of them as `map.data`, row by row.
   * Nothing is subtracted, whatever `lens.view.chance` says.
   * @param which index of a token, or a word of the query (several sub-tokens: the mean over them)
   * @throws RangeError naming the words there are
   */
  map(which: number | string): PatchMap {
    const { maps } = this.explanation;
    if (typeof which === "number") return shownMap(tokenMap(maps, which), this.state, { token: which });
    const { index: word, tokens } = this.#word(which);
    return shownMap(wordMap(maps, tokens), this.state, { word });
  }

  /**
   * Adds a map of something else than cosines to the page in view, or replaces it, and shows it: what you measured, say.
   * It has its own legend, and is in every file. `lens.view.quantity` chooses between it and `"cosine"`.
   * @param quantity for example `{ name: "altitude", unit: "m", range: [0, 900] }`
   * @param numbers one a patch, row by row from the top left, in the quantity's unit
   * @param of a word of the query, or index of a token; without it the map is of the whole query
   * @throws RangeError for numbers that are not as many as there are patches, not finite or out of the range, for names that
   *   the package measures itself, and naming the words there are
   */
  addMap(quantity: QuantityDescription, numbers: ArrayLike<number>, of?: number | string): this {
    const { explanation } = this;
    const { rows, columns } = explanation.grid;
    const map = new PatchMap(Float32Array.from(numbers), rows, columns, defineQuantity(quantity));
    const word = typeof of === "string" ? this.#word(of).index : undefined;
    const token = typeof of === "number" ? of : undefined;
    const layers = layersWith(explanation, map, { word, token });
    const own = layers.filter(({ quantity: { name } }) => name === map.quantity);
    this.#putLayers(new Map(own.map((layer) => [explanation.key, layer])), true);
    return this;
  }

  /**
   * How much the page score falls when a part of the page in view is covered, in its pixels, and the page embedded anew: every
   * printed word, line or block, or each cell of a grid. The lens shows it as it refines, as the quantity `score-drop`; of
   * several models at once, so that maps compare. Stopped (by an interrupt, a newer query, or `enough`), it keeps what is
   * measured. Nothing of it gets into the cache of pages.
   * @returns what was covered, largest fall first: a list that prints as a table
   * @throws RangeError for options that cannot be, and for printed parts of a page without printed words
   */
  async occlusion(options: OcclusionOptions = {}): Promise<Occlusion> {
    this.#enough = new AbortController();
    return occlusion(this.#experiments, options);
  }

  /**
   * Where a patch's vector took its content from, in the model that embeds the page: the share of its attention that goes to
   * each patch. It adds up to 1 with what goes off the page (`map.offPage`). It is no explanation of the score: query and page
   * never attend to each other. The lens shows it as the quantity `attention`, or `attention-rollout`.
   * @param of the best patch of a word of the query or of a token, by its index; or any patch, `{ row, column }`
   * @param options.stage `language` (the default, where there is one) or `tower`; `layer`, from 0, the last one when left out;
   *   `head`, the mean over them when left out; `rollout` for all layers; `overUniform` to divide by uniform causal attention
   * @throws ModelError for a model without attention, such as `mini`; RangeError naming the layers, heads and words there are
   */
  async attention(
    of: string | number | { row: number; column: number },
    options: LensAttentionOptions = {},
  ): Promise<AttentionMap> {
    this.#enough = new AbortController();
    const token = (index: number) => {
      tokenMap(this.explanation.maps, index);
      return { token: index };
    };
    const which =
      typeof of === "string" ? { word: this.#word(of).index } : typeof of === "number" ? token(of) : of;
    return attention(this.#experiments, which, options);
  }

  /**
   * What each patch of the page in view receives of the attention of all positions. The lens shows it as the quantity
   * `attention-received`.
   * @param options as of {@link attention}, but for `rollout`
   * @throws as {@link attention}
   */
  async attentionReceived(options: Omit<LensAttentionOptions, "rollout"> = {}): Promise<AttentionMap> {
    this.#enough = new AbortController();
    return attentionReceived(this.#experiments, options);
  }

  /**
   * Reads where the patch in view attends to, the one that is selected or the best one of what is, with those of the words, and
   * shows it: what a click in the lens asks for.
   * @throws as {@link attention}
   */
  attentionInView(options: StopOptions = {}): Promise<void> {
    return attentionInView(this.#experiments, options);
  }

  /**
   * Whether the score of the page in view rests on what its map points at: patches are dropped and revealed in the map's order,
   * beside random orders, orders of maps that mean nothing, and the reversed one. Dropping vectors is exact, free, and true by
   * construction; dropping pixels embeds the page anew, about 170 times, and is the real test.
   * @returns areas under the curves, with a verdict in one sentence: prints as a table, and a cell shows the curves
   * @throws RangeError for options that cannot be
   */
  async faithfulness(options: LensFaithfulnessOptions = {}): Promise<Faithfulness> {
    return faithfulness(this.#experiments, options);
  }

  /**
   * How the highest cosine of a token's or word's map compares with what unrelated words reach on the same page: p-value,
   * percentile, z, and the cosine that chance reaches.
   * @returns null where chance is not measured (`baseline: false`)
   * @throws RangeError naming the words there are; Error while it is still being measured (`await lens.measured`)
   */
  chance(which: number | string): Chance | null {
    const { explanation } = this;
    const word = typeof which === "string" ? this.#word(which).index : null;
    if (typeof which === "number") tokenMap(explanation.maps, which);
    if (!this.#isMeasured && !explanation.baseline)
      throw new Error("chance is not measured yet: call `await lens.measured` first");
    return selectionChance(explanation, typeof which === "number" ? { token: which } : { word });
  }

  /**
   * One map for the tokens in scope (`lens.view.scope`: those of the words, or all): `max` and `mean` are cosines, -1 to 1;
   * `winner` adds up to the patch part of these tokens' score. Nothing is subtracted, whatever `lens.view.chance` says.
   * @throws RangeError for another name
   */
  aggregate(how: Aggregate): PatchMap {
    oneOf(how, "aggregate", AGGREGATES);
    const map = aggregate(this.explanation.maps, how, scopeTokens(this.explanation, this.state.view.scope));
    return shownMap(map, this.state, { token: null, word: null, aggregate: how });
  }

  /**
   * The `k` best patches of what is in view (the selected token, else the word, else the aggregate; A - B where the
   * difference is shown, less the baseline where that is subtracted), with their rectangles in pixels of the page.
   * @param options.apart one patch a place, so that a word that covers five cells is there once: `k` peaks that stand apart
   *   from each other, or fewer where the map has no more
   */
  best(k: number, options: { apart?: boolean } = {}): RankedPatch[] {
    if (!Number.isInteger(k) || k < 1) throw invalid("k", k, "an integer of at least 1");
    const { map } = scene(this.state).shown;
    const best = (options.apart ? topPlaces : topPatches)(map, k);
    return patchList(
      best.map((patch) => this.#placed(patch, map)),
      map.description,
    );
  }

  /**
   * The places that what is in view points at, named by what is printed there: of the selected word, else of all words, those
   * first where most of them meet, then by cosine. A place is a group of patches at which a word is beyond chance; where none
   * is, the list is empty, and prints so. Other quantities, and cosines before chance is measured (`await lens.measured`), are
   * taken from `lens.view.color.threshold` on, or from the middle of their range.
   */
  get hits(): readonly LensHit[] {
    return hitsOf(this.state);
  }

  /**
   * The printed words, lines or blocks of the page in view, most relevant first: for each the mean over its patches of what is
   * in view, weighted by overlap. Empty where the page has no text layer.
   * @throws RangeError for another kind
   */
  regions(by: RegionKind): readonly LensRegion[] {
    return regionsOf(this.state, by);
  }

  /**
   * How the map of the page in view answers to changes that no reader would notice: a shift by a pixel, JPEG, another
   * resolution. Eight embeddings.
   * @returns a row a change, with the maximum sensitivity in a sentence
   */
  async stability(options: CheckOptions = {}): Promise<LensReport<StabilityRow>> {
    return stability(this.#experiments, options);
  }

  /**
   * What a map looks like on the page in view that cannot mean anything: with unrelated queries, with the page's patches
   * shuffled, with the model's last projection permuted; each against the real one by rank correlation. Two embeddings.
   */
  async sanity(options: CheckOptions = {}): Promise<LensReport<SanityRow>> {
    return sanity(this.#experiments, options);
  }

  /**
   * Of each token what it gives to the score of the page in view, the place that comes next and stands apart, and the page that comes
   * next: a token that fits anywhere says little, whatever it gives.
   * @returns tokens, highest first, with sentences: prints as a table
   */
  margins(): LensReport<Margin> {
    return marginsOf(this.state);
  }

  /**
   * Why the page in view scores above another one of the lens: token by token, the largest difference first. The differences
   * add up to that of the scores.
   * @param other key of a result (`lens.results`) of the same query and model; the best other page when left out
   * @throws RangeError where there is none, or it is of another query or model
   */
  contrast(other?: string): LensReport<Contrast> {
    return contrastOf(this.state, other);
  }

  /**
   * The numbers of what is in view: of cosines a row a token, or a word; of another quantity (`lens.view.quantity`) a row for
   * each of its maps. A cell shows them as a table; `.toCsv()` and `await table.save("numbers.csv")` keep them.
   * @param rows "token" or "word"
   * @throws RangeError for other rows
   */
  table(rows: TableRows = "token"): LensTable {
    return new LensTable(tableOf(scene(this.state), rows));
  }

  /**
   * The patches of the selected region (Shift and drag in the widget, or `lens.view.region`), best first in what is in view,
   * with their page rectangles; empty without a region. In a comparison they are those of the side it was drawn on.
   */
  get selection(): RankedPatch[] {
    const { data, view } = this.state;
    const { region, compare } = view;
    if (!region) return [];
    const b = region.side === "b" && compare !== null ? explanationOf(data, compare) : null;
    // A difference lies on A's page, wherever the region was drawn.
    const beside = view.difference ? null : b;
    const { map } = beside ? counterpart(this.explanation, beside, view) : scene(this.state).shown;
    const { grid } = b ?? this.explanation;
    const chosen = regionPatches(map, region, grid);
    return patchList(
      chosen.map((patch) => this.#placed(patch, map, beside?.page)),
      map.description,
    );
  }

  /**
   * What a person sees, both ways: reading gives the selection made in the widget, assigning moves it.
   * `lens.view.token = 2`, or several at once: `lens.view = { token: 2, color: { opacity: 0.5 } }`, of a group as
   * much as changes. It is one object, which follows every change and every new query.
   * @throws RangeError for a value that cannot be, and for a name that is no setting
   */
  get view(): LiveView {
    this.#view ??= observed(
      () => this.state.view,
      (change) => this.#setView(change),
    );
    return this.#view;
  }

  set view(change: ViewChange) {
    this.#setView(change);
  }

  /** Calls `listener` after every change of the view, from the widget or from code. @returns a function that stops it */
  onView(listener: (view: LensView) => void): () => void {
    checkListener(listener, "onView", "lens.onView((view) => …)");
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Writes what is in view to a file, with chance; the format follows the name's ending (svg, png, pdf, html, json).
   * @returns the absolute path
   */
  async save(file: string, options?: Parameters<typeof saveLens>[2]): Promise<string> {
    await this.measured;
    return saveLens(this.state, file, options);
  }

  /**
   * What `lens.save("figure.pdf", { caption: false })` leaves out: a sentence or two of what is in view, without where it comes
   * from, which is in the file's metadata. Special characters of the format are escaped.
   * @param format "text" (the default), "latex", "markdown" or "typst"
   * @throws RangeError for another format
   */
  caption(format?: CaptionFormat): string {
    return captionIn(this.state, format);
  }

  /** The lens as a widget, to stand among others: `new HBox([a.widget, b.widget])`. Needs a notebook kernel. */
  get widget(): LensWidget {
    if (this.#widget && !this.#widget.closed) return this.#widget;
    this.#widget = new LensWidget(
      this.state,
      {
        ask: async (query) => void (await this.ask(query)),
        view: (view) => this.#receiveView(view),
        file: async (format, options) => {
          await this.measured;
          return lensFile(this.state, format, options);
        },
        measure: (quantity, report) => this.#measureFor(quantity, report),
        stop: () => this.#enough.abort(),
      },
      this.#measuring !== null && !this.#isMeasured,
    );
    return this.#widget;
  }

  /**
   * Widget, static picture and text table: what a notebook stores is readable without a kernel. While chance is being
   * measured the widget comes first, and the picture, which says what is chance, when it is.
   */
  [DISPLAY](): Promise<MimeBundle> | AsyncIterable<MimeBundle> {
    return currentKernel() && !this.#isMeasured ? this.#inSteps() : this.#bundle();
  }

  /** `Lens “peak load” on page 2 of 4 of report.pdf: score 4.14 = …` */
  toString(): string {
    return this.#state ? headline(scene(this.#state)) : "Lens without a query";
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** What experiments on the page in view need. */
  get #experiments(): Experiments {
    const current = () => this.state;
    return {
      get state() {
        return current();
      },
      enough: AbortSignal.any([this.#asking.signal, this.#enough.signal]),
      sourceOf: (explanation) => this.#explainer.sourceOf(explanation),
      putLayers: (layers, show) => this.#putLayers(layers, show),
      putAttention: (key, read, shows) => this.#putAttention(key, read, shows),
      watched: (label, unit, work) => this.#explainer.watched(label, unit, work),
    };
  }

  /** What the person at the widget asks to be measured. */
  async #measureFor(
    quantity: string,
    report: (busy: string, fraction: number | null) => void,
  ): Promise<void> {
    oneOf(quantity, "quantity", [SCORE_DROP.name, ATTENTION.name]);
    if (quantity === ATTENTION.name) return this.#readInView(report);
    const { words } = this.state.data.pages[this.explanation.page];
    await this.occlusion({
      by: words?.length ? "word" : "grid",
      onProgress: inWords("Covering part", report),
    });
  }

  /** The newest request counts: the patch that is pointed at now. */
  async #readInView(report: (busy: string, fraction: number | null) => void): Promise<void> {
    this.#enough.abort();
    const enough = new AbortController();
    this.#enough = enough;
    await this.#reading;
    // The request before says that it is done before this one says that it is at work.
    await new Promise(setImmediate);
    if (enough.signal.aborted) return;
    report("Reading attention: the page goes through the model once more.", null);
    this.#reading = this.attentionInView().catch((error) => {
      // Stopped by the person, or by another request.
      if (!enough.signal.aborted) return error;
    });
    const failed = await this.#reading;
    if (failed) throw failed;
  }

  #putAttention(key: string, read: readonly AttentionReading[], shows: ViewChange): void {
    const before = this.state.view;
    const data = withReadings(this.state.data, key, read);
    const change = before.result === key ? shows : {};
    // What only A was read for cannot be compared.
    const isShared = before.compare === null || data.results[before.compare].attention !== undefined;
    const view = changeView(data, before, { ...change, ...(!isShared && { compare: null }) });
    this.#state = { ...this.state, data, view };
    this.#widget?.showLayers(this.state);
    if (!sameView(before, view)) this.#tell();
  }

  #putLayers(layers: ReadonlyMap<string, Layer>, show: boolean): void {
    const before = this.state.view;
    this.#state = withLayers(this.state, layers, show);
    this.#widget?.showLayers(this.state);
    if (!sameView(before, this.state.view)) this.#tell();
  }

  async #bundle(): Promise<MimeBundle> {
    const still = await stillBundle(this.state);
    return currentKernel() ? { ...this.widget.viewBundle(), ...still } : still;
  }

  async *#inSteps(): AsyncGenerator<MimeBundle> {
    yield { ...this.widget.viewBundle(), "text/plain": this.toString() };
    await this.measured;
    yield await this.#bundle();
  }

  #take({ ranking, data: now }: Answer): void {
    const before = this.#state?.view;
    const data = withEarlier(now, this.#state?.data, before?.result);
    this.#state = { version: LENS_STATE_VERSION, data, view: this.#keepView(data) };
    this.#ranking = ranking;
    this.#measuring = null;
    const isComplete = Object.values(data.results).every(({ baseline }) => baseline !== null);
    this.#isMeasured = isComplete || !this.#explainer.measures;
    this.#widget?.show(this.state, !this.#isMeasured);
    if (before && !sameView(before, this.state.view)) this.#tell();
  }

  #stopSignal(asking: AbortController, own: AbortSignal | undefined): AbortSignal | undefined {
    return stopSignal(own ? AbortSignal.any([asking.signal, own]) : asking.signal);
  }

  /** Measures without being waited for; a cell, or a message, ends when it is done. */
  #goOnMeasuring(signal?: AbortSignal): void {
    if (this.#isMeasured) return;
    this.#measuring = this.#measure(signal);
    this.#measuring.catch(() => undefined);
    currentKernel()?.until(this.#measuring);
  }

  async #measure(signal?: AbortSignal): Promise<this> {
    if (this.#isMeasured) return this;
    const asking = this.#asking;
    const { data } = this.state;
    this.#widget?.showChance(this.state, true);
    try {
      const baseline = await this.#explainer.measure(explanationsOf(data), this.#stopSignal(asking, signal));
      // Further maps may have come meanwhile, of the same results.
      if (this.state.data.order === data.order) this.#takeChance(baseline);
    } catch (error) {
      if (!asking.signal.aborted) {
        this.#measuring = null;
        this.#widget?.showChance(this.state, false);
        throw error;
      }
      await this.#turn;
    }
    // Another query has come between: what it shows counts.
    return this.#isMeasured ? this : this.measured;
  }

  #takeChance(baselines: (Baseline | null)[]): void {
    const { data } = this.state;
    const results = { ...data.results };
    for (const [i, key] of data.order.entries()) results[key] = { ...results[key], baseline: baselines[i] };
    this.#state = { ...this.state, data: { ...data, results } };
    this.#isMeasured = true;
    this.#widget?.showChance(this.state, false);
  }

  #word(text: string): QueryWord {
    const word = this.words.find((w) => w.text.toLowerCase() === text.toLowerCase());
    if (word) return word;
    const texts = this.words.map((w) => JSON.stringify(w.text)).join(", ");
    throw new RangeError(
      `invalid word: ${JSON.stringify(text)}, expected one of ${texts}, or a token's index`,
    );
  }

  #placed(patch: PatchValue, map: PatchMap, page = this.explanation.page): RankedPatch {
    const rect = patchRect(map, patch.row, patch.column, this.state.data.pages[page]);
    return { ...patch, rect };
  }

  #keepView(data: LensData): LensView {
    const view = this.#state ? keepSettings(data, this.#state.view) : openingView(data);
    // Several models: the second one's word on the best page lies beside the first one's.
    const [first, ...rest] = explanationsOf(data);
    const other = rest.find((explanation) => !sameModel(explanation, first));
    return other ? { ...view, compare: other.key } : view;
  }

  #setView(change: ViewChange): void {
    this.#receiveView(changeView(this.state.data, this.state.view, change));
  }

  /** The one way in for a view, from code or from the widget; what changes nothing is not told of. */
  #receiveView(view: LensView): void {
    if (sameView(view, this.state.view)) return;
    this.#state = { ...this.state, view };
    this.#widget?.setView(view);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(structuredClone(this.state.view));
  }
}
