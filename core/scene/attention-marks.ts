import { isAttention, isRollout } from "../data/attention-quantities.js";
import { layerIndex } from "../data/attention-reading.js";
import type { LensExplanation, LensPage, LensView } from "../data/lens-state.js";
import { patchRect } from "../interaction/maxsim.js";
import { readingFor } from "../view/attention-shown.js";
import type { Mark } from "./marks.js";

/** Cells that receive much of all attention whatever is printed there, in the layer that is in view; of all layers none. */
export function sinksShown(explanation: LensExplanation, view: LensView): number[] {
  if (!isAttention(view.quantity) || isRollout(view.quantity)) return [];
  const reading = readingFor(explanation, view);
  return reading?.layers[layerIndex(reading, view)]?.sinks ?? [];
}

/** The patch whose attention is shown, and the sinks of the layer. */
export function attentionMarks(explanation: LensExplanation, view: LensView, page: LensPage): Mark[] {
  if (!isAttention(view.quantity)) return [];
  const { grid } = explanation;
  const mark = (role: "reader" | "sink", row: number, column: number): Mark => ({
    kind: "rect",
    role,
    ...patchRect(grid, row, column, page),
  });
  const sinks = sinksShown(explanation, view).map((cell) =>
    mark("sink", Math.floor(cell / grid.columns), cell % grid.columns),
  );
  const reading = readingFor(explanation, view);
  return reading ? [...sinks, mark("reader", reading.row, reading.column)] : sinks;
}
