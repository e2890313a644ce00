import type { Explanation, Page } from "../../core/index.js";
import { attentionLayer, bestPatch } from "../api/lens-attention.js";
import type { Model } from "../hub/load-model.js";

/** The explanation with a map of attention of each word's best patch, in the last layer: the mean over its heads. */
export async function withAttention(
  model: Model,
  page: Page,
  explanation: Explanation,
  signal: AbortSignal,
): Promise<Explanation> {
  const { words, tokens } = explanation.query;
  const subjects =
    words.length > 0
      ? words.map(({ index }) => ({ word: index }))
      : tokens.map(({ index }) => ({ token: index }));
  const patches = subjects.map((subject) => bestPatch(explanation, subject));
  const all = await model.attention(page, patches, { signal });
  let layers = explanation.layers ?? [];
  for (const [i, subject] of subjects.entries())
    layers = [attentionLayer({ ...explanation, layers }, all[i].map(), subject)];
  return { ...explanation, layers };
}
