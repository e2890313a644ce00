import { attentionName, isAttention, isOverUniform, isRollout } from "../data/attention-quantities.js";
import { canDivide } from "../data/attention-reading.js";
import { integer, invalid, oneOf } from "../data/check.js";
import type { LensView, Result, ViewChange } from "../data/lens-state.js";
import { readingIn, stageShown } from "./attention-shown.js";

type Chosen = Pick<LensView, "quantity" | "stage" | "layer" | "head">;

/**
 * Settles which attention is shown: what is asked for must be there, what was chosen for another result, or another stage, is
 * dropped where it is not.
 * @throws RangeError naming the stages, layers and heads there are
 */
export function attentionChosen(
  { attention = [] }: Pick<Result, "attention">,
  { quantity, stage, layer, head }: Chosen,
  change: ViewChange,
): Chosen {
  if (attention.length === 0) {
    for (const name of ["stage", "layer", "head"] as const)
      if (change[name] != null)
        throw invalid(
          `view.${name}`,
          change[name],
          "null: no attention was read here: await lens.attention(…)",
        );
    return { quantity, stage: null, layer: null, head: null };
  }
  const { stages } = attention[0];
  const of: Chosen = { quantity, stage, layer, head };
  if (change.stage != null) oneOf(stage, "view.stage", stages);
  else if (stage !== null && !stages.includes(stage)) of.stage = null;
  const reading = readingIn({ attention }, stageShown({ attention }, of));
  const isOther = change.stage !== undefined && change.layer === undefined && change.head === undefined;
  // Layers and heads of a stage that is still to be read are not known.
  if (!reading || isOther) return { ...of, layer: null, head: null };
  const { layers } = reading;
  if (change.layer != null) {
    integer(layer, "view.layer", 0, layers.length - 1);
    const { missing } = layers[layer as number];
    if (missing) throw invalid("view.layer", layer, `another one: ${missing}`);
  } else if (layer !== null && layers[layer]?.missing !== null) of.layer = null;
  const heads = of.layer === null ? Math.max(...layers.map((one) => one.heads)) : layers[of.layer].heads;
  if (change.head != null) integer(head, "view.head", 0, heads - 1);
  else if (head !== null && head >= heads) of.head = null;
  return { ...of, quantity: possible(quantity, reading, of.layer) };
}

/** Without a division by uniform attention where the stage is not causal; of one layer where it cannot be rolled out. */
function possible(
  quantity: string,
  reading: NonNullable<ReturnType<typeof readingIn>>,
  layer: number | null,
): string {
  if (!isAttention(quantity)) return quantity;
  const rollout = isRollout(quantity) && reading.isRolledOut;
  const overUniform = isOverUniform(quantity) && canDivide(reading, { rollout, layer });
  return attentionName({ rollout, overUniform });
}
