import { allOf } from "../../core/data/all-of.js";
import { integer } from "../../core/data/check.js";
import { didYouMean } from "../../core/data/did-you-mean.js";
import {
  INSPECT,
  type MultiVector,
  type Page,
  type PatchGrid,
  printable,
  type Query,
  sharedName,
} from "../../core/index.js";
import type { Family, PromptProfile } from "../families/family.js";
import { batchesOfOneLength, repeated } from "../graphs/batches.js";
import type { Engine, LoadedGraphs } from "../graphs/loaded-graphs.js";
import type { MaxSimGraph } from "../graphs/maxsim-graph.js";
import type { TappedGraphs } from "../graphs/tapped-graphs.js";
import { joinVectors } from "../graphs/vectors.js";
import { ModelError, ProviderError } from "../model-error.js";
import type { PageLayout, PageProcessor, PreparedPage } from "../processing/page-processor.js";
import type { EmbeddingCache, Feed, FloatTensor, Graph, Provider, Runtime, ValueInfo } from "../runtime.js";
import { stopSignal } from "../stop-signal.js";
import { tokenizeQuery } from "../text/query.js";
import type { ModelTokenizer } from "../text/tokenizer.js";
import type { PatchAttention } from "./attention.js";
import { AttentionCache } from "./attention-cache.js";
import { type ReadModel, readPatches, readQuery } from "./attention-reader.js";
import type { Patch } from "./attention-rows.js";
import type { QueryAttention } from "./query-attention.js";

export interface QueryEmbedding {
  query: Query;
  vectors: MultiVector;
}

export interface PageEmbedding {
  grid: PatchGrid;
  /** Vectors of the whole sequence, prompt included. */
  vectors: MultiVector;
}

export interface StopOptions {
  /** Stops the work, as an interrupt of the cell that asked for it does in any case. What is done is kept. */
  signal?: AbortSignal;
}

export interface EmbedOptions extends StopOptions {
  onProgress?: (progress: EmbedProgress) => void;
  /** Number of pages of a stream, where it is known. */
  total?: number;
}

export interface EmbedProgress {
  done: number;
  /** Grows for a stream whose length is not given. */
  total: number;
  /** Seconds left by the pace so far, or null where that is not known. */
  etaSeconds: number | null;
}

/** What a model says about itself, for people and for provenance. */
export interface ModelInfo {
  /** "mini", "owner/name" of a hub, or a folder's name: what is written into provenance. */
  id: string;
  /** The folder on this machine. */
  path: string;
  revision: string | null;
  family: string;
  title: string;
  dim: number;
  /** Element type of most weights. */
  dtype: string;
  domain: [number, number];
  /** Whether `domain` was measured on this model or is assumed. */
  domainFrom: "measured" | "assumed";
  profile: PromptProfile;
  /** Profiles that this checkpoint can run with, default first. */
  profiles: { name: string; about: string }[];
  provider: Provider;
  processor: { width: number; height: number; resample: string; backend: string };
  imageToken: { text: string; id: number } | null;
  tokenizerSize: number;
  graphs: { file: string; inputs: ValueInfo[]; outputs: ValueInfo[]; opset: number; producer: string }[];
  /** SHA-256 (hex) of each weights file by name. */
  weights: Record<string, string>;
  /** Further ways of the same graph that there are, for `loadModel(ref, { graph })`. */
  variants: string[];
  /** Bytes that it takes on a processor: its weights, and a page of A4 size on top (0: not known); and what was free, of what. */
  memory: { weights: number; page: number; free: number; of: string };
  warnings: string[];
}

/** Short sequences: reading the weights takes longer than the work, and is shared. */
const QUERY_BATCH = 16;

