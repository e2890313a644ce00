import { basename } from "node:path";
import { batchedGraph } from "../../engine/graphs/batched-graph.js";
import { type Engine, type LoadedGraphs, startEngine } from "../../engine/graphs/loaded-graphs.js";
import { openMaxSim } from "../../engine/graphs/maxsim-graph.js";
import { ModelError } from "../../engine/model-error.js";
import type { Graph, Provider } from "../../engine/runtime.js";
import { checkFusedAttention } from "../runtime/fused-attention.js";
import { openGraph } from "../runtime/node-graph.js";
import { nodeRuntime } from "../runtime/node-runtime.js";
import { openProcessGraph } from "../runtime/process-graph.js";
import { chooseProvider } from "../runtime/providers.js";
import { openThreadedGraph } from "../runtime/threaded-graph.js";
import type { GraphFile } from "./check-model.js";
import type { ModelFolder } from "./folder.js";
import { LARGE, weightSize } from "./graph-size.js";

interface OpenOptions {
  provider?: Provider | "auto";
  /** Bytes of one attention matrix of a page's images, or null. */
  attention: number | null;
  /** What to say before the graphs are opened on the processor. */
  scarce: string | null;
  /** There, large graphs leave weights of float16 as they are. */
  keepsFloat16: boolean;
  onProgress?: (progress: { step: string; done: number; total: number }) => void;
  signal?: AbortSignal;
}

/** A processor is busy with one page; a GPU is not. */
const GPU_BATCH = 4;
/** Most GPU drivers give one buffer no more than this or twice as much, and an attention matrix is one. */
const GPU_BUFFER = 2 ** 30;

/** Pages that go through a graph together. */
export function batchSize(provider: Provider, attention: number | null): number {
  if (provider === "cpu") return 1;
  return Math.max(1, Math.min(GPU_BATCH, Math.floor(GPU_BUFFER / (attention ?? 1))));
}

/** Loads on the best provider that takes the graphs; says so when that is not the one that was asked for. */
export async function openOnProvider(
  folder: ModelFolder,
  files: readonly GraphFile[],
  { provider: requested = "auto", attention, scarce, keepsFloat16, onProgress, signal }: OpenOptions,
  warn: (message: string) => void,
): Promise<Engine> {
  const { order, warning } = await chooseProvider(requested);
  if (warning) warn(warning);
  const sizes = new Map(files.map((file) => [file.path, weightSize(file)]));
  const total = Array.from(sizes.values()).reduce((a, b) => a + b, 0);
  const openLarge = (path: string) => (sizes.get(path) ?? 0) >= LARGE;
  const open = async (provider: Provider, stop?: AbortSignal): Promise<LoadedGraphs> => {
    const loaded: { dispose(): Promise<void> }[] = [];
    const keep = async <T extends { dispose(): Promise<void> }>(loading: Promise<T>): Promise<T> => {
      const one = await loading;
      loaded.push(one);
      stop?.throwIfAborted();
      return one;
    };
    stop?.throwIfAborted();
    // A card's driver says itself what does not fit.
    if (scarce && provider === "cpu") warn(scarce);
    let done = 0;
    const report = (step: string, path?: string) => {
      done += (path && sizes.get(path)) || 0;
      onProgress?.({ step: `${step} on ${provider}`, done, total });
    };
    report("loading");
    try {
      if (provider !== "cpu" && files.some(({ file }) => file.fusesAttention))
        await checkFusedAttention(provider);
      const batch = batchSize(provider, attention);
      const { page: pages, query: queries } = folder.graphs;
      const how = { provider, keepsFloat16: keepsFloat16 && provider === "cpu" };
      // Pages take long and run apart; a small query graph of its own is quicker to answer in this thread.
      const apart = load(folder, pages, provider, (path) =>
        openLarge(path) ? openProcessGraph(path, how, stop) : openThreadedGraph(path, provider, stop),
      );
      const page = batchedGraph(await keep(apart), batch);
      if (queries) report("loading", pages);
      const here = (path: string) =>
        openLarge(path) ? openProcessGraph(path, how, stop) : openGraph(path, provider);
      const query = queries ? await keep(load(folder, queries, provider, here)) : page;
      const maxsim = await keep(openMaxSim(nodeRuntime, provider));
      report("loaded", queries ?? pages);
      return { provider, page, query, maxsim, batch };
    } catch (error) {
      for (const one of loaded) await one.dispose().catch(() => {}); // The first error is the one to tell.
      stop?.throwIfAborted();
      throw error;
    }
  };
  return startEngine(order, open, warn, signal);
}

async function load(
  folder: ModelFolder,
  path: string,
  provider: Provider,
  open: (path: string) => Promise<Graph>,
): Promise<Graph> {
  try {
    return await open(path);
  } catch (error) {
    throw new ModelError(
      `cannot load ${basename(path)} of ${folder.id} (${provider}): ${(error as Error).message}`,
      { cause: error },
    );
  }
}
