import {
  chanceLevels,
  decimal,
  describeScale,
  type LensPage,
  pageName,
  printable,
  type Scene,
  sameView,
  shares,
} from "../../../core/index.js";
import { h } from "../dom.js";
import type { Actions, Part } from "../frame.js";
import { copyText } from "./clipboard.js";

/** Where the numbers come from: score, chance, page, words, model, versions. */
export function createDetails(actions: Actions): Part {
  const list = h("dl", { class: "cl-facts" });
  const copy = h("button", { class: "cl-item" }, "Copy all of this");
  let scene: Scene | null = null;
  let filled = "";
  copy.addEventListener("click", () => {
    const all = scene && facts(scene);
    if (all)
      copyText(actions, () => all.map(([name, says]) => `${name}: ${says}`).join("\n"), "Details copied");
  });
  function fill(): void {
    if (!scene) return;
    list.replaceChildren(
      ...facts(scene).flatMap(([name, says]) => [
        h("dt", {}, name),
        h("dd", { class: `cl-fact-${name.toLowerCase().replace(/\W+/g, "-")}` }, says),
      ]),
    );
  }
  return {
    element: h("div", { class: "cl-details" }, list, h("hr"), copy),
    update(frame) {
      if (frame.preview && !sameView(frame.view, frame.locked)) return;
      ({ scene } = frame);
      const now = JSON.stringify(facts(scene));
      if (now !== filled) fill();
      filled = now;
    },
  };
}

function facts(scene: Scene): [name: string, says: string][] {
  const { explanation, page, scale, view } = scene;
  const { maxsim, provenance, query, grid } = explanation;
  const { model, versions, date } = provenance;
  const { score, patchScore, residue } = maxsim;
  const dropped = query.dropped.map((text) => `“${printable(text, 40)}”`).join(", ");
  return [
    [
      "Score",
      `${decimal(score)} = ${decimal(patchScore)} from patches + ${decimal(residue)} from off the page. A word that is read in pieces counts once for each.${shareText(explanation)}`,
    ],
    ["Chance", chanceText(scene)],
    ...(dropped ? [["Not seen", `The model does not see ${dropped} of the query.`] as [string, string]] : []),
    [
      "Page",
      `${pageName(page)}, ${page.width} × ${page.height} px${page.dpi ? `, ${page.dpi} dpi` : ""}, ${printable(page.renderer, 80)}`,
    ],
    ["Words", wordsText(page)],
    [
      "Model",
      `${printable(model.id, 80)}${model.revision ? `@${printable(model.revision, 40)}` : ""}, prompt profile ${printable(model.profile, 40)}, ${grid.rows} × ${grid.columns} patches, ${printable(model.dtype, 20)}, on ${printable(model.provider, 40)}`,
    ],
    [
      "Colours",
      `${describeScale(scale)}, ${view.cells === "smooth" ? "patches interpolated for display only" : "patches as they are"}`,
    ],
    ["Hash", `sha256 of the page’s pixels ${printable(page.sha256, 64)}`],
    [
      "Made with",
      `${Object.entries(versions)
        .map(([name, version]) => `${printable(name, 60)} ${printable(version, 20)}`)
        .join(", ")}; ${printable(date, 40).slice(0, 10)}`,
    ],
  ];
}

/** ` Words make up 62 % of it, augmentation 38 %.` Nothing where words are all there is. */
function shareText(explanation: Scene["explanation"]): string {
  const { score } = explanation.maxsim;
  const parts = Object.entries(shares(explanation)).filter(([kind, v]) => kind === "word" || v !== 0);
  if (parts.length < 2 || score <= 0) return "";
  const named = parts.map(
    ([kind, v]) => `${kind === "word" ? "words" : kind} ${Math.round((100 * v) / score)} %`,
  );
  return ` Of it: ${named.join(", ")}.`;
}

function chanceText(scene: Scene): string {
  const { explanation } = scene;
  const { baseline } = explanation;
  if (!baseline) return "It was not measured.";
  const { queries, list, correction } = baseline;
  const levels = chanceLevels(explanation, { ...scene.shown, kind: "aggregate" });
  const beyond = levels ? ` Beyond it: above ${levelText(levels)}.` : "";
  const corrected = correction ? ` Corrected for ${correction.tests} words and pages.` : "";
  return `${queries} queries that have nothing to do with it (${printable(list, 40)}), on this same page.${beyond}${corrected}`;
}

/** `0.36`, or `0.34 to 0.38, by word` */
export function levelText([low, high]: readonly [number, number]): string {
  const [from, to] = [decimal(low), decimal(high)];
  return from === to ? from : `${from} to ${to}, by word`;
}

function wordsText({ words }: LensPage): string {
  if (!words) return "They were not read: hits are named by their place.";
  if (words.length === 0) return "The page has no text layer: hits are named by their place.";
  const from = words.some(({ source }) => source === "ocr")
    ? "read from the picture (OCR)"
    : "from the PDF’s text layer";
  return `${words.length}, ${from}`;
}
