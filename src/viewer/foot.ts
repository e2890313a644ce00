import { decimal, finding, origin, pageName, shares } from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Frame, Part } from "./frame.js";
import { createHelp } from "./keyboard.js";
import { createMenu, type Menu } from "./menu.js";

/** The answer in one sentence; where it comes from, and the keys, on request. */
export function createFoot(): Part & { help: Menu } {
  const found = h("p", { class: "cl-finding" });
  const where = h("p", { class: "cl-where" });
  const score = h("p", { class: "cl-score" });
  const parts = h("p", { class: "cl-parts" });
  const from = h("p", { class: "cl-origin" });
  const details = createMenu(
    { label: "Details", title: "Score, model, page, versions", icon: "info", name: "details" },
    [h("div", { class: "cl-details" }, where, score, parts, from)],
  );
  const help = createHelp();
  return {
    element: h("div", { class: "cl-foot" }, found, details.element, help.element),
    help,
    update(frame) {
      const { scene } = frame;
      const said = finding(scene);
      setText(found, said);
      found.title = said;
      const { score: total, patchScore, residue } = scene.explanation.maxsim;
      setText(where, pageName(scene.page));
      setText(
        score,
        `score ${decimal(total)} = patches ${decimal(patchScore)} + off-image ${decimal(residue)}`,
      );
      setText(parts, shareText(frame));
      setText(from, origin(scene));
    },
  };
}

/** `words 62 % of the score · augmentation 38 %`; nothing when words are all there is. */
function shareText({ scene }: Frame): string {
  const { score } = scene.explanation.maxsim;
  const parts = Object.entries(shares(scene.explanation)).filter(([kind, v]) => kind === "word" || v !== 0);
  if (parts.length < 2 || score <= 0) return "";
  return parts
    .map(([kind, v]) => `${kind === "word" ? "words" : kind} ${Math.round((100 * v) / score)} %`)
    .join(" · ");
}
