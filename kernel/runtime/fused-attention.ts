import { buildOnnx } from "../../engine/graphs/onnx-build.js";
import type { Provider } from "../../engine/runtime.js";
import { openGraph } from "./node-graph.js";

/** More than a block of 32, where drivers with narrow subgroups go wrong. */
const POSITIONS = 40;
const [HEADS, SIZE] = [2, 16];
const WIDTH = HEADS * SIZE;
/** Of values between -1 and 1; float32 is right to 1e-6. */
const FAR = 1e-3;

const tried = new Map<Provider, Promise<void>>();

/**
 * Computes attention in one operator (`MultiHeadAttention`) once in the life of the process, and by hand.
 * @throws Error where a provider gives other numbers; what it cannot run it throws itself
 */
export function checkFusedAttention(provider: Provider): Promise<void> {
  let check = tried.get(provider);
  if (!check) {
    check = compare(provider);
    tried.set(provider, check);
  }
  return check;
}

async function compare(provider: Provider): Promise<void> {
  const names = ["query", "key", "value"];
  const value = (name: string) => ({ name, type: "float32" as const, shape: [1, POSITIONS, WIDTH] });
  const graph = await openGraph(
    buildOnnx({
      nodes: [
        {
          op: "MultiHeadAttention",
          domain: "com.microsoft",
          inputs: names,
          outputs: ["attended"],
          attributes: { num_heads: HEADS },
        },
      ],
      inputs: names.map(value),
      outputs: [value("attended")],
    }),
    provider,
  );
  try {
    const [query, key, values] = [1.3, 0.7, 2.1].map((pace) =>
      Float32Array.from({ length: POSITIONS * WIDTH }, (_, i) => Math.sin(pace * (i + 1))),
    );
    const feed = (data: Float32Array) => ({ type: "float32" as const, data, shape: [1, POSITIONS, WIDTH] });
    const { attended } = await graph.run({ query: feed(query), key: feed(key), value: feed(values) });
    const expected = byHand(query, key, values);
    const off = attended.data.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i])), 0);
    if (!(off <= FAR))
      throw new Error(
        `attention in one operator (MultiHeadAttention) gives wrong numbers on this ${provider} (off by ${off.toPrecision(2)} in a check of ${POSITIONS} positions); a model that was exported with --attention unfused can run on it`,
      );
  } finally {
    await graph.dispose();
  }
}

/** `softmax(Q K^T / sqrt(size)) V` for each head; all `[position, head, size]`. */
function byHand(query: Float32Array, key: Float32Array, values: Float32Array): Float64Array {
  const out = new Float64Array(query.length);
  const at = (position: number, head: number) => position * WIDTH + head * SIZE;
  for (let head = 0; head < HEADS; head++)
    for (let q = 0; q < POSITIONS; q++) {
      const weights = Array.from({ length: POSITIONS }, (_, k) => {
        let product = 0;
        for (let d = 0; d < SIZE; d++) product += query[at(q, head) + d] * key[at(k, head) + d];
        return Math.exp(product / Math.sqrt(SIZE));
      });
      const total = weights.reduce((a, b) => a + b);
      for (const [k, weight] of weights.entries())
        for (let d = 0; d < SIZE; d++) out[at(q, head) + d] += (weight / total) * values[at(k, head) + d];
    }
  return out;
}