/** Everything that a model is made of, checked and ready. */
export interface ModelParts {
  family: Family;
  info: Omit<ModelInfo, "provider">;
  profile: PromptProfile;
  /** All that the checkpoint can run with, default first. */
  profiles: readonly PromptProfile[];
  tokenizer: ModelTokenizer;
  processor: PageProcessor;
  /** The page processor that a profile has: some resize pages differently. */
  processorOf: (profile: PromptProfile) => PageProcessor;
  runtime: Runtime;
  engine: Engine;
  /** The same graphs, where they give attention; they are opened when it is asked for. */
  taps: TappedGraphs;
  /** `layer_types` of the language model's configuration; empty where it does not say. */
  layerTypes: ReadModel["layerTypes"];
  /** Attention heads a layer, by the configuration. */
  heads: ReadModel["heads"];
  cache: EmbeddingCache;
  /** Whether the graph for queries leaves the image tower out where there is no image token. */
  skipsImage: boolean;
  /** Tells the person something about a query. */
  warn: (message: string) => void;
  /** Queries that a warning was given of. */
  warned: Set<string>;
}

/** A late-interaction page model: all that is asked of one, wherever it runs. */
export type Model = Pick<GraphModel, keyof GraphModel>;

/** A model whose graphs run here. */
export class GraphModel {
  readonly id: string;
  readonly family: string;
  readonly profile: string;
  readonly dim: number;
  readonly domain: [number, number];
  /** Similarity and scores on the model's execution provider. */
  readonly maxsim: Omit<MaxSimGraph, "dispose">;
  readonly #parts: ModelParts;
  readonly #key: string;
  readonly #grids = new Map<string, PatchGrid>();
  readonly #attention = new AttentionCache();

  constructor(parts: ModelParts) {
    const { info, engine } = parts;
    this.#parts = parts;
    this.id = info.id;
    this.family = info.family;
    this.profile = info.profile.name;
    this.dim = info.dim;
    this.domain = info.domain;
    this.maxsim = {
      cosines: (query, page) => engine.run(({ maxsim }) => maxsim.cosines(query, page)),
      score: (query, page) => engine.run(({ maxsim }) => maxsim.score(query, page)),
    };
    const { weights, profile, dtype, processor } = info;
    this.#key = JSON.stringify([weights, profile, dtype, processor]);
  }

  /** The execution provider that is in use; another one when it failed at work and the next one took over. */
  get provider(): Provider {
    return this.#parts.engine.graphs.provider;
  }

  /** Versions of the software that its numbers may depend on, by name. */
  get versions(): Readonly<Record<string, string>> {
    return this.#parts.runtime.versions;
  }

