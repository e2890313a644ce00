import { isAttention } from "../data/attention-quantities.js";
import { SINK } from "../data/attention-reading.js";
import { decimal, printable } from "../data/printable.js";
import { mapTitle, reading } from "../data/quantities.js";
import type { Explanation } from "../data/vocabulary.js";
import { chanceOf, describeChance } from "../interaction/chance.js";
import { readingFor } from "../view/attention-shown.js";
import { chanceLevels, isNothingBeyond } from "../view/chips.js";
import { sinksShown } from "./attention-marks.js";
import { finding, unseen } from "./finding.js";
import { describeScale } from "./scale.js";
import type { Scene } from "./scene.js";

/** `page 2 of 4 of report.pdf`; the folders that lead to the file are left out. */
export function pageName(page: { name: string; number: number; of: number }): string {
  const file = printable(page.name.replace(/^.*[\\/](?=[^\\/]+$)/s, ""), 80);
  return page.of > 1 ? `page ${page.number} of ${page.of} of ${file}` : file;
}

/** `score 4.14 = patches 4.10 + off-image 0.04` */
export function scoreParts({ maxsim }: Explanation): string {
  return `score ${decimal(maxsim.score)} = patches ${decimal(maxsim.patchScore)} + off-image ${decimal(maxsim.residue)}`;
}

/** What tells a scene from others: query, page, model. */
export function sceneName({ explanation, page }: Pick<Scene, "explanation" | "page">): string {
  const { id, profile } = explanation.provenance.model;
  const model = profile === id ? printable(id, 40) : `${printable(id, 40)}, ${printable(profile, 30)}`;
  return `“${printable(explanation.query.text, 40)}” · ${pageName(page)} · ${model}`;
}

/** Caption under every picture: what it shows, what is found, how it is drawn, the score, the model. */
export function caption(scene: Scene): string {
  return sentences(subject(scene), finding(scene), ...howToRead(scene));
}

/**
 * How a picture is read: colours, outlines, score and model, a sentence each.
 * @param withScore whether the page's score is among it
 */
export function howToRead(scene: Scene, withScore = true): string[] {
  const { explanation, scale, view, shown } = scene;
  const smooth = view.cells === "smooth" ? ", cells interpolated for display only" : "";
  return [
    `Colours: ${shown.kind === "aggregate" ? `${shown.label}, ` : ""}${describeScale(scale)}${smooth}${scene.meant ? ", only where A or B is beyond chance" : ""}.`,
    outlines(scene),
    attended(scene),
    judgement(scene),
    unseen(explanation),
    withScore && shown.map.description.similarity ? scored(scene) : "",
    `Model ${printable(explanation.provenance.model.id, 80)}, ${explanation.grid.rows} × ${explanation.grid.columns} patches.`,
  ].filter((sentence) => sentence !== "");
}

/** What the numbers were made with, in one line: below a caption, and nowhere in a figure without one. */
export function provenanceLine({ explanation, page }: Pick<Scene, "explanation" | "page">): string {
  const { model, versions } = explanation.provenance;
  return [
    ...Object.entries(versions)
      .filter(([name]) => name === "colpali-lens")
      .map(([name, version]) => `${name} ${printable(version, 20)}`),
    ...(model.revision ? [`revision ${printable(model.revision, 12)}`] : []),
    `prompt profile ${printable(model.profile, 40)}`,
    printable(model.provider, 40),
    `page sha256 ${printable(page.sha256, 64).slice(0, 12)}`,
    ...(page.dpi ? [`${page.dpi} dpi`] : []),
  ].join(" · ");
}

/**
 * Where the picture comes from, and how to read it. The last sentence is there because a map of cosines is exact about the
 * score's last step and silent about why a patch's vector holds what it holds.
 */
export function origin(scene: Scene): string {
  const exact = scene.shown.map.description.similarity ? EXACT : "";
  return sentences(...howToRead(scene), exact, `${pageName(scene.page)} · ${provenanceLine(scene)}.`);
}

const EXACT =
  "Cosines are exact for the last step of the score; each patch’s vector has seen the whole page.";

/** Replaces the picture for someone who cannot see it. Patches are in the table only. */
export function altText(scene: Scene): string {
  const { shown, page, explanation } = scene;
  return sentences(
    `${capital(mapTitle(shown.map.description))} of ${shown.label} for the query “${printable(explanation.query.text)}” on ${pageName(page)}.`,
    finding(scene),
    marked(scene),
    unseen(explanation),
  );
}

function subject({ shown, explanation, page }: Scene): string {
  const query = `the query “${printable(explanation.query.text)}”`;
  const where = pageName(page);
  const { description } = shown.map;
  if (shown.kind === "difference") return `Difference of ${shown.label}, on ${where}.`;
  if (isAttention(description.name))
    return `${capital(description.noun)}, ${shown.label}, for ${query}, on ${where}.`;
  if (!description.similarity)
    return `${capital(description.noun)}, ${shown.label} of ${query}, on ${where}.`;
  const what =
    shown.kind === "aggregate"
      ? query
      : `${shown.kind === "token" ? "the token " : ""}${shown.label} of ${query}`;
  return isNothingBeyond(explanation, shown)
    ? `${capital(what)} on ${where}.`
    : `Where ${what} matches ${where}.`;
}

/** Of a word or token, what chance has to do with it. */
function judgement({ explanation, shown }: Scene): string {
  const chance = chanceOf(explanation, shown);
  return chance ? `${capital(shown.label)}: ${describeChance(chance)}.` : "";
}

/** What the boxes are round; nothing where there are none. */
function outlines({ view, hits, explanation, shown, scale }: Scene): string {
  if (!view.marks.hits || hits.length === 0) return "";
  if (shown.kind === "difference") return "Boxes: places of A and of B.";
  if (!shown.map.description.similarity) return "Boxes: the highest places.";
  const levels = chanceLevels(explanation, shown);
  if (levels !== null)
    return `Boxes: places above ${Array.from(new Set(levels.map((level) => decimal(level)))).join(" to ")}, the level that at least 95 % of unrelated words stay below on this page.`;
  return `Boxes: the highest places${scale.chance === null && !explanation.baseline ? "; chance was not measured" : ""}.`;
}

/** Of attention what the outlines are. */
function attended({ explanation, view, shown }: Scene): string {
  if (!isAttention(view.quantity) || shown.kind === "difference" || !readingFor(explanation, view)) return "";
  const sinks = sinksShown(explanation, view).length > 0;
  return `Blue: the patch whose attention it is${sinks ? `; dashed: sinks, which receive at least ${SINK} times an even share of all attention in this layer` : ""}.`;
}

function scored({ explanation: { maxsim }, shown }: Scene): string {
  const { score, residue } = maxsim;
  const from =
    Math.abs(residue) < 0.005 ? "all from patches" : `${decimal(residue)} of it from outside the image`;
  return `Page score${shown.kind === "difference" ? " of A" : ""} ${decimal(score)}, ${from}.`;
}

const MARKED = 5;

function marked({ hits, shown }: Scene): string {
  const listed = hits.filter(({ small }) => !small);
  if (listed.length === 0) return "";
  const named = listed
    .slice(0, MARKED)
    .map(({ inWords, value }) => `${inWords} (${reading(value, shown.map.description)})`);
  const more = listed.length > MARKED ? `; and ${listed.length - MARKED} more` : "";
  return `Places: ${named.join("; ")}${more}.`;
}

function sentences(...all: string[]): string {
  return all.filter((sentence) => sentence !== "").join(" ");
}

export function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
