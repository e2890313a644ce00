import type { AttentionReading } from "../data/attention-reading.js";
import { COSINE_QUANTITY } from "../data/quantities.js";
import type { Explanation } from "../data/vocabulary.js";
import { type ShiftAgreement, shiftAgreement } from "../interaction/shift-agreement.js";
import { shown } from "./shown.js";
import type { Selection, Shown } from "./view-selection.js";

const known = new WeakMap<Shown, ShiftAgreement>();

/**
 * Whether a patch reads from where the word matches: the map of attention against that of the cosines of what is selected. Of causal
 * attention only patches count that the patch can see.
 */
export function attentionAgreement(
  explanation: Explanation,
  view: Selection,
  attention: Shown,
  { layers, uniform }: AttentionReading,
): ShiftAgreement {
  const before = known.get(attention);
  if (before) return before;
  const similar = shown(explanation, { ...view, quantity: COSINE_QUANTITY.name, chance: "marked" });
  const seen =
    uniform && layers.every(({ isCausal, missing }) => isCausal || missing !== null) ? uniform : null;
  const found = shiftAgreement(attention.map, similar.map, seen);
  known.set(attention, found);
  return found;
}
