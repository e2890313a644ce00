/**
 * Late interaction of a query of 20 tokens with 1,000 pages of 1024 vectors, one thread, in turn with the engine's own function,
 * and with the floor of this machine: reading the vectors once, and the arithmetic at the rate of a large matrix product.
 * `npm run build:lib && BENCH_PYTHON=… node bench/maxsim.mjs`
 */
import { openMaxSim } from "../lib/engine/graphs/maxsim-graph.js";
import { nodeRuntime } from "../lib/kernel/runtime/node-runtime.js";
import { interleave, startPeer, table, time } from "./peer.mjs";

const [tokens, pages, vectors, dim] = [20, 1000, 1024, 128];
const graph = await openMaxSim(nodeRuntime, "cpu");
const make = (count, seed) => ({
  kind: "vectors",
  count,
  dim,
  data: Float32Array.from(
    { length: count * dim },
    (_, i) => Math.sin(i * 12.9898 + seed) / Math.sqrt(dim / 2),
  ),
});
const query = make(tokens, 0.5);
const all = Array.from({ length: pages }, (_, i) => make(vectors, i));
const peer = await startPeer("maxsim", ".");
const medians = await interleave(Number(process.argv[2] ?? 9), {
  "our graph, page by page": () =>
    time(async () => {
      for (const page of all) await graph.score(query, page);
    }),
  "one map of one page": () => time(() => graph.cosines(query, all[0])),
  "score_multi_vector (engine)": () => peer.run("score_multi_vector"),
  "reading all vectors once": () => peer.run("read"),
  "product of 1024 x 1024": () => peer.run("product"),
});
table("20 tokens x 1000 pages x 1024 x 128", medians, "our graph, page by page");
const arithmetic =
  (medians["product of 1024 x 1024"] * (2 * tokens * pages * vectors * dim)) / (2 * 1024 ** 3);
const floor = Math.max(arithmetic, medians["reading all vectors once"]);
console.log(
  `  floor ${floor.toFixed(1)} ms (arithmetic ${arithmetic.toFixed(1)}): we are at ${(medians["our graph, page by page"] / floor).toFixed(2)} x`,
);
peer.stop();
await graph.dispose();
