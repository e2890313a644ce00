import { buildOnnx } from "../../engine/graphs/onnx-build.js";
import type { Provider } from "../../engine/runtime.js";
import { openGraph } from "./node-graph.js";

/** More than a block of 32, where drivers with narrow subgroups go wrong. */
const POSITIONS = 40;
const [HEADS, SIZE] = [2, 16];
const WIDTH = HEADS * SIZE;
/** Of values between -1 and 1; float32 is right to 1e-6. */
const FAR = 1e-3;
/** What a mask adds to what is not to be seen. */
const HIDDEN = -1e4;

const tried = new Map<Provider, Promise<void>>();

/**
 * Computes attention in one operator (`MultiHeadAttention`), without a mask and with one, once in the life of the process, and by
 * hand.
 * @throws Error where a provider gives other numbers; what it cannot run it throws itself
 */
export function checkFusedAttention(provider: Provider): Promise<void> {
  let check = tried.get(provider);
  if (!check) {
    check = (async () => {
      // Image towers have none, language models do.
      for (const isMasked of [false, true]) await compare(provider, isMasked);
    })();
    tried.set(provider, check);
  }
  return check;
}

async function compare(provider: Provider, isMasked: boolean): Promise<void> {
  const names = ["query", "key", "value"];
  const value = (name: string) => ({ name, type: "float32" as const, shape: [1, POSITIONS, WIDTH] });
  const square = [1, 1, POSITIONS, POSITIONS];
  const graph = await openGraph(
    buildOnnx({
      nodes: [
        {
          op: "MultiHeadAttention",
          domain: "com.microsoft",
          inputs: isMasked ? [...names, "", "", "mask"] : names,
          outputs: ["attended"],
          attributes: { num_heads: HEADS },
        },
      ],
      inputs: [
        ...names.map(value),
        ...(isMasked ? [{ name: "mask", type: "float32" as const, shape: square }] : []),
      ],
      outputs: [value("attended")],
    }),
    provider,
  );
  try {
    const [query, key, values] = [1.3, 0.7, 2.1].map((pace) =>
      Float32Array.from({ length: POSITIONS * WIDTH }, (_, i) => Math.sin(pace * (i + 1))),
    );
    const feed = (data: Float32Array) => ({ type: "float32" as const, data, shape: [1, POSITIONS, WIDTH] });
    const mask = Float32Array.from({ length: POSITIONS ** 2 }, (_, i) =>
      isMasked && i % POSITIONS > Math.floor(i / POSITIONS) ? HIDDEN : 0,
    );
    const { attended } = await graph.run({
      query: feed(query),
      key: feed(key),
      value: feed(values),
      ...(isMasked && { mask: { type: "float32" as const, data: mask, shape: square } }),
    });
    const expected = byHand(query, key, values, mask);
    const off = attended.data.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i])), 0);
    if (!(off <= FAR))
      throw new Error(
        `attention in one operator (MultiHeadAttention) gives wrong numbers on this ${provider} (off by ${off.toPrecision(2)} in a check of ${POSITIONS} positions with${isMasked ? "" : "out"} a mask); a model that was exported with --attention unfused can run on it`,
      );
  } finally {
    await graph.dispose();
  }
}

/** `softmax(Q K^T / sqrt(size) + mask) V` for each head; all `[position, head, size]`, the mask `[query, key]`. */
function byHand(
  query: Float32Array,
  key: Float32Array,
  values: Float32Array,
  mask: Float32Array,
): Float64Array {
  const out = new Float64Array(query.length);
  const at = (position: number, head: number) => position * WIDTH + head * SIZE;
  for (let head = 0; head < HEADS; head++)
    for (let q = 0; q < POSITIONS; q++) {
      const weights = Array.from({ length: POSITIONS }, (_, k) => {
        let product = 0;
        for (let d = 0; d < SIZE; d++) product += query[at(q, head) + d] * key[at(k, head) + d];
        return Math.exp(product / Math.sqrt(SIZE) + mask[q * POSITIONS + k]);
      });
      const total = weights.reduce((a, b) => a + b);
      for (const [k, weight] of weights.entries())
        for (let d = 0; d < SIZE; d++) out[at(q, head) + d] += (weight / total) * values[at(k, head) + d];
    }
  return out;
}
