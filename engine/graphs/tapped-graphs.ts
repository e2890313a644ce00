import { ModelError } from "../model-error.js";
import { SharedWork } from "../shared-work.js";
import type { TappedGraph } from "./tapped-graph.js";

/** Which of a model's graphs: one may be both. */
export type TappedPart = "page" | "query";

/**
 * The graphs of a model that give attention. They hold its weights a second time, so each is opened when it is first asked
 * for, and can be let go of.
 */
export class TappedGraphs {
  readonly #open: (part: TappedPart, stop: AbortSignal) => Promise<TappedGraph>;
  readonly #opened = new Map<TappedPart, SharedWork<TappedGraph>>();
  #isClosed = false;

  /** @param open opens one; asked again after a failure, and after {@link release} */
  constructor(open: (part: TappedPart, stop: AbortSignal) => Promise<TappedGraph>) {
    this.#open = open;
  }

  async get(part: TappedPart, signal?: AbortSignal): Promise<TappedGraph> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new ModelError("the model was disposed of: load it again with loadModel");
    let opening = this.#opened.get(part);
    if (!opening || opening.stopped) {
      opening = new SharedWork((stop) => this.#open(part, stop));
      this.#opened.set(part, opening);
    }
    try {
      return await opening.wait(signal);
    } catch (error) {
      if (this.#opened.get(part) === opening && !signal?.aborted) this.#opened.delete(part);
      throw error;
    }
  }

  /** Frees what is open; it is opened again when attention is asked for again. */
  async release(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    // What could not be opened holds nothing.
    const graphs = await Promise.all(opened.map((one) => one.wait().catch(() => null)));
    for (const graph of new Set(graphs.map((tapped) => tapped?.graph))) await graph?.dispose();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.release();
  }
}
