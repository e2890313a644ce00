import type { AttentionMap, Page } from "../../core/index.js";
import type { AttentionChoice } from "./attention.js";
import type { Model, StopOptions } from "./model.js";
import type { TokenAttention } from "./query-attention.js";

/**
 * Attention between the tokens of a query, in the model that embeds it.
 * @param options layer and head, from 0; the last layer and the mean over its heads when left out
 * @throws ModelError for a model without attention; RangeError naming the layers and heads there are
 */
export async function attention(
  model: Model,
  query: string,
  options: Pick<AttentionChoice, "layer" | "head"> & StopOptions = {},
): Promise<TokenAttention> {
  return (await model.queryAttention(query, options)).map(options);
}

/**
 * What each patch of a page receives of the attention of all positions: shares that add up to 1 with what goes off the page. A
 * few patches that hold nothing in print often receive much of it: sinks (Xiao et al. 2023), registers (Darcet et al. 2023).
 * @throws as {@link attention}
 */
export async function attentionReceived(
  model: Model,
  page: Page,
  options: Omit<AttentionChoice, "rollout"> & StopOptions = {},
): Promise<AttentionMap> {
  const [any] = await model.attention(page, [{ row: 0, column: 0 }], options);
  return any.received(options);
}
