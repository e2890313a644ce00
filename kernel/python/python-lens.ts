import { inspect } from "node:util";
import {
  type AttentionMap,
  explanationsOf,
  LENS_STATE_VERSION,
  type LensWire,
  type Page,
  type PatchMap,
  type Rows,
  selectionChance,
  splitLens,
  type TableRows,
  type ViewChange,
} from "../../core/index.js";
import { type BaselineOption, controlQueries } from "../../engine/explain/index.js";
import { Lens } from "../api/lens.js";
import type { LensAttentionOptions } from "../api/lens-attention.js";
import type { OcclusionOptions } from "../api/lens-occlusion.js";
import { prepareLensPage } from "../api/lens-page.js";
import { lensFile, type SaveOptions } from "../api/save.js";
import { stillBundle } from "../figures/index.js";
import type { Report } from "../widgets/progress.js";
import type { PythonModel } from "./python-model.js";

/** What a lens in Python has to take over: of pictures and results only those that it has not got yet. */
export interface LensNews {
  stateVersion: number;
  data: LensWire["data"];
  /** All that the lens shows, by key, and what is new of them. */
  pictures: { keys: string[]; fresh: LensWire["pictures"] };
  results: { keys: string[]; fresh: LensWire["results"] };
  view: unknown;
  isMeasured: boolean;
}

/** One lens of Python's: the same class as in a TypeScript notebook, and what Python has of it. */
export class PythonLens {
  readonly #lens: Lens;
  readonly #measures: boolean;
  readonly #report: Report;
  #sent = { pictures: new Set<string>(), results: new Set<string>() };
  /** What Python knows of results, by their keys: megabytes, which go over once. */
  readonly #told = new Map<string, Further>();

  constructor(
    model: PythonModel,
    pages: readonly Page[],
    { top, baseline }: { top: number; baseline: BaselineOption | undefined },
    report: Report,
  ) {
    // They are all shown: the rest of them is done while the model embeds the next.
    model.addPages(pages, pages.length <= top ? prepareLensPage : () => undefined);
    const controls = controlQueries(baseline);
    this.#report = report;
    this.#measures = controls !== null;
    this.#lens = new Lens([model], pages, top, controls, report);
  }

  async ask(query: string, signal: AbortSignal): Promise<LensNews> {
    await this.#lens.ask(query, { signal, measure: false });
    return this.#news();
  }

  /** What control queries reach, by the key of the result. */
  async measure(): Promise<Record<string, unknown>> {
    await this.#lens.measured;
    const { results } = this.#lens.state.data;
    return Object.fromEntries(Object.entries(results).map(([key, { baseline }]) => [key, baseline]));
  }

  /** @returns the whole view as it is after the change */
  change(view: ViewChange): unknown {
    this.#lens.view = view;
    return this.#lens.state.view;
  }

