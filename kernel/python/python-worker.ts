/**
 * What the Python package runs, once: maps, chance, hits and figures of lenses whose models are in Python. Requests come in on the
 * standard input and answers go out on the standard output, as `frames.ts` says; everything else is printed to the standard error.
 */
import type { Page, ViewChange } from "../../core/index.js";
import type { BaselineOption } from "../../engine/explain/index.js";
import type { LensAttentionOptions } from "../api/lens-attention.js";
import type { OcclusionOptions } from "../api/lens-occlusion.js";
import type { SaveOptions } from "../api/save.js";
import { type GivenPage, givenPages } from "./given-pages.js";
import { Connection, type Methods } from "./python-connection.js";
import { PythonLens } from "./python-lens.js";
import { type GivenModel, PythonModel } from "./python-model.js";

const connection = new Connection(process.stdout);
console.log = console.error;
console.info = console.error;
console.warn = (words: unknown) => connection.warn(String(words));

/** By the numbers that Python knows them by. */
class Kept<T> {
  readonly #all = new Map<number, T>();
  readonly #noun: string;
  #last = 0;

  constructor(noun: string) {
    this.#noun = noun;
  }

  add(one: T): number {
    this.#all.set(++this.#last, one);
    return this.#last;
  }

  get(key: unknown): T {
    const one = this.#all.get(Number(key));
    if (one === undefined)
      throw new RangeError(`invalid ${this.#noun}: ${String(key)} is closed or was never there`);
    return one;
  }

  drop(key: unknown): void {
    this.#all.delete(Number(key));
  }
}

const models = new Kept<PythonModel>("model");
const documents = new Kept<readonly Page[]>("pages");
const lenses = new Kept<PythonLens>("lens");

const methods: Methods = {
  model: ({ model }) => {
    const opened = new PythonModel(model as GivenModel, connection);
    return { model: models.add(opened), readsAll: opened.readsAll };
  },
  pages: async ({ pages, options }) => {
    const opened = await givenPages(pages as GivenPage[], options as object, connection);
    const about = opened.map(({ width, height, source }) => ({ width, height, source }));
    return { pages: documents.add(opened), about };
  },
  pixels: async ({ pages, place }, { signal }) => {
    const page = documents.get(pages)[Number(place)];
    return page.pixels({ signal });
  },
  lens: ({ model, pages, top, baseline }) => {
    const report = connection.report.bind(connection);
    const options = { top: Number(top), baseline: baseline as BaselineOption | undefined };
    const of = [models.get(model), documents.get(pages)] as const;
    return lenses.add(new PythonLens(...of, options, (done, total, part = "") => report(done, total, part)));
  },
  ask: ({ lens, query }, { signal }) => lenses.get(lens).ask(String(query), signal),
  measure: ({ lens }) => lenses.get(lens).measure(),
  view: ({ lens, change }) => lenses.get(lens).change(change as ViewChange),
  bundle: ({ lens }) => lenses.get(lens).bundle(),
  save: ({ lens, file, options }) => lenses.get(lens).save(String(file), options as SaveOptions),
  file: ({ lens, format, options }) => lenses.get(lens).file(String(format), options as SaveOptions),
  map: ({ lens, which }) => lenses.get(lens).map(which as number | string),
  aggregate: ({ lens, how }) => lenses.get(lens).aggregate(how as "max"),
  table: ({ lens, rows }) => lenses.get(lens).table(rows as "token"),
  hits: ({ lens }) => lenses.get(lens).hits(),
  chance: ({ lens, which }) => lenses.get(lens).chance(which as number | string | null),
  facts: ({ lens }) => lenses.get(lens).facts(),
  occlusion: ({ lens, options }, { signal }) =>
    lenses.get(lens).occlusion(options as OcclusionOptions, signal),
  attention: ({ lens, of, options }, { signal }) =>
    lenses.get(lens).attention(of as string | number, { ...(options as LensAttentionOptions), signal }),
  attentionReceived: ({ lens, options }, { signal }) =>
    lenses.get(lens).attentionReceived({ ...(options as LensAttentionOptions), signal }),
  attentionInView: ({ lens }, { signal }) => lenses.get(lens).attentionInView(signal),
  close: ({ lens, pages }) => {
    lenses.drop(lens);
    documents.drop(pages);
  },
};

await connection.serve(process.stdin, methods);
// Python is gone.
process.exit(0);