  get info(): ModelInfo {
    return { ...this.#parts.info, provider: this.provider };
  }

  /**
   * The same model with another prompt profile: graphs and cache are shared, so disposing of one disposes of both.
   * @throws ModelError for a profile that the checkpoint does not have
   */
  withProfile(name: string): Model {
    const { profiles, info, processorOf } = this.#parts;
    const profile = findProfile(profiles, name, info.id);
    const processor = processorOf(profile);
    return new GraphModel({
      ...this.#parts,
      profile,
      processor,
      info: { ...info, profile, processor: describe(processor) },
    });
  }

  /** The query as the model sees it: every token with its kind and word. Nothing is embedded. */
  tokenize(text: string): Query {
    const { tokenizer, profile, info } = this.#parts;
    return tokenizeQuery(text, tokenizer, profile, info.imageToken?.text ?? null);
  }

  /** Unit vectors of a query, one a token. */
  async embedQuery(text: string, options: StopOptions = {}): Promise<QueryEmbedding> {
    const signal = stopSignal(options.signal);
    const query = this.#asked(text);
    const vectors = await this.#parts.engine.run((graphs) => this.#embedQuery(graphs, query, signal));
    return { query, vectors };
  }

  /** Unit vectors of several queries; kept together by their texts, so that it is done once. */
  async embedQueries(texts: readonly string[], options: EmbedOptions = {}): Promise<QueryEmbedding[]> {
    const signal = stopSignal(options.signal);
    const { engine, cache } = this.#parts;
    const queries = texts.map((text) => this.#asked(text));
    const start = performance.now();
    const embedAll = async (graphs: LoadedGraphs, stop: AbortSignal) => {
      const parts = new Array<MultiVector>(queries.length);
      let done = 0;
      const total = texts.length;
      options.onProgress?.({ done, total, etaSeconds: null });
      for (const batch of batchesOfOneLength(queries, this.#queryBatch(graphs.query))) {
        const vectors = await this.#embedTogether(
          graphs,
          batch.map((i) => queries[i]),
          stop,
        );
        for (const [k, i] of batch.entries()) parts[i] = vectors[k];
        done += batch.length;
        options.onProgress?.({ done, total, etaSeconds: secondsLeft(start, done, total) });
      }
      return joinVectors(parts, this.dim);
    };
    const all = await engine.run((graphs) =>
      cache.get(
        this.#cacheKey(graphs, `queries\n${JSON.stringify(texts)}`),
        (stop) => embedAll(graphs, stop),
        signal,
      ),
    );
    let first = 0;
    return queries.map((query) => {
      const count = query.tokens.length;
      const data = all.data.subarray(first * this.dim, (first + count) * this.dim);
      first += count;
      return { query, vectors: { kind: "vectors", data, count, dim: this.dim } };
    });
  }

  /** Unit vectors of a page and where its patches lie among them; kept by content, so that it is never done twice. */
  async embedPage(page: Page, options: StopOptions = {}): Promise<PageEmbedding> {
    const signal = stopSignal(options.signal);
    signal?.throwIfAborted();
    const { processor, engine, cache } = this.#parts;
    const layout = processor.layout(page.width, page.height);
    const prompt = this.#pagePrompt(layout);
    const what = `page ${sharedName(page.source.file)}#${page.source.number}`;
    const { width, height, sha256, pixels } = await identified(page, signal);
    const image = async (stop?: AbortSignal) =>
      processor.feeds({ pixels: await pixels({ signal: stop }), width, height }, layout);
    const vectors = await engine.run((graphs) =>
      cache.get(
        this.#cacheKey(graphs, sha256),
        (stop) => this.#embed(graphs.page, prompt.ids, image, what, stop),
        signal,
      ),
    );
    return this.#placed(prompt.grid, vectors);
  }

  /**
   * Unit vectors of a picture in the place of a page, such as a page with a part of it covered. It is an experiment: nothing of
   * it is kept, and nothing that is kept is read. Several that are asked for at once go through the graph together where the
   * execution provider gains by it.
   * @param name what messages call it
   */
  async embedPicture(
    { pixels, width, height }: { pixels: Uint8Array; width: number; height: number },
    name: string,
    options: StopOptions = {},
  ): Promise<PageEmbedding> {
    const signal = stopSignal(options.signal);
    const { processor, engine } = this.#parts;
    const layout = processor.layout(width, height);
    const { ids, grid } = this.#pagePrompt(layout);
    const image = async () => processor.feeds({ pixels, width, height }, layout);
    const vectors = await engine.run((graphs) => this.#embed(graphs.page, ids, image, name, signal));
    return this.#placed(grid, vectors);
  }

  /** How many pages go through the graph together. */
  get batch(): number {
    return this.#parts.engine.graphs.batch;
  }

  /**
   * Embeddings of pages in order, one at a time, for those who keep few of them: the next pages are rendered and prepared
   * while one is in the graph. Stopped, it ends with the page that is in the graph, and those that wait are left out. What is
   * done is kept: asked again, it is not embedded again.
   * @param pages pages, or a stream of them as `streamPages` gives
   */
  async *streamEmbeddings(
    pages: readonly Page[] | AsyncIterable<Page>,
    options: EmbedOptions = {},
  ): AsyncGenerator<PageEmbedding> {
    const { onProgress } = options;
    const signal = stopSignal(options.signal);
    const count = options.total ?? (Array.isArray(pages) ? pages.length : null);
    const start = performance.now();
    let done = 0;
    /** Rendered, and in the graph: of each a batch at most, so that one is prepared while the other runs. */
    let ready: Page[] = [];
    const running: Promise<PageEmbedding>[] = [];
    const startAll = () => {
      for (const page of ready) running.push(this.embedPage(page, { signal }));
      ready = [];
    };
    const finishOne = async () => {
      signal?.throwIfAborted();
      const embedding = await running.shift()!;
      done += 1;
      const total = count ?? done + running.length + ready.length;
      onProgress?.({ done, total, etaSeconds: count === null ? null : secondsLeft(start, done, count) });
      return embedding;
    };
    onProgress?.({ done: 0, total: count ?? 0, etaSeconds: null });
    try {
      for await (const page of pages) {
        signal?.throwIfAborted();
        const { batch } = this.#parts.engine.graphs;
        ready.push(await identified(page, signal));
        if (ready.length >= batch) startAll();
        while (running.length > batch) yield await finishOne();
      }
      startAll();
      while (running.length > 0) yield await finishOne();
    } finally {
      for (const rest of running) rest.catch(() => {}); // Stopped: nobody waits for these any more.
    }
  }

  /** All of {@link streamEmbeddings} at once: as many as fit into memory. */
  async embedPages(
    pages: readonly Page[] | AsyncIterable<Page>,
    options: EmbedOptions = {},
  ): Promise<PageEmbedding[]> {
    return allOf(this.streamEmbeddings(pages, options));
  }

  /** Pixels that the model sees of a page. */
  pageSize(page: { width: number; height: number }): { width: number; height: number } {
    const { width, height } = this.#parts.processor.layout(page.width, page.height);
    return { width, height };
  }

  /**
   * What the graph is given for a page: prompt ids (null for a model without a page prompt), image inputs, and where the
   * patches lie in the sequence, and in the vision tower (null where that does not attend).
   */
  async preparePage(page: Page, options: StopOptions = {}): Promise<PreparedPage> {
    const { processor } = this.#parts;
    const { width, height } = page;
    const layout = processor.layout(width, height);
    const feeds = processor.feeds({ pixels: await page.pixels(options), width, height }, layout);
    return { ...this.#pagePrompt(layout), tower: processor.tower(layout), feeds };
  }

  /**
   * Attention of patches of a page in the model that embeds it: all layers and heads, from one run of the page's graph. What was
   * asked for lately is kept.
   * @param patches rows and columns from 0; few at once, because the whole matrices are large
   * @throws RangeError for a patch that the page does not have, and for too many, naming the bytes of the whole matrices; ModelError
   *   for a model without attention
   */
  async attention(
    page: Page,
    patches: readonly Patch[],
    options: StopOptions = {},
  ): Promise<PatchAttention[]> {
    const signal = stopSignal(options.signal);
    const { rows, columns } = this.#parts.processor.layout(page.width, page.height);
    for (const { row, column } of patches) {
      integer(row, "row", 0, rows - 1);
      integer(column, "column", 0, columns - 1);
    }
    const sha256 = await page.digest({ signal });
    return this.#attention.ofPatches(sha256, patches, async (missing) =>
      readPatches(this.#read, await this.preparePage(page, { signal }), missing, signal),
    );
  }

  /**
   * Attention between the tokens of a query: all layers and heads.
   * @throws ModelError for a model without attention
   */
  async queryAttention(text: string, options: StopOptions = {}): Promise<QueryAttention> {
    const signal = stopSignal(options.signal);
    return readQuery(this.#read, this.#asked(text), this.#parts.processor.emptyFeeds(), signal);
  }

  /** Frees the graphs that {@link attention} opened, which hold the weights a second time, and what it kept. */
  async releaseAttention(): Promise<void> {
    this.#attention.clear();
    await this.#parts.taps.release();
  }

  /** Frees its graphs, once; what is asked of it after that fails. */
  async dispose(): Promise<void> {
    this.#attention.clear();
    await this.#parts.taps.close();
    await this.#parts.engine.dispose();
  }

  get #read(): ReadModel {
    const { info, taps, layerTypes, heads, tokenizer } = this.#parts;
    const { id, imageToken } = info;
    return {
      id,
      taps,
      layerTypes,
      heads,
      imageToken: imageToken?.id ?? null,
      isSpecial: tokenizer.isSpecial,
    };
  }

  /** `await using model = await loadModel("mini")` disposes of it at the end of its block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** `Model "mini" (mini, prompt profile mini, 128 dimensions, cpu)` */
  toString(): string {
    const about = [this.family, `prompt profile ${this.profile}`, `${this.dim} dimensions`, this.provider];
    return `Model ${JSON.stringify(printable(this.id, 80))} (${about.join(", ")})`;
  }

  [INSPECT](): string {
    return this.toString();
  }

  /** Says once what the model does not see of a query: no map could show it. */
  #asked(text: string): Query {
    const query = this.tokenize(text);
    const { warned, warn } = this.#parts;
    if (query.dropped.length > 0 && !warned.has(text)) {
      warned.add(text);
      const words = query.dropped.map((word) => JSON.stringify(word)).join(", ");
      warn(
        `query ${JSON.stringify(text)}: ${this.id} does not see ${words}, which its tokenizer drops or does not know; maps and scores are of the rest`,
      );
    }
    return query;
  }

  #cacheKey({ provider }: LoadedGraphs, content: string): string {
    return this.#parts.runtime.sha256(`${this.#key}\n${provider}\n${content}`);
  }

  #embedQuery(graphs: LoadedGraphs, query: Query, signal?: AbortSignal): Promise<MultiVector> {
    const ids = query.tokens.map((t) => t.id);
    const { emptyFeeds } = this.#parts.processor;
    return this.#embed(graphs.query, ids, async () => emptyFeeds(), `query "${query.text}"`, signal);
  }

  /** Queries of one length. Nothing is padded, so each gets the vectors that it has by itself. */
  async #embedTogether(
    graphs: LoadedGraphs,
    queries: readonly Query[],
    signal: AbortSignal,
  ): Promise<MultiVector[]> {
    const oneByOne = async () => {
      const all: MultiVector[] = [];
      for (const query of queries) all.push(await this.#embedQuery(graphs, query, signal));
      return all;
    };
    const [count, length] = [queries.length, queries[0].tokens.length];
    if (count === 1) return oneByOne();
    const graph = graphs.query;
    const ids = queries.flatMap((query) => query.tokens.map((t) => t.id));
    const feeds = graph.inputs.some(isPixels)
      ? repeated(graph, this.#parts.processor.emptyFeeds(), count)
      : {};
    try {
      const all = { ...feeds, ...textFeeds(ids, [count, length]) };
      const result = await graph.run(all, undefined, signal);
      return checked(Object.values(result)[0], count, this.dim, graph.name, "queries");
    } catch (error) {
      // A graph that was traced with one row may say that it takes more.
      if (!(error instanceof ProviderError)) throw error;
      return oneByOne();
    }
  }

  /** Queries at a time. An image tower that looks at each one's empty image gains nothing by company, and takes its memory. */
  #queryBatch(graph: Graph): number {
    const isOne = graph.inputs.some((input) => typeof input.shape[0] === "number");
    const looks = graph.inputs.some(isPixels) && !this.#parts.skipsImage;
    return isOne || looks ? 1 : QUERY_BATCH;
  }

  /** Ids of the page prompt and the grid in it: patches are where the image token is, never "the first 1024". */
  #pagePrompt(layout: PageLayout): { ids: number[] | null; grid: PatchGrid } {
    const { profile, tokenizer, info } = this.#parts;
    const { rows, columns, order } = layout;
    if (profile.page === null || !info.imageToken)
      return { ids: null, grid: { kind: "grid", rows, columns, index: order } };
    const { ids } = tokenizer.encode(profile.page.replace("{image}", layout.imageText), profile.template);
    const key = `${layout.imageText.length} ${rows} ${columns}`;
    let grid = this.#grids.get(key);
    if (!grid) {
      const positions = ids.flatMap((id, i) => (id === info.imageToken!.id ? [i] : []));
      if (positions.length !== layout.imageTokens)
        throw new ModelError(
          `invalid page prompt: ${positions.length} image tokens (id ${info.imageToken.id}), expected ${layout.imageTokens} for ${rows} x ${columns} patches; the tokenizer does not belong to this model`,
        );
      grid = { kind: "grid", rows, columns, index: order.map((i) => positions[i]) };
      this.#grids.set(key, grid);
    }
    return { ids, grid };
  }

