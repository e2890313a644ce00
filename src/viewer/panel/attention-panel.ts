import {
  type AttentionReading,
  attentionPatch,
  patchRect,
  printable,
  readingFor,
  readingIn,
  STAGE_NAMES,
  stageShown,
} from "../../../core/index.js";
import { showsAttention } from "../asked-part.js";
import { h, setText } from "../dom.js";
import type { Actions, Frame, Part } from "../frame.js";
import { createAttentionChoice } from "./attention-choice.js";
import { createHeadGrid } from "./attention-grid.js";
import { createAttentionSources } from "./attention-sources.js";

const HONEST =
  "Attention says where content could flow from, not what was taken or whether it mattered for the score. For what the score depends on, see Cause.";

/** Beside the page while attention is shown: which patch, layer and head, what it took its content from, every head as a small map. */
export function createAttention(actions: Actions): Part {
  const name = h("h3", { dir: "auto" });
  const where = h("p", { class: "cl-note cl-attention-where" });
  const missing = h("p", { class: "cl-note cl-unread" });
  const read = h("button", { class: "cl-link" }, "Read it");
  const choice = createAttentionChoice(actions);
  const grid = createHeadGrid(actions);
  const sources = createAttentionSources();
  const parts = [choice, grid, sources];
  const element = h(
    "section",
    { class: "cl-attention", "aria-label": "Attention" },
    h("div", { class: "cl-section-head" }, name),
    h(
      "div",
      { class: "cl-attention-scroll" },
      missing,
      read,
      where,
      choice.element,
      grid.element,
      choice.more,
      sources.element,
      h("p", { class: "cl-note" }, HONEST),
    ),
  );
  /** What was asked for last: it is asked for once, and once more by hand. */
  let asked = "";
  read.addEventListener("click", () => actions.measure("attention"));

  return {
    element,
    update(frame) {
      const { locked, scene, measurable, preview } = frame;
      const { explanation } = scene;
      element.hidden = !showsAttention(scene, locked);
      if (element.hidden) {
        asked = "";
        return;
      }
      const { row, column } = attentionPatch(explanation, locked);
      const reading = readingFor(explanation, locked);
      setText(name, `Attention of ${readerName(frame, row, column)}`);
      const whose = locked.region ? "The patch" : "Its best patch,";
      setText(where, reading ? `${whose} at row ${row}, column ${column}, outlined in blue.` : "");
      where.hidden = reading === null;
      setText(missing, reading ? "" : unread(frame, measurable));
      missing.hidden = reading !== null;
      read.hidden = reading !== null || !measurable;
      const shown: AttentionReading | null =
        reading ?? readingIn(explanation, stageShown(explanation, locked));
      for (const part of parts) {
        part.element.hidden = shown === null;
        if (shown) part.update(frame);
      }
      choice.more.hidden = shown === null;
      // Choosing another layer must not wait for the patch that was pointed at in the last one.
      if (reading || !measurable || preview) return;
      const now = JSON.stringify([locked.result, stageShown(explanation, locked), row, column]);
      if (now === asked) return;
      asked = now;
      actions.measure("attention");
    },
  };
}

/** The word or token that is selected; of a locked patch the word that is printed on its middle. */
function readerName({ scene, locked }: Frame, row: number, column: number): string {
  const { page, explanation } = scene;
  const { query, grid } = explanation;
  if (!locked.region) {
    const text =
      locked.word !== null ? query.words[locked.word].text : query.tokens[locked.token ?? -1]?.text;
    return text === undefined ? "the query" : `“${printable(text, 30)}”`;
  }
  const { x, y, width, height } = patchRect(grid, row, column, page);
  const [cx, cy] = [x + width / 2, y + height / 2];
  const on = (page.words ?? []).find(
    ({ rect }) => cx >= rect.x && cx < rect.x + rect.width && cy >= rect.y && cy < rect.y + rect.height,
  );
  return on ? `“${printable(on.text, 30)}”` : "this patch";
}

function unread({ scene, locked }: Frame, measurable: boolean): string {
  const stage = STAGE_NAMES[stageShown(scene.explanation, locked)];
  const other = scene.shown.label;
  return measurable
    ? `Not read yet in the ${stage}; the map is that of ${other}.`
    : `Not read in the ${stage}: that needs the notebook’s kernel. The map is that of ${other}.`;
}
