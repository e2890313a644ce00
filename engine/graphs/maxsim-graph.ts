import type { MultiVector } from "../../core/index.js";
import type { Graph, Provider, Runtime } from "../runtime.js";
import { buildOnnx, type GraphSpec } from "./onnx-build.js";

/**
 * Late interaction as graphs on the model's own execution provider. `core/interaction/maxsim.ts` states the same in plain loops and is
 * the oracle of the tests.
 */
export interface MaxSimGraph {
  /** Cosines `[token][vector]` of one query with one page; vectors are of unit length, so it is the product `Q P^T`. */
  cosines(query: MultiVector, page: MultiVector): Promise<Float32Array>;
  /** `score = sum over tokens of the maximum over ALL page vectors`. */
  score(query: MultiVector, page: MultiVector): Promise<number>;
  dispose(): Promise<void>;
}

const COSINES: GraphSpec = {
  nodes: [{ op: "Gemm", inputs: ["query", "page"], outputs: ["cosines"], attributes: { transB: 1 } }],
  inputs: [
    { name: "query", type: "float32", shape: ["q", "d"] },
    { name: "page", type: "float32", shape: ["n", "d"] },
  ],
  outputs: [{ name: "cosines", type: "float32", shape: ["q", "n"] }],
};

// The maximum is taken along memory. Pages go one by one: joining them costs more than it saves.
const SCORE: GraphSpec = {
  nodes: [
    { op: "Gemm", inputs: ["query", "page"], outputs: ["all"], attributes: { transB: 1 } },
    { op: "ReduceMax", inputs: ["all", "vectors"], outputs: ["best"], attributes: { keepdims: 0 } },
    { op: "ReduceSum", inputs: ["best", "tokens"], outputs: ["score"], attributes: { keepdims: 0 } },
  ],
  constants: { vectors: [1], tokens: [0] },
  inputs: COSINES.inputs,
  outputs: [{ name: "score", type: "float32", shape: [] }],
};

/** A tenth of a millisecond of work: waking other threads costs more than they do. */
const THREADS = 1;

export async function openMaxSim({ openGraph }: Runtime, provider: Provider): Promise<MaxSimGraph> {
  const cosines = await openGraph(buildOnnx(COSINES), provider, THREADS);
  let score: Promise<Graph> | undefined;
  return {
    async cosines(query, page) {
      const out = await cosines.run({ query: feed(query), page: feed(page) });
      return out.cosines.data;
    },
    async score(query, page) {
      score ??= openGraph(buildOnnx(SCORE), provider, THREADS);
      const out = await (await score).run({ query: feed(query), page: feed(page) });
      return out.score.data[0];
    },
    async dispose() {
      await cosines.dispose();
      await (await score)?.dispose();
    },
  };
}

const feed = (v: MultiVector) => ({ type: "float32" as const, data: v.data, shape: [v.count, v.dim] });
