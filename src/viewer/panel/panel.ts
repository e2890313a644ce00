import { h } from "../dom.js";
import type { Actions, Part } from "../frame.js";
import { createAppearance } from "./appearance.js";
import { createAttention } from "./attention-panel.js";
import { createHits } from "./hit-list.js";
import { createNumbers } from "./numbers-fold.js";
import { createThisPatch } from "./this-patch.js";

/** Beside the page: where the hits are; and behind their names what one patch holds, how the map looks, its numbers. */
export function createPanel(actions: Actions): Part {
  const hits = createHits(actions);
  const attention = createAttention(actions);
  const parts = [hits, attention, createThisPatch(), createAppearance(actions), createNumbers(actions)];
  return {
    element: h(
      "div",
      { class: "cl-side", role: "region", "aria-label": "Hits and settings" },
      ...parts.map((part) => part.element),
    ),
    update(frame) {
      for (const part of parts) part.update(frame);
      // Where a patch took its content from stands in their place.
      hits.element.hidden = !attention.element.hidden;
    },
    pointAt(at) {
      for (const part of parts) part.pointAt?.(at);
    },
  };
}
