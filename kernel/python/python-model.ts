import { allOf } from "../../core/data/all-of.js";
import { integer } from "../../core/data/check.js";
import { INSPECT, type MultiVector, type Page, type PatchGrid, type Query } from "../../core/index.js";
import type { PatchAttention } from "../../engine/explain/attention.js";
import { AttentionCache } from "../../engine/explain/attention-cache.js";
import type { Patch } from "../../engine/explain/attention-rows.js";
import type {
  EmbedOptions,
  Model,
  ModelInfo,
  PageEmbedding,
  QueryEmbedding,
  StopOptions,
} from "../../engine/explain/model.js";
import { FAMILIES } from "../../engine/families/families.js";
import type { Family } from "../../engine/families/family.js";
import { type MaxSimGraph, openMaxSim } from "../../engine/graphs/maxsim-graph.js";
import type { ModelConfigs } from "../../engine/model-configs.js";
import { ModelError } from "../../engine/model-error.js";
import type { Provider } from "../../engine/runtime.js";
import { nodeRuntime } from "../runtime/node-runtime.js";
import { type AskedRows, AttentionOfPython, type EmbeddedPage, type GivenRows } from "./python-attention.js";
import type { Connection } from "./python-connection.js";
import { type GivenTokens, QueryReader } from "./query-reader.js";

/** What Python says of its model. */
export interface GivenModel {
  id: string;
  family: string;
  /** `config.json` and the processor's; null of vectors that came without a model. */
  configs: ModelConfigs | null;
  tokenizer: string | null;
  imageToken: string | null;
  dim: number;
  dtype: string;
  /** Device, as torch names it. */
  device: string;
  revision: string | null;
  versions: Record<string, string>;
}

/** A page as it was embedded. */
interface GivenEmbedding {
  vectors: Float32Array;
  /** Positions of the patches in the sequence, row by row. */
  index: Int32Array;
  rows: number;
  columns: number;
  /** Pixels that the model saw. */
  width: number;
  height: number;
  /** Of the whole sequence; empty of vectors that came without a model. */
  ids: readonly number[];
}

interface GivenQuery extends GivenTokens {
  vectors: Float32Array;
}

/** Cosines that a display spans where nobody has measured the model's. */
const DOMAIN: [number, number] = [-0.2, 1];

/** Queries asked for together: those that are as long go through the model at once. Pages go one by one. */
const QUERIES_AT_ONCE = 32;

/** One graph for all: it has no weights. */
let maxsim: Promise<MaxSimGraph> | undefined;

/** A model that runs in Python. What it embeds is kept as long as it is. */
export class PythonModel implements Model {
  readonly id: string;
  readonly family: string;
  readonly dim: number;
  readonly domain: [number, number];
  /** Where the vectors are made, as torch names it: that is what provenance says. */
  readonly provider: Provider;
  readonly maxsim: Model["maxsim"] = {
    cosines: async (query, page) => (await graph()).cosines(query, page),
    score: async (query, page) => (await graph()).score(query, page),
  };
  readonly batch = 1;
  readonly #given: GivenModel;
  readonly #connection: Connection;
  readonly #reader: QueryReader;
  readonly #known: Family | null;
  /** What Python calls a page, and who wants to know of it. */
  readonly #places = new WeakMap<Page, { place: number; onEmbedded(page: Page): void }>();
  readonly #pages = new WeakMap<Page, EmbeddedPage & { width: number; height: number }>();
  readonly #queries = new Map<string, QueryEmbedding>();
  readonly #attention = new AttentionCache();