  /** @throws ModelError where there are fewer vectors than the grid has places for */
  #placed(grid: PatchGrid, vectors: MultiVector): PageEmbedding {
    const last = grid.index.reduce((a, b) => Math.max(a, b), 0);
    if (vectors.count <= last)
      throw new ModelError(
        `invalid output of ${this.#parts.engine.graphs.page.name}: ${vectors.count} vectors, expected at least ${last + 1} for ${grid.rows} x ${grid.columns} patches`,
      );
    return { grid, vectors };
  }

  async #embed(
    graph: Graph,
    ids: readonly number[] | null,
    image: (stop?: AbortSignal) => Promise<Record<string, Feed>>,
    what: string,
    signal?: AbortSignal,
  ): Promise<MultiVector> {
    signal?.throwIfAborted();
    const feeds: Record<string, Feed> = graph.inputs.some(isPixels) ? await image(signal) : {};
    if (ids) Object.assign(feeds, textFeeds(ids, [1, ids.length]));
    const result = await graph.run(feeds, undefined, signal);
    return checked(Object.values(result)[0], 1, this.dim, graph.name, what)[0];
  }
}

const isPixels = ({ name }: ValueInfo): boolean => name === "pixel_values";

function textFeeds(ids: readonly number[], shape: [number, number]): Record<string, Feed> {
  return {
    input_ids: { type: "int64", data: BigInt64Array.from(ids, BigInt), shape },
    attention_mask: { type: "int64", data: new BigInt64Array(ids.length).fill(1n), shape },
  };
}

