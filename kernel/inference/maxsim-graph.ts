import type { MultiVector } from "../../core/index.js";
import { buildOnnx } from "./onnx-build.js";
import type { Provider } from "./providers.js";
import { type Graph, openGraph } from "./session.js";

/**
 * Late interaction as graphs on the model's own execution provider. `core/maxsim.ts` states the same in plain loops and is
 * the oracle of the tests.
 */
export interface MaxSimGraph {
  /** Cosines `[token][vector]` of one query with one page; vectors are of unit length, so it is the product `Q P^T`. */
  cosines(query: MultiVector, page: MultiVector): Promise<Float32Array>;
  /**
   * `score = sum over tokens of the maximum over ALL page vectors`, for pages of one length at a time.
   * @param pages vectors `[page][vector][dim]`, every page with `count` vectors
   */
  scores(query: MultiVector, pages: Float32Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

const COSINES = {
  nodes: [{ op: "Gemm", inputs: ["query", "page"], outputs: ["cosines"], attributes: { transB: 1 } }],
  inputs: [
    { name: "query", type: "float32" as const, shape: ["q", "d"] },
    { name: "page", type: "float32" as const, shape: ["n", "d"] },
  ],
  outputs: [{ name: "cosines", type: "float32" as const, shape: ["q", "n"] }],
};

// Pages keep their memory layout; the small query is the operand that is transposed.
const SCORES = {
  nodes: [
    { op: "MatMul", inputs: ["pages", "query"], outputs: ["all"] },
    { op: "ReduceMax", inputs: ["all", "vectors"], outputs: ["best"], attributes: { keepdims: 0 } },
    { op: "ReduceSum", inputs: ["best", "tokens"], outputs: ["scores"], attributes: { keepdims: 0 } },
  ],
  constants: { vectors: [1], tokens: [1] },
  inputs: [
    { name: "pages", type: "float32" as const, shape: ["b", "n", "d"] },
    { name: "query", type: "float32" as const, shape: ["d", "q"] },
  ],
  outputs: [{ name: "scores", type: "float32" as const, shape: ["b"] }],
};

export async function openMaxSim(provider: Provider): Promise<MaxSimGraph> {
  const cosines = await openGraph(buildOnnx(COSINES), provider);
  let scores: Promise<Graph> | undefined;
  return {
    async cosines(query, page) {
      const out = await cosines.run({ query: feed(query), page: feed(page) });
      return out.cosines.data;
    },
    async scores(query, pages, count) {
      scores ??= openGraph(buildOnnx(SCORES), provider);
      const batch = pages.length / (count * query.dim);
      const out = await (await scores).run({
        pages: { type: "float32", data: pages, shape: [batch, count, query.dim] },
        query: { type: "float32", data: transpose(query), shape: [query.dim, query.count] },
      });
      return out.scores.data;
    },
    async dispose() {
      await cosines.dispose();
      await (await scores)?.dispose();
    },
  };
}

const feed = (v: MultiVector) => ({ type: "float32" as const, data: v.data, shape: [v.count, v.dim] });

function transpose({ data, count, dim }: MultiVector): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < count; i++) for (let d = 0; d < dim; d++) out[d * count + i] = data[i * dim + d];
  return out;
}
