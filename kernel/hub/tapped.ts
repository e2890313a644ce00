import type { TappedGraph } from "../../engine/graphs/tapped-graph.js";
import { TappedGraphs } from "../../engine/graphs/tapped-graphs.js";
import { ModelError } from "../../engine/model-error.js";
import type { Graph, Provider } from "../../engine/runtime.js";
import { hasProcesses, openTappedProcess } from "../runtime/process-graph.js";
import { tappedFile, tappedName } from "../runtime/tapped-file.js";
import { openThreadedGraph } from "../runtime/threaded-graph.js";
import type { ModelFolder } from "./folder.js";
import { isLarge } from "./graph-size.js";

/**
 * The graphs of a model as they give attention, from the files that they were loaded from: nothing is exported again. Weights in
 * files of their own are read from there.
 * @param provider the one that the model is on when attention is first asked for
 * @param keepsFloat16 whether on a processor large graphs leave weights of float16 as they are
 */
export function tappedGraphs(
  folder: ModelFolder,
  provider: () => Provider,
  keepsFloat16: boolean,
  warn: (message: string) => void,
): TappedGraphs {
  const { page, query } = folder.graphs;
  const graphs: TappedGraphs = new TappedGraphs(async (part, stop) => {
    // One graph is both.
    if (part === "query" && !query) return await graphs.get("page", stop);
    return openTapped(folder, part === "query" ? query! : page, provider(), keepsFloat16, warn, stop);
  });
  return graphs;
}

async function openTapped(
  folder: ModelFolder,
  path: string,
  wanted: Provider,
  keepsFloat16: boolean,
  warn: (message: string) => void,
  stop: AbortSignal,
): Promise<TappedGraph> {
  const open = async (provider: Provider): Promise<TappedGraph> => {
    // What has seconds or minutes to go stops with the cell.
    if (isLarge(path) && hasProcesses()) {
      const tapped = await openTappedProcess(
        path,
        { provider, keepsFloat16: keepsFloat16 && provider === "cpu" },
        stop,
      );
      if (tapped.layers.some(({ weights }) => weights !== null)) return tapped;
      await tapped.graph.dispose();
      return { ...tapped, graph: NO_GRAPH };
    }
    const { layers, graph } = await tappedFile(path, stop);
    return { layers, graph: graph ? await openThreadedGraph(graph, provider, stop) : NO_GRAPH };
  };
  try {
    return await open(wanted);
  } catch (error) {
    stop.throwIfAborted();
    if (wanted !== "cpu") {
      warn(`${(error as Error).message}; attention is read on the CPU`);
      return open("cpu");
    }
    throw new ModelError(`cannot open ${tappedName(path)} of ${folder.id}: ${(error as Error).message}`, {
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