  constructor(given: GivenModel, connection: Connection) {
    this.#given = given;
    this.#connection = connection;
    const { configs } = given;
    this.#known = configs ? (FAMILIES.find((family) => family.matches(configs)) ?? null) : null;
    this.#reader = new QueryReader({
      name: given.id,
      tokenizer: given.tokenizer,
      profiles: this.#known && configs ? this.#known.profiles(configs) : [],
      imageToken: given.imageToken,
    });
    this.id = given.id;
    this.family = this.#known?.name ?? given.family;
    this.dim = given.dim;
    this.provider = given.device as Provider;
    this.domain = this.#known?.domain ?? DOMAIN;
    // It is there when the first page is.
    graph().catch(() => undefined);
  }

  /** Whether there is a tokenizer, so that queries can be read which Python has not seen. */
  get readsAll(): boolean {
    return this.#reader.isFree;
  }

  /**
   * Makes pages known, in the order that Python has them.
   * @param onEmbedded called with each when its vectors are there
   */
  addPages(pages: readonly Page[], onEmbedded: (page: Page) => void): void {
    for (const [place, page] of pages.entries()) this.#places.set(page, { place, onEmbedded });
  }

  get profile(): string {
    return this.#reader.profile;
  }

  get versions(): Readonly<Record<string, string>> {
    return { ...nodeRuntime.versions, ...this.#given.versions };
  }

  get info(): ModelInfo {
    const { id, family, dim, domain, profile } = this;
    const { dtype, revision } = this.#given;
    return {
      ...{ id, family, dim, domain, dtype, revision },
      path: "",
      title: this.#known?.title ?? family,
      domainFrom: this.#known?.domain ? "measured" : "assumed",
      profile: {
        name: profile,
        about: "as the processor in Python has it",
        query: { prefix: "", augmentation: "", augmentations: 0, suffix: "" },
        page: null,
        template: false,
      },
      profiles: [],
      provider: this.provider,
      processor: { width: 1, height: 1, resample: "as the processor in Python", backend: "Python" },
      imageToken: null,
      tokenizerSize: 0,
      graphs: [],
      weights: {},
      variants: [],
      memory: { weights: 0, page: 0, free: 0, of: "" },
      warnings: [],
    };
  }

  tokenize(text: string): Query {
    return this.#reader.read(text);
  }

  async embedQuery(text: string, options: StopOptions = {}): Promise<QueryEmbedding> {
    const [only] = await this.embedQueries([text], options);
    return only;
  }

  async embedQueries(texts: readonly string[], options: EmbedOptions = {}): Promise<QueryEmbedding[]> {
    const missing = [...new Set(texts.filter((text) => !this.#queries.has(text)))];
    const total = texts.length;
    for (let from = 0; from < missing.length; from += QUERIES_AT_ONCE) {
      options.signal?.throwIfAborted();
      options.onProgress?.({ done: total - missing.length + from, total, etaSeconds: null });
      const asked = missing.slice(from, from + QUERIES_AT_ONCE);
      const embedded = (await this.#connection.call("queries", { texts: asked })) as GivenQuery[];
      for (const [i, text] of asked.entries()) this.#queries.set(text, this.#query(text, embedded[i]));
    }
    options.onProgress?.({ done: total, total, etaSeconds: null });
    return texts.map((text) => this.#queries.get(text)!);
  }

  async embedPage(page: Page, options: StopOptions = {}): Promise<PageEmbedding> {
    for await (const embedding of this.streamEmbeddings([page], options)) return embedding;
    throw new ModelError("no page was embedded");
  }

  async *streamEmbeddings(
    pages: readonly Page[] | AsyncIterable<Page>,
    options: EmbedOptions = {},
  ): AsyncGenerator<PageEmbedding> {
    const all = await allOf(pages);
    for (const [done, page] of all.entries()) {
      options.signal?.throwIfAborted();
      options.onProgress?.({ done, total: all.length, etaSeconds: null });
      if (!this.#pages.has(page)) await this.#embed(page);
      yield this.#pages.get(page)!;
    }
    options.onProgress?.({ done: all.length, total: all.length, etaSeconds: null });
  }

  async embedPages(
    pages: readonly Page[] | AsyncIterable<Page>,
    options: EmbedOptions = {},
  ): Promise<PageEmbedding[]> {
    return allOf(this.streamEmbeddings(pages, options));
  }

  async embedPicture(
    { pixels, width, height }: { pixels: Uint8Array; width: number; height: number },
    _name: string,
    options: StopOptions = {},
  ): Promise<PageEmbedding> {
    options.signal?.throwIfAborted();
    const embedded = await this.#connection.call("picture", { pixels, width, height });
    return this.#page(embedded as GivenEmbedding);
  }

  pageSize(page: Page): { width: number; height: number } {
    const { width, height } = this.#pages.get(page) ?? page;
    return { width, height };
  }

  async preparePage(): Promise<never> {
    throw new ModelError(`${this.id} runs in Python: what it is given there is its processor's`);
  }

  async attention(
    page: Page,
    patches: readonly Patch[],
    options: StopOptions = {},
  ): Promise<PatchAttention[]> {
    const reader = new AttentionOfPython(this.id, this.#given.configs, this.#known, this.#reader.isSpecial);
    const { rows, columns } = (await this.embedPage(page, options)).grid;
    for (const { row, column } of patches) {
      integer(row, "row", 0, rows - 1);
      integer(column, "column", 0, columns - 1);
    }
    const { place } = this.#places.get(page)!;
    const ask = async (chosen: AskedRows) =>
      (await this.#connection.call("attention", { place, rows: chosen })) as GivenRows;
    return this.#attention.ofPatches(await page.digest(options), patches, (missing) =>
      reader.read(this.#pages.get(page)!, missing, ask, (words) => this.#connection.warn(words)),
    );
  }

  async queryAttention(): Promise<never> {
    throw new ModelError(
      `${this.id} runs in Python: attention between the tokens of a query is not read there`,
    );
  }

  async releaseAttention(): Promise<void> {
    this.#attention.clear();
  }

  withProfile(name: string): Model {
    throw new ModelError(`invalid profile: ${name}, expected that of the processor in Python`);
  }

  async dispose(): Promise<void> {
    this.#queries.clear();
    this.#attention.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** `Model "vidore/colqwen2-v1.0" (colqwen2, 128 dimensions, cuda:0 of Python)` */
  toString(): string {
    return `Model ${JSON.stringify(this.id)} (${this.family}, ${this.dim} dimensions, ${this.#given.device} of Python)`;
  }

  [INSPECT](): string {
    return this.toString();
  }

  async #embed(page: Page): Promise<void> {
    const known = this.#places.get(page)!;
    const embedded = (await this.#connection.call("page", { place: known.place })) as GivenEmbedding;
    const { width, height, ids } = embedded;
    this.#pages.set(page, { ...this.#page(embedded), width, height, ids });
    known.onEmbedded(page);
  }

  #page({ vectors, index, rows, columns }: GivenEmbedding): PageEmbedding {
    const grid: PatchGrid = { kind: "grid", rows, columns, index };
    return { grid, vectors: this.#vectors(vectors) };
  }

  #query(text: string, { vectors, ...tokens }: GivenQuery): QueryEmbedding {
    const query = this.#reader.given(text, tokens);
    return { query, vectors: this.#vectors(vectors) };
  }

  #vectors(data: Float32Array): MultiVector {
    return { kind: "vectors", data, count: data.length / this.dim, dim: this.dim };
  }
}

function graph(): Promise<MaxSimGraph> {
  maxsim ??= openMaxSim(nodeRuntime, "cpu");
  return maxsim;
}
