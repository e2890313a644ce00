import { integer } from "../../core/data/check.js";
import { INSPECT, type Query, type QueryToken, tableText } from "../../core/index.js";
import { ModelError } from "../model-error.js";
import type { AttentionChoice, AttentionLayerInfo } from "./attention.js";

/** Attention of every token of a query to every token, in one layer. */
export class TokenAttention {
  readonly kind = "token-attention";
  readonly tokens: readonly QueryToken[];
  readonly layer: number;
  /** Null for the mean over the heads. */
  readonly head: number | null;
  /** `data[from * tokens.length + to]`: share of the attention of token `from` that goes to token `to`; each row adds up to 1. */
  readonly data: Float32Array;

  constructor(tokens: readonly QueryToken[], layer: number, head: number | null, data: Float32Array) {
    this.tokens = tokens;
    this.layer = layer;
    this.head = head;
    this.data = data;
  }

  /**
   * Share of the attention of token `from` that goes to token `to`; both count from 0.
   * @throws RangeError for a token that the query does not have
   */
  at(from: number, to: number): number {
    const { length } = this.tokens;
    integer(from, "from", 0, length - 1);
    return this.data[from * length + integer(to, "to", 0, length - 1)];
  }

  /** A row a token, with the tokens that it attends to most. */
  toString(): string {
    const { tokens } = this;
    const most = (from: number) =>
      [...tokens]
        .sort((a, b) => this.at(from, b.index) - this.at(from, a.index))
        .slice(0, 3)
        .map(({ index, text }) => `${text} ${this.at(from, index).toFixed(2)}`)
        .join(", ");
    const table = tableText(tokens, [
      { head: "token", isNumber: true, cell: ({ index }) => String(index) },
      { head: "text", cell: ({ text }) => text },
      { head: "attends most to", cell: ({ index }) => most(index) },
    ]);
    return `attention between tokens, layer ${this.layer}, ${this.head === null ? "mean over heads" : `head ${this.head}`}\n${table}`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** Attention between the tokens of a query, in all layers and heads. */
export class QueryAttention {
  readonly query: Query;
  /** By layer, then by head: `[from][to]`. */
  readonly #layers: readonly (Float32Array[] | { missing: string })[];

  constructor(query: Query, layers: readonly (Float32Array[] | { missing: string })[]) {
    this.query = query;
    this.#layers = layers;
  }

  /** All layers, those that cannot be had with the reason. */
  get layers(): AttentionLayerInfo[] {
    return this.#layers.map((heads, layer) =>
      "missing" in heads
        ? { stage: "language", layer, heads: 0, missing: heads.missing }
        : { stage: "language", layer, heads: heads.length, missing: null },
    );
  }

  /** @throws RangeError naming the layers and heads there are; ModelError for a layer that cannot be had */
  map({ layer, head }: Pick<AttentionChoice, "layer" | "head"> = {}): TokenAttention {
    const last = this.#layers.findLastIndex((one) => !("missing" in one));
    const index = integer(layer ?? last, "layer", 0, this.#layers.length - 1);
    const heads = this.#layers[index];
    if ("missing" in heads)
      throw new ModelError(
        `no attention to be had of layer ${index} of the query: ${heads.missing}; choose another layer`,
      );
    const data =
      head === undefined
        ? heads[0].map((_, i) => heads.reduce((sum, of) => sum + of[i], 0) / heads.length)
        : heads[integer(head, "head", 0, heads.length - 1)];
    return new TokenAttention(this.query.tokens, index, head ?? null, data);
  }
}
