import { COSINE_QUANTITY, chanceLevels, nearestHit, printable, reading } from "../../../core/index.js";
import { h, setText } from "../dom.js";
import type { Actions, Frame, Part } from "../frame.js";
import { chanceDot } from "./chance-dot.js";

/** What stands instead of hits where there are none: that it is so, why, and what comes nearest. */
export function createNothing(actions: Actions): Part {
  const why = h("p");
  const nearest = h("p", { class: "cl-quiet" });
  const show = h("button", { class: "cl-link" }, "Show it anyway");
  let last: Frame | null = null;
  show.addEventListener("click", () => {
    if (!last) return;
    const hit = nearestHit(last.scene);
    const [{ row, column }] = hit.patches;
    actions.set({ region: { row, column, rows: 1, columns: 1 } });
    actions.goTo(hit);
  });
  return {
    element: h(
      "div",
      { class: "cl-nothing" },
      h("strong", {}, "Nothing on this page stands out."),
      why,
      nearest,
      show,
    ),
    update(frame) {
      last = frame;
      const { scene } = frame;
      if (scene.hits.length > 0) return;
      setText(why, reason(frame));
      const hit = nearestHit(scene);
      nearest.replaceChildren(
        `Nearest: ${hit.name}, ${reading(hit.value, scene.shown.map.description)} `,
        chanceDot(scene.explanation, hit.chance, hit.beyond, hit.words[0] ?? null) ?? "",
      );
    },
  };
}

/** `Both words stay below 0.36, the level that unrelated words reach here by chance. So no place is marked.` */
function reason({ scene }: Frame): string {
  const { shown, explanation } = scene;
  if (!shown.map.description.similarity || explanation.baseline === null)
    return "No place reaches the upper half of the scale. So no place is marked.";
  const { length } = explanation.query.words;
  const all = length === 1 ? "The word stays" : length === 2 ? "Both words stay" : `All ${length} words stay`;
  const who = shown.kind === "aggregate" ? all : `${printable(shown.label, 40)} stays`;
  const levels = chanceLevels(explanation, shown);
  const [low, high] = (levels ?? []).map((level) => reading(level, COSINE_QUANTITY));
  const level = levels === null ? "the level" : `${low === high ? low : `${low} to ${high}`}, the level`;
  return `${who} below ${level} that unrelated words reach here by chance. So no place is marked.`;
}
