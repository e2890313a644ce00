import type { Query } from "../../core/index.js";
import type { Feed, Graph } from "../runtime.js";

/** Positions of queries with equally many tokens, so that nothing has to be padded; at most `limit` together. */
export function batchesOfOneLength(queries: readonly Query[], limit: number): number[][] {
  const open = new Map<number, number[]>();
  const batches: number[][] = [];
  for (const [i, { tokens }] of queries.entries()) {
    const batch = open.get(tokens.length);
    if (batch && batch.length < limit) batch.push(i);
    else {
      const begun = [i];
      open.set(tokens.length, begun);
      batches.push(begun);
    }
  }
  return batches;
}

/** Feeds of one row, once for each of `count` rows; only what the graph reads. */
export function repeated(graph: Graph, feeds: Record<string, Feed>, count: number): Record<string, Feed> {
  return Object.fromEntries(
    graph.inputs
      .filter(({ name }) => name in feeds)
      .map(({ name }) => {
        const { type, data, shape } = feeds[name];
        const all = new (type === "int64" ? BigInt64Array : Float32Array)(data.length * count);
        for (let i = 0; i < count; i++) (all as Float32Array).set(data as Float32Array, i * data.length);
        return [name, { type, data: all, shape: [shape[0] * count, ...shape.slice(1)] }];
      }),
  );
}
