import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { joinOnnx, splitOnnx } from "../../engine/graphs/onnx-parts.js";
import type { TappedGraph } from "../../engine/graphs/tapped-graph.js";
import { TappedGraphs } from "../../engine/graphs/tapped-graphs.js";
import { ModelError } from "../../engine/model-error.js";
import type { Graph, Provider } from "../../engine/runtime.js";
import { openThreadedGraph } from "../runtime/threaded-graph.js";
import type { ModelFolder } from "./folder.js";

/**
 * The graphs of a model as they give attention, from the files that they were loaded from: nothing is exported again. Weights in
 * files of their own are read from there.
 * @param provider the one that the model is on when attention is first asked for
 */
export function tappedGraphs(
  folder: ModelFolder,
  provider: () => Provider,
  warn: (message: string) => void,
): TappedGraphs {
  const { page, query } = folder.graphs;
  const graphs: TappedGraphs = new TappedGraphs(async (part, stop) => {
    // One graph is both.
    if (part === "query" && !query) return await graphs.get("page", stop);
    return openTapped(folder, part === "query" ? query! : page, provider(), warn, stop);
  });
  return graphs;
}

async function openTapped(
  folder: ModelFolder,
  path: string,
  wanted: Provider,
  warn: (message: string) => void,
  stop: AbortSignal,
): Promise<TappedGraph> {
  const name = `${basename(path)} with attention`;
  const open = async (provider: Provider): Promise<TappedGraph> => {
    const parts = splitOnnx(await readFile(path, { signal: stop }));
    const layers = tapAttention(parts.model);
    if (layers.every(({ weights }) => weights === null)) return { layers, graph: NO_GRAPH };
    const source = { bytes: joinOnnx(parts), name, folder: dirname(path) };
    return { layers, graph: await openThreadedGraph(source, provider, stop) };
  };
  try {
    return await open(wanted);
  } catch (error) {
    stop.throwIfAborted();
    if (wanted !== "cpu") {
      warn(`${(error as Error).message}; attention is read on the CPU`);
      return open("cpu");
    }
    throw new ModelError(`cannot open ${name} of ${folder.id}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Where there is no attention there is nothing to run. */
const NO_GRAPH: Graph = {
  name: "no attention",
  provider: "cpu",
  inputs: [],
  outputs: [],
  run: async () => ({}),
  dispose: async () => {},
};
