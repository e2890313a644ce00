import { PatchMap } from "./patch-map.js";
import {
  ATTENTION,
  ATTENTION_RECEIVED,
  ATTENTION_ROLLOUT,
  overUniform,
  type Quantity,
} from "./quantities.js";

/** Where in a model attention happens: over the patches of a page, or over the whole sequence with its prompt. */
export const ATTENTION_STAGES = ["tower", "language"] as const;
export type AttentionStage = (typeof ATTENTION_STAGES)[number];

/** What is attended to beside the page: shares of the attention, which add up to 1 with those of the patches. */
export interface OffPageAttention {
  /** Words of the page prompt. */
  prompt: number;
  /** Special tokens: markers of begin, end, rows, tiles. */
  special: number;
  /** The view of the whole page that models with tiles are given beside them. */
  view: number;
}

/** Which attention a map is of. */
export interface AttentionSource {
  stage: AttentionStage;
  /** From 0, from the input on; null for all layers of the stage, rolled out. */
  layer: number | null;
  /** From 0; null for the mean over the heads. */
  head: number | null;
  /** Whose attention it is; null for what patches receive from all. */
  patch: { row: number; column: number } | null;
  /** Whether its numbers are divided by what causal attention that spreads evenly would give. */
  isOverUniform: boolean;
}

/** @returns the quantity of what `source` says */
export function attentionQuantity({ layer, patch, isOverUniform }: AttentionSource): Quantity {
  const quantity = patch === null ? ATTENTION_RECEIVED : layer === null ? ATTENTION_ROLLOUT : ATTENTION;
  return isOverUniform ? overUniform(quantity) : quantity;
}

/** A map of attention: shares, which add up to 1 with what goes off the page. */
export class AttentionMap extends PatchMap {
  readonly source: AttentionSource;
  /** Always shares, also where the patches' numbers are divided by those of uniform attention. */
  readonly offPage: OffPageAttention;

  constructor(
    data: Float32Array,
    grid: { rows: number; columns: number },
    source: AttentionSource,
    offPage: OffPageAttention,
  ) {
    super(data, grid.rows, grid.columns, attentionQuantity(source));
    this.source = source;
    this.offPage = offPage;
  }

  /** Of what it is: `of the patch at row 3, column 4; language model, layer 3, mean over heads; 12.4 % off the page (prompt 12.4 %)` */
  get note(): string {
    const { patch } = this.source;
    const whose = patch ? `of the patch at row ${patch.row}, column ${patch.column}` : "of all positions";
    return `${whose}; ${attentionPlace(this.source)}; ${offPageText(this.offPage)}`;
  }

  override toString(): string {
    return `${super.toString()}; ${this.note}`;
  }
}

/** `language model, layer 3, mean over heads` */
function attentionPlace({ stage, layer, head }: AttentionSource): string {
  const through = layer === null ? "rolled out to its first layer" : `layer ${layer}`;
  return `${STAGE_NAMES[stage]}, ${through}, ${head === null ? "mean over heads" : `head ${head}`}`;
}

export const STAGE_NAMES: Record<AttentionStage, string> = {
  tower: "vision tower",
  language: "language model",
};

/** `12.4 % off the page (prompt 8.0 %, special tokens 4.4 %)` */
function offPageText({ prompt, special, view }: OffPageAttention): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const parts = [
    ["prompt", prompt],
    ["special tokens", special],
    ["view of the whole page", view],
  ] as const;
  const named = parts.filter(([, share]) => share > 0).map(([name, share]) => `${name} ${percent(share)}`);
  const whole = `${percent(prompt + special + view)} off the page`;
  return named.length > 0 ? `${whole} (${named.join(", ")})` : whole;
}
