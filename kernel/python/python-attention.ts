import type { AttentionStage } from "../../core/index.js";
import type { PatchAttention } from "../../engine/explain/attention.js";
import { attentionConfig } from "../../engine/explain/attention-reader.js";
import {
  type ChosenRows,
  type Patch,
  patchesByRows,
  type Rows,
} from "../../engine/explain/attention-rows.js";
import type { PageEmbedding } from "../../engine/explain/model.js";
import type { Family } from "../../engine/families/family.js";
import type { TappedLayer, TappedStage } from "../../engine/graphs/tapped-graph.js";
import type { ModelConfigs } from "../../engine/model-configs.js";
import { ModelError } from "../../engine/model-error.js";
import type { TowerLayout } from "../../engine/processing/page-processor.js";
import type { FloatTensor } from "../../engine/runtime.js";

/** What is asked of Python for each stage: rows of `together` positions in one tile of so many each, whose mean is wanted. */
export type AskedRows = Record<
  AttentionStage,
  { tiles: Int32Array; positions: Int32Array; together: number; length: number }
>;

/** What Python gives of a page: each layer reduced where it was computed, in the order in which they were. */
export interface GivenRows {
  layers: {
    stage: AttentionStage;
    heads: number;
    tiles: number;
    keys: number;
    /** `[rows, heads, keys]` */
    rows: Float32Array;
    /** `[tiles, heads, keys]`: the mean over all queries. */
    received: Float32Array;
  }[];
  /** `[rows, keys]` through all layers of a stage. */
  rollout: Partial<Record<AttentionStage, Float32Array>>;
  /** The page's vectors as they come out where attention is written out. */
  vectors: Float32Array;
}

/** A page that is embedded, with the ids of its sequence. */
export type EmbeddedPage = PageEmbedding & { ids: readonly number[] };

/** How far a vector may turn where attention is computed in another way: of bfloat16 a hundredth. */
const LEAST_COSINE = 0.98;

/** Tells what rows that Python gives are of. */
export class AttentionOfPython {
  readonly #id: string;
  readonly #configs: ModelConfigs;
  readonly #family: Family;
  readonly #isSpecial: (id: number) => boolean;

  /** @throws ModelError for a model of no known family: where its tower's patches lie is not known */
  constructor(
    id: string,
    configs: ModelConfigs | null,
    family: Family | null,
    isSpecial: ((id: number) => boolean) | null,
  ) {
    if (!configs)
      throw new ModelError(
        "this lens was made of vectors: there is no model whose attention could be read. Use explain, with the model",
      );
    if (!family || !isSpecial)
      throw new ModelError(
        `no attention to be had of ${id}: ${family ? "its tokenizer is not known" : "it is of no family whose layout is known"}; ask what a page's parts do to the score: lens.occlusion()`,
      );
    [this.#id, this.#configs, this.#family, this.#isSpecial] = [id, configs, family, isSpecial];
  }

  /**
   * Attention of patches of a page.
   * @param ask has Python run the model once
   * @param warn called where attention written out gives other vectors than the model does
   */
  read(
    page: EmbeddedPage,
    patches: readonly Patch[],
    ask: (rows: AskedRows) => Promise<GivenRows>,
    warn: (words: string) => void,
  ): Promise<PatchAttention[]> {
    const { grid, ids, vectors } = page;
    const imageToken = ids[grid.index[0]];
    const model = {
      id: this.#id,
      imageToken,
      isSpecial: this.#isSpecial,
      layerTypes: attentionConfig(this.#configs).layerTypes,
    };
    const tower = this.#tower(page, ids.filter((id) => id === imageToken).length);
    return patchesByRows(model, { grid, ids: [...ids], tower }, patches, async (rows) => {
      const given = await ask({
        tower: asked(rows.tower, tower ? tower.cells.length / tower.tiles : 0),
        language: asked(rows.language, ids.length),
      });
      const cosine = leastCosine(vectors.data, given.vectors, vectors.dim);
      if (!(cosine >= LEAST_COSINE))
        warn(
          `attention of ${this.#id}: where it is written out, a vector of the page turns to a cosine of ${cosine.toFixed(3)} with the model's own, expected ${LEAST_COSINE} at least; load the model with attn_implementation="eager", so that both are computed alike`,
        );
      return placed(given, rows);
    });
  }

  #tower({ grid: { rows, columns } }: EmbeddedPage, imageTokens: number): TowerLayout | null {
    const processor = this.#family.processor(this.#configs, "torch", "");
    return processor.tower({ rows, columns, imageTokens });
  }
}

function asked(rows: ChosenRows[AttentionStage], length: number): AskedRows[AttentionStage] {
  return {
    length,
    tiles: Int32Array.from(rows, ({ tile }) => tile),
    positions: Int32Array.from(rows.flatMap(({ positions }) => [...positions])),
    together: rows[0].positions.length,
  };
}

/** The rows as a tapped graph gives them. */
function placed({ layers, rollout }: GivenRows, rows: ChosenRows): Rows {
  const stages = [...new Set(layers.map(({ stage }) => stage))];
  return {
    layers: layers.map(({ stage }) => ({ stage, missing: null })),
    stages: stages.map((stage): TappedStage => {
      const own = new Map<number, TappedLayer>();
      const count = rows[stage].length;
      let length = 0;
      for (const [i, { stage: of, heads, tiles, keys, rows: chosen, received }] of layers.entries()) {
        if (of !== stage) continue;
        length = keys;
        own.set(i, {
          rows: tensor(chosen, [count, heads, keys]),
          received: tensor(received, [tiles, heads, keys]),
        });
      }
      return { stage, layers: own, rollout: tensor(rollout[stage]!, [count, length]) };
    }),
  };
}

function tensor(data: Float32Array, shape: number[]): FloatTensor {
  return { data, shape };
}

/** The least cosine of vectors that should be the same; NaN where there are not as many. Vectors of zeros say nothing. */
function leastCosine(a: ArrayLike<number>, b: ArrayLike<number>, dim: number): number {
  if (a.length !== b.length) return Number.NaN;
  let least = 1;
  for (let from = 0; from < a.length; from += dim) {
    let [sum, own] = [0, 0];
    for (let i = from; i < from + dim; i++) {
      sum += a[i] * b[i];
      own += a[i] * a[i];
    }
    if (own > 0) least = Math.min(least, sum);
  }
  return least;
}
