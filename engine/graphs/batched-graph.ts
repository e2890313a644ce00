import type { Feed, FloatTensor, Graph } from "../runtime.js";
import { SharedWork } from "../shared-work.js";

interface Waiting {
  feeds: Record<string, Feed>;
  outputs?: string[];
  signal?: AbortSignal;
  resolve: (outputs: Record<string, FloatTensor> | Promise<Record<string, FloatTensor>>) => void;
  reject: (error: unknown) => void;
}

/** How long a batch waits for company, in milliseconds. */
const PATIENCE = 2;

/**
 * Runs that are asked for at about the same time, with inputs of the same shapes and for the same outputs, go through the
 * graph together, without those that were stopped meanwhile. Only for graphs whose first axis is free; nothing is padded, so
 * every result is what a run of its own would give.
 */
export function batchedGraph(graph: Graph, limit: number): Graph {
  if (limit < 2 || graph.inputs.some((input) => typeof input.shape[0] === "number")) return graph;
  let waiting: Waiting[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    const batch = waiting.filter(({ signal }) => !signal?.aborted);
    for (const { signal, reject } of waiting) if (signal?.aborted) reject(signal.reason);
    waiting = [];
    if (batch.length === 0) return;
    const work = new SharedWork((stop) => graph.run(stack(graph, batch), batch[0].outputs, stop));
    batch.forEach(({ signal, resolve }, i) => {
      resolve(work.wait(signal).then((results) => part(results, i, batch.length)));
    });
  }

  return {
    ...graph,
    run(feeds, outputs, signal) {
      if (waiting.length > 0 && !alike(graph, waiting[0], { feeds, outputs })) flush();
      return new Promise((resolve, reject) => {
        waiting.push({ feeds, outputs, signal, resolve, reject });
        clearTimeout(timer);
        if (waiting.length >= limit) flush();
        else timer = setTimeout(flush, PATIENCE);
      });
    },
  };
}

type Asked = Pick<Waiting, "feeds" | "outputs">;

const alike = (graph: Graph, a: Asked, b: Asked): boolean =>
  JSON.stringify(a.outputs) === JSON.stringify(b.outputs) &&
  graph.inputs.every(({ name }) => String(a.feeds[name]?.shape) === String(b.feeds[name]?.shape));

function stack(graph: Graph, batch: Waiting[]): Record<string, Feed> {
  if (batch.length === 1) return batch[0].feeds;
  const stacked: Record<string, Feed> = {};
  for (const { name } of graph.inputs) {
    const parts = batch.map((one) => one.feeds[name]);
    const { type, data, shape } = parts[0];
    const all = new (type === "int64" ? BigInt64Array : Float32Array)(data.length * parts.length);
    parts.forEach((p, i) => {
      (all as Float32Array).set(p.data as Float32Array, i * data.length);
    });
    stacked[name] = { type, data: all, shape: [shape[0] * parts.length, ...shape.slice(1)] };
  }
  return stacked;
}

function part(results: Record<string, FloatTensor>, i: number, of: number): Record<string, FloatTensor> {
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, shape }]) => {
      const size = data.length / of;
      return [
        name,
        { data: data.slice(i * size, (i + 1) * size), shape: [shape[0] / of, ...shape.slice(1)] },
      ];
    }),
  );
}
