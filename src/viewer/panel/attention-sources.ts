import {
  attentionAgreement,
  decimal,
  isOverUniform,
  isRollout,
  type LensExplanation,
  type LensView,
  overlap,
  patchRect,
  printable,
  readingFor,
  readingMap,
  type Scene,
  sinksShown,
} from "../../../core/index.js";
import { h, setText } from "../dom.js";
import type { Part } from "../frame.js";
import { percent } from "./attention-grid.js";

/** Patches that are listed. */
const LISTED = 6;

/** What a patch took its content from, what went off the page, and how that agrees with the similarity map. */
export function createAttentionSources(): Part {
  const list = h("div", { class: "cl-sources", role: "list" });
  const off = h("p", { class: "cl-note cl-off-page" });
  const agreement = h("p", {
    class: "cl-note cl-agreement",
    title:
      "Rank correlation with the similarity map of what is selected, over the patches it can see. Chance: what 95 of 100 shifts of that map round the page stay below",
  });
  const sinks = h("p", {
    class: "cl-note cl-sinks",
    title: "Xiao et al. 2023; Darcet et al. 2023: the model uses them as a place to put attention",
  });
  return {
    element: h(
      "div",
      { class: "cl-sources-place" },
      h("h4", {}, "Took its content from"),
      list,
      off,
      sinks,
      agreement,
    ),
    update({ scene, locked, preview }) {
      const { explanation } = scene;
      const reading = readingFor(explanation, locked);
      if (!reading || preview) return;
      const { grid } = explanation;
      const rollout = isRollout(locked.quantity);
      // Shares, also where what is painted is divided.
      const map = readingMap(reading, grid, {
        layer: locked.layer,
        head: rollout ? null : locked.head,
        rollout,
      });
      const own = reading.row * grid.columns + reading.column;
      const marked = new Set(sinksShown(explanation, locked));
      const first = Array.from(map.data.keys())
        .filter((i) => map.data[i] > 0)
        .sort((a, b) => map.data[b] - map.data[a])
        .slice(0, LISTED);
      list.replaceChildren(
        ...first.map((cell) => {
          const name = cell === own ? "itself" : nameOf(scene, cell);
          const bar = h("span", { class: "cl-source-bar" });
          bar.style.width = `${(100 * map.data[cell]) / map.data[first[0]]}%`;
          return h(
            "div",
            { class: "cl-source", role: "listitem" },
            h("span", { class: "cl-source-name", dir: "auto" }, marked.has(cell) ? `${name} (sink)` : name),
            h("span", { class: "cl-source-track" }, bar),
            h("span", {}, percent(map.data[cell])),
          );
        }),
      );
      const { prompt, special, view } = map.offPage;
      const parts = [
        ["prompt", prompt],
        ["special tokens", special],
        ["view of the whole page", view],
      ] as const;
      const named = parts
        .filter(([, share]) => share > 0)
        .map(([name, share]) => `${name} ${percent(share)}`);
      setText(
        off,
        `Off the page ${percent(prompt + special + view)}${named.length > 0 ? `: ${named.join(", ")}` : ""}.`,
      );
      setText(sinks, sinksText(marked.size, rollout));
      sinks.hidden = sinks.textContent === "";
      setText(agreement, agreementText(explanation, locked, scene, reading));
    },
  };
}

function nameOf({ page, explanation: { grid } }: Scene, cell: number): string {
  const [row, column] = [Math.floor(cell / grid.columns), cell % grid.columns];
  const patch = patchRect(grid, row, column, page);
  const on = (page.words ?? []).filter(
    ({ rect }) => overlap(patch, rect) > 0.1 * Math.min(patch.width * patch.height, rect.width * rect.height),
  );
  return on.length > 0
    ? `“${printable(on.map(({ text }) => text).join(" "), 40)}”`
    : `row ${row}, column ${column}`;
}

function sinksText(count: number, rollout: boolean): string {
  if (rollout || count === 0) return "";
  return count === 1
    ? "Dashed: a sink. It receives much of all attention in this layer, whatever is printed there."
    : `Dashed: ${count} sinks. They receive much of all attention in this layer, whatever is printed there.`;
}

function agreementText(
  explanation: LensExplanation,
  locked: LensView,
  { shown }: Scene,
  reading: NonNullable<ReturnType<typeof readingFor>>,
): string {
  const { rank, chance } = attentionAgreement(explanation, locked, shown, reading);
  if (rank === null) return "Agreement with similarity: one of both maps is the same everywhere.";
  const divided = isOverUniform(locked.quantity) ? ", divided" : "";
  const verdict = rank > chance ? "beyond chance" : "within chance";
  return `Agreement with similarity ${decimal(rank)}${divided}, ${verdict} (chance reaches ${decimal(chance)}).`;
}