  bundle(): Promise<Record<string, string>> {
    return stillBundle(this.#lens.state);
  }

  async save(file: string, options: SaveOptions): Promise<string> {
    return this.#lens.save(file, options);
  }

  async file(
    format: string,
    options: SaveOptions,
  ): Promise<{ name: string; mime: string; data: Uint8Array }> {
    await this.#lens.measured;
    return lensFile(this.#lens.state, format, options);
  }

  map(which: number | string): object {
    return numbersOf(this.#lens.map(which));
  }

  aggregate(how: "max" | "mean" | "winner"): object {
    return numbersOf(this.#lens.aggregate(how));
  }

  table(rows: TableRows): Told {
    return told(this.#lens.table(rows));
  }

  /** What covering each part of the page in view takes from its score; with all further maps by the key of the result. */
  async occlusion(options: OcclusionOptions, enough: AbortSignal): Promise<object> {
    const onProgress: Report = (done, total) => this.#report(done, total);
    const falls = await this.#lens.occlusion({ ...options, enough, onProgress });
    const { score, isComplete } = falls;
    return { ...told(falls), score, isComplete, ...this.#further() };
  }

  /** Where a patch attends to: the one that is named, or that in view where none is. */
  async attention(of: AttentionSubject, options: LensAttentionOptions): Promise<object> {
    return { ...attentionOf(await this.#lens.attention(of, options)), ...this.#further() };
  }

  async attentionReceived(options: Omit<LensAttentionOptions, "rollout">): Promise<object> {
    return { ...attentionOf(await this.#lens.attentionReceived(options)), ...this.#further() };
  }

  /** Reads the attention of the patch in view, as the person at the lens wants it. */
  async attentionInView(signal: AbortSignal): Promise<object> {
    await this.#lens.attentionInView({ signal });
    return this.#further();
  }

  hits(): { hits: object[]; text: string } {
    const { hits } = this.#lens;
    return { hits: hits.map((hit) => ({ ...hit })), text: inspect(hits) };
  }

  async chance(which: number | string | null): Promise<object | null> {
    await this.#lens.measured;
    if (which !== null) return this.#lens.chance(which);
    return selectionChance(this.#lens.explanation, this.#lens.state.view);
  }

  /** What is known of the page in view, and of all pages. */
  facts(): object {
    const { query, tokens, words, maxsim, ranking } = this.#lens;
    return {
      query,
      tokens: [...tokens],
      words: [...words],
      maxsim,
      ranking: ranking.map(({ page, score }) => ({ page: this.#lens.pages.indexOf(page), score })),
      results: explanationsOf(this.#lens.state.data).map(({ key }) => key),
      text: this.#lens.toString(),
      caption: this.#lens.caption(),
    };
  }

  /** What came into results that are there and is not known in Python yet, by their keys. */
  #further(): { further: Record<string, Further>; view: unknown } {
    const { data, view } = this.#lens.state;
    const further: Record<string, Further> = {};
    for (const [key, { layers = null, attention = null }] of Object.entries(data.results)) {
      const known = this.#told.get(key);
      if (known && sameItems(known.layers, layers) && sameItems(known.attention, attention)) continue;
      further[key] = { layers, attention };
      this.#told.set(key, further[key]);
    }
    return { further, view };
  }

  #news(): LensNews {
    const { data, view } = this.#lens.state;
    const wire = splitLens(data);
    const fresh = <T>(all: Record<string, T>, sent: Set<string>): Record<string, T> =>
      Object.fromEntries(Object.entries(all).filter(([key]) => !sent.has(key)));
    const pictures = { keys: Object.keys(wire.pictures), fresh: fresh(wire.pictures, this.#sent.pictures) };
    const results = { keys: Object.keys(wire.results), fresh: fresh(wire.results, this.#sent.results) };
    this.#sent = { pictures: new Set(pictures.keys), results: new Set(results.keys) };
    for (const [key, { layers, attention }] of Object.entries(results.fresh))
      this.#told.set(key, { layers, attention });
    const isMeasured = !this.#measures || Object.values(data.results).every((one) => one.baseline !== null);
    return { stateVersion: LENS_STATE_VERSION, data: wire.data, pictures, results, view, isMeasured };
  }
}

type Further = Pick<LensWire["results"][string], "layers" | "attention">;
type AttentionSubject = Parameters<Lens["attention"]>[0];

/** Whether two lists hold the same objects, in any order. */
function sameItems(a: readonly object[] | null, b: readonly object[] | null): boolean {
  if (!a || !b) return a === b;
  const known = new Set(a);
  return a.length === b.length && b.every((one) => known.has(one));
}

/** Columns by their heads, and the table as it prints. */
interface Told {
  columns: Record<string, unknown[]>;
  text: string;
}

function told<T>(rows: Rows<T>): Told {
  const columns = rows.columns.map(({ head, value }) => [head, Array.from(rows, (row) => value(row))]);
  return { columns: Object.fromEntries(columns), text: rows.toString() };
}

function attentionOf(map: AttentionMap): object {
  const { offPage, source, note } = map;
  return { ...numbersOf(map), offPage, source, note };
}

function numbersOf(map: PatchMap): object {
  const { data, rows, columns, quantity } = map;
  return { data, rows, columns, quantity };
}
