import { ModelError, ProviderError } from "../model-error.js";
import type { Graph, Provider } from "../runtime.js";
import type { MaxSimGraph } from "./maxsim-graph.js";

/** The graphs of a model, loaded on one execution provider. */
export interface LoadedGraphs {
  provider: Provider;
  page: Graph;
  /** The page graph again, where there is one graph for both. */
  query: Graph;
  maxsim: MaxSimGraph;
  /** Pages that go through the graph together. */
  batch: number;
}

/** A model's graphs on the best execution provider that takes them, and goes on taking them. */
export interface Engine {
  readonly graphs: LoadedGraphs;
  /**
   * Does the work with the graphs. Where their provider fails at it, all graphs move on to the next provider with a
   * warning, and the work is done again there: it must be possible to repeat it.
   * @throws ProviderError when the last provider fails too; what else the work throws passes through
   */
  run<T>(work: (graphs: LoadedGraphs) => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

/**
 * @param order providers, first choice first
 * @param open loads all graphs on a provider; leaves none loaded when it fails
 * @param signal stops the loading
 * @throws Error of the last provider when none takes the graphs
 */
export async function startEngine(
  order: readonly Provider[],
  open: (provider: Provider, signal?: AbortSignal) => Promise<LoadedGraphs>,
  warn: (message: string) => void,
  signal?: AbortSignal,
): Promise<Engine> {
  const left = [...order];

  async function openNext(stop?: AbortSignal): Promise<LoadedGraphs> {
    const provider = left.shift()!;
    try {
      return await open(provider, stop);
    } catch (error) {
      if (left.length === 0 || stop?.aborted) throw error;
      warn(`${(error as Error).message}; trying the next execution provider, ${left[0]}`);
      return openNext(stop);
    }
  }

  let graphs = await openNext(signal);
  let moving: Promise<void> | null = null;
  let closing: Promise<void> | null = null;

  /** Once, however many runs fail at the same time. */
  function moveOn(error: Error): Promise<void> {
    moving ??= (async () => {
      const failed = graphs;
      warn(
        `execution provider ${failed.provider} failed, going on with ${left[0]}: ${error.message}; numbers from now on are those of ${left[0]}`,
      );
      graphs = await openNext();
      void close(failed).catch(() => {}); // It is broken: whether and when it closes changes nothing.
    })().finally(() => {
      moving = null;
    });
    return moving;
  }

  return {
    get graphs() {
      return graphs;
    },
    async run(work) {
      if (closing) throw new ModelError("the model was disposed of: load it again with loadModel");
      for (;;) {
        const used = graphs;
        try {
          return await work(used);
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          if (used === graphs && left.length === 0 && !moving) throw error;
          if (used === graphs) await moveOn(error);
        }
      }
    },
    dispose() {
      closing ??= close(graphs);
      return closing;
    },
  };
}

async function close({ page, query, maxsim }: LoadedGraphs): Promise<void> {
  await page.dispose();
  if (query !== page) await query.dispose();
  await maxsim.dispose();
}
