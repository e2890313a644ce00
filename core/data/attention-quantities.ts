import { canDivide } from "./attention-reading.js";
import { ATTENTION, ATTENTION_ROLLOUT, overUniform, type Quantity } from "./quantities.js";
import type { Explanation } from "./vocabulary.js";

/** Quantities whose maps are made from readings, each with that in which uniform causal attention is divided out. */
const OF_PATCHES = [ATTENTION, ATTENTION_ROLLOUT].flatMap((quantity) => [quantity, overUniform(quantity)]);

/** Whether a quantity says where a patch attends to: in a layer, or through all of them. */
export function isAttention(quantity: string): boolean {
  return OF_PATCHES.some(({ name }) => name === quantity);
}

export function isRollout(quantity: string): boolean {
  return quantity === ATTENTION_ROLLOUT.name || quantity === overUniform(ATTENTION_ROLLOUT).name;
}

export function isOverUniform(quantity: string): boolean {
  return isAttention(quantity) && quantity.endsWith("-over-uniform");
}

/** The name of the quantity that is of one layer, or rolled out, and has uniform causal attention divided out, or not. */
export function attentionName(how: { rollout: boolean; overUniform: boolean }): string {
  const of = how.rollout ? ATTENTION_ROLLOUT : ATTENTION;
  return (how.overUniform ? overUniform(of) : of).name;
}

/** The quantities that readings have maps of. */
export function attentionQuantities({ attention = [] }: Pick<Explanation, "attention">): Quantity[] {
  return OF_PATCHES.filter(({ name }) => {
    const rollout = isRollout(name);
    const fitting = attention.filter((reading) => !rollout || reading.isRolledOut);
    return isOverUniform(name)
      ? fitting.some((reading) => canDivide(reading, { rollout }))
      : fitting.length > 0;
  });
}
