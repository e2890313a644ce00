import type { LensView } from "../data/lens-state.js";
import { decimal, printable } from "../data/printable.js";
import { mapTitle, reading } from "../data/quantities.js";
import type { Explanation } from "../data/vocabulary.js";
import { chanceOf, describeChance, wordsBeyond } from "../interaction/chance.js";
import { selectionChance } from "../view/chips.js";
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

/** What is seen, in one or two sentences. */
export function finding(scene: Scene): string {
  const { shown, best, explanation } = scene;
  const [first] = best;
  const quantity = shown.map.description;
  const value = reading(first.value, quantity);
  const place = `row ${first.row}, column ${first.column}`;
  if (shown.kind === "difference")
    return `Difference of ${shown.label}: largest in favour of the first at ${place} (${value}).`;
  if (!quantity.similarity)
    return `${capital(quantity.noun)}, ${shown.label}: highest at ${place} (${value}).${noted(scene)}`;
  const what = shown.kind === "aggregate" ? `The ${shown.label}` : `${capital(shown.kind)} ${shown.label}`;
  const is = shown.kind === "aggregate" ? "is highest" : "matches best";
  const says = `${what} ${is} at ${place} (${quantity.noun} ${value})${judgement(scene)}.`;
  const token = shown.kind === "token" ? explanation.maxsim.tokens[shown.tokens[0]] : null;
  return token?.offImage
    ? `${says} Its strongest match (cosine ${decimal(token.best)}) is outside the image, where no map can show it.`
    : says;
}

/** What else is said of the map, as a sentence with the space before it; empty where there is nothing. */
function noted({ shown: { note } }: Scene): string {
  return note ? ` ${capital(printable(note, 300))}.` : "";
}

/** What chance has to do with it, as the end of a sentence; empty where it was not measured. */
function judgement({ explanation, shown }: Scene): string {
  if (!shown.map.description.similarity) return "";
  const chance = chanceOf(explanation, shown);
  if (chance) return `: ${describeChance(chance)}`;
  const words =
    shown.kind === "aggregate"
      ? wordsBeyond(explanation.query.words.map(({ index }) => selectionChance(explanation, { word: index })))
      : null;
  return words
    ? `; ${words.beyond} of ${words.of} ${words.of === 1 ? "word" : "words"} more than chance`
    : "";
}

/**
 * Where the picture comes from, and how to read it. The last sentence is there because a map of cosines is exact about the
 * score's last step and silent about why a patch's vector holds what it holds.
 */
export function origin(scene: Scene): string {
  const { explanation, page, view, shown } = scene;
  const { model, page: source } = explanation.provenance;
  const { rows, columns } = explanation.grid;
  const line = [
    `${printable(model.id, 80)}${model.revision ? `@${printable(model.revision, 12)}` : ""}`,
    `${rows} × ${columns} patches`,
    `prompt profile ${printable(model.profile, 40)}`,
    printable(model.provider, 40),
    `${pageName(page)}${source.dpi ? `, ${source.dpi} dpi` : ""}`,
    `sha256 ${printable(page.sha256, 64).slice(0, 8)}…`,
    `colours: ${describeScale(scene.scale)}, ${cellsNote(view)}`,
  ].join(" · ");
  return `${unseen(explanation)}Rows and columns count from 0. ${line}.${shown.map.description.similarity ? EXACT : ""}`;
}

const EXACT =
  " Cosines are exact for the last step of the score; each patch's vector has seen the whole page.";

/** What the model did not see of the query, as a sentence with the space behind it; empty where it saw all. */
function unseen({ query }: Explanation): string {
  const words = query.dropped.slice(0, 5).map((word) => `“${printable(word, 30)}”`);
  const more = query.dropped.length > words.length ? " and more" : "";
  return words.length > 0 ? `The model does not see ${words.join(", ")}${more} of the query. ` : "";
}

function cellsNote(view: LensView): string {
  return view.cells === "smooth" ? "cells interpolated for display only" : "nearest cells";
}

/** Caption under every picture. */
export function caption(scene: Scene): string {
  return `${finding(scene)} ${origin(scene)}`;
}

/** Replaces the picture for someone who cannot see it. */
export function altText(scene: Scene): string {
  const { best, shown, page, explanation, scale } = scene;
  const { data, rows, columns, description } = shown.map;
  const painted = data.reduce((n, v) => n + (v >= scale.threshold ? 1 : 0), 0);
  const places = best
    .slice(0, 3)
    .map((p) => `row ${p.row} column ${p.column} (${reading(p.value, description)})`);
  return `${capital(mapTitle(description))} of ${shown.label} for the query “${printable(explanation.query.text)}” on ${pageName(page)}, ${rows} rows by ${columns} columns of patches. ${description.similarity ? "Strongest" : "Highest"}: ${places.join("; ")}. ${painted} of ${data.length} patches are at or above ${reading(scale.threshold, description)}.`;
}

export function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