/** A page with its sha256. One that is rendered for that keeps its pixels at hand, which go on into the graph. */
async function identified(page: Page, signal: AbortSignal | undefined): Promise<Page & { sha256: string }> {
  if (page.sha256 !== null) return { ...page, sha256: page.sha256 };
  const pixels = await page.pixels({ signal });
  return { ...page, sha256: await page.digest({ signal }), pixels: async () => pixels };
}

/** At the mean pace since `start`, a time of `performance.now()`. */
function secondsLeft(start: number, done: number, total: number): number {
  return ((performance.now() - start) / 1000 / done) * (total - done);
}

/** What a processor makes of an A4 page at 150 dpi. */
export function describe(processor: PageProcessor): ModelInfo["processor"] {
  const { width, height } = processor.layout(1240, 1754);
  return { width, height, resample: processor.resample, backend: processor.backend };
}

/** @throws ModelError listing the profiles there are */
export function findProfile(
  profiles: readonly PromptProfile[],
  wanted: string | undefined,
  model: string,
): PromptProfile {
  const found = wanted === undefined ? profiles[0] : profiles.find((p) => p.name === wanted);
  const names = profiles.map((p) => p.name);
  if (!found)
    throw new ModelError(
      `invalid profile: ${wanted}, expected one of ${names.join(", ")} for ${model}${didYouMean(String(wanted), names)}`,
    );
  return found;
}

/**
 * The vectors of each row of a batch.
 * @throws ModelError for another shape or dimension; ProviderError for values that are no numbers
 */
function checked(
  { data, shape }: FloatTensor,
  batch: number,
  dim: number,
  graph: string,
  what: string,
): MultiVector[] {
  if (shape.length !== 3 || shape[0] !== batch || shape[2] !== dim)
    throw new ModelError(
      `invalid output of ${graph}: shape [${shape.join(", ")}], expected [${batch}, vectors, ${dim}]`,
    );
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      throw new ProviderError(
        `invalid output of ${graph} for ${what}: ${data[i]} in vector ${Math.floor(i / dim)}, expected finite numbers; ` +
          "try another execution provider or weights in float32",
      );
  const count = shape[1];
  return Array.from({ length: batch }, (_, row) => ({
    kind: "vectors",
    data: batch === 1 ? data : data.slice(row * count * dim, (row + 1) * count * dim),
    count,
    dim,
  }));
}
