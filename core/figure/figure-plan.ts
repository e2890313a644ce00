import { explanationOf } from "../data/explanation-of.js";
import type { LensState } from "../data/lens-state.js";
import { printable } from "../data/printable.js";
import { mapTitle, reading } from "../data/quantities.js";
import {
  altText,
  capital,
  caption,
  howToRead,
  pageName,
  provenanceLine,
  sceneName,
} from "../scene/caption.js";
import { comparison } from "../scene/comparison.js";
import { finding, hitPlace, unseen } from "../scene/finding.js";
import { type ColourScale, describeScale } from "../scene/scale.js";
import { type Scene, scene } from "../scene/scene.js";
import { nearestHit } from "../scene/scene-hits.js";
import { chips, hasNumber, isNothingBeyond } from "../view/chips.js";
import { type HeadMap, headName, headsInView, MOST_MAPS } from "../view/head-maps.js";

/** One page in a figure. */
export interface FigurePanel {
  scene: Scene;
  /** What the panel is called; nothing where there is only one. */
  name: string;
  /** The number beside the name, where panels are words. */
  value: string;
  /** Whether its strongest match is off the image, which a star says. */
  offImage: boolean;
}

/** What a figure consists of, before anything has a place: what is in view, as one page, as A and B, or as a map a word. */
export interface FigurePlan {
  kind: "single" | "pair" | "multiples";
  /** What was asked, on top: `“peak load”`, of a difference `“peak load” minus “wind”`. */
  title: string;
  panels: FigurePanel[];
  /** The panel whose scale the legend shows. */
  legend: FigurePanel;
  /** Of a difference, what is subtracted from what. */
  minuend?: Scene;
  subtrahend?: Scene;
  /** Words that found no room. */
  left: number;
  /** Of attention the panels are heads, each on its own scale; so many of them make a row where they fit. */
  heads?: number;
}

const MOST_PANELS = MOST_MAPS;

/** Decides what a figure of a state shows, as the viewer does. The state must have been validated. */
export function figurePlan(state: Pick<LensState, "data" | "view">): FigurePlan {
  const several = state.view.layout === "multiples" ? multiples(state) : null;
  // A quantity may have a map of the whole query only.
  if (several && several.panels.length > 1) return several;
  const a = scene(state);
  const b = comparison(state, a);
  if (b) {
    const [nameA, nameB] = namesApart(a, b);
    const panels = [
      { scene: a, name: `A: ${nameA}`, ...UNNUMBERED },
      { scene: b, name: `B: ${nameB}`, ...UNNUMBERED },
    ];
    return { kind: "pair", title: quoted(a), panels, legend: panels[0], left: 0 };
  }
  const panel = { scene: a, name: "", ...UNNUMBERED };
  const plan: FigurePlan = {
    kind: "single",
    title: titleOf(state, a),
    panels: [panel],
    legend: panel,
    left: 0,
  };
  if (a.shown.kind !== "difference") return plan;
  const apart = { ...state, view: { ...state.view, difference: false } };
  const minuend = scene(apart);
  return { ...plan, minuend, subtrahend: comparison(apart, minuend) ?? minuend };
}

const UNNUMBERED = { value: "", offImage: false };

function titleOf({ data, view }: Pick<LensState, "data" | "view">, a: Scene): string {
  if (a.shown.kind !== "difference" || view.compare === null) return quoted(a);
  const explanation = explanationOf(data, view.compare);
  return namesApart(a, { explanation, page: data.pages[explanation.page] }).join(" minus ");
}

function quoted({ explanation }: Pick<Scene, "explanation">): string {
  return `“${printable(explanation.query.text, 300)}”`;
}

type Named = Pick<Scene, "explanation" | "page">;

/** What tells two scenes apart: the queries, the pages or the models, whichever differ. */
function namesApart(a: Named, b: Named): [string, string] {
  const parts = [
    quoted,
    (of: Named) => pageName(of.page),
    ({ explanation: { provenance } }: Named) =>
      `${printable(provenance.model.id, 40)}, ${printable(provenance.model.profile, 30)}`,
  ].filter((part) => part(a) !== part(b));
  const name = (of: Named) => (parts.length > 0 ? parts.map((part) => part(of)).join(" · ") : sceneName(of));
  return [name(a), name(b)];
}

function multiples({ data, view }: Pick<LensState, "data" | "view">): FigurePlan {
  const heads = headsInView(explanationOf(data, view.result), view);
  if (heads) return headsPlan({ data, view }, heads);
  const all = chips(explanationOf(data, view.result), view).filter(hasNumber);
  const panels = all.slice(0, MOST_PANELS).map((chip) => ({
    scene: scene({ data, view: { ...view, ...chip.select, compare: null } }),
    name: chip.label,
    value: `${reading(chip.value, chip.quantity)}${chip.offImage ? " *" : ""}`,
    offImage: chip.offImage,
  }));
  // The first is the aggregate, whose scale is another one where it holds sums.
  const title = quoted(panels[0].scene);
  return {
    kind: "multiples",
    title,
    panels,
    legend: panels[1] ?? panels[0],
    left: all.length - panels.length,
  };
}

function headsPlan({ data, view }: Pick<LensState, "data" | "view">, heads: readonly HeadMap[]): FigurePlan {
  // What a map points at is not the question here, and boxes would hide it.
  const plain = { ...view, compare: null, marks: { ...view.marks, hits: false } };
  const panels = heads.map((one) => ({
    scene: scene({ data, view: { ...plain, layer: one.layer, head: one.head } }),
    name: headName(one),
    value: `${(100 * one.offPage).toFixed(0)} % off`,
    offImage: false,
  }));
  const row = heads.filter(({ layer }) => layer === heads[0].layer).length;
  return {
    kind: "multiples",
    title: quoted(panels[0].scene),
    panels,
    legend: panels[0],
    left: 0,
    heads: row,
  };
}

/** True for a panel that the legend does not speak for. */
export function hasOwnScale(plan: FigurePlan, { scene: { scale } }: FigurePanel): boolean {
  return plan.heads !== undefined || scaleKey(scale) !== scaleKey(plan.legend.scene.scale);
}

function scaleKey({ kind, domain, threshold, quantity }: ColourScale): string {
  return [kind, ...domain, threshold, quantity.name].join(" ");
}

/** What the figure shows, in few words: `“peak”`, `a map of each of 4 words`. */
export function figureLabel(plan: FigurePlan): string {
  const [{ scene: first }] = plan.panels;
  if (plan.heads) return `${first.shown.label} in ${headCount(plan)}`;
  return plan.kind === "multiples" ? `the query and each of its ${counted(plan)}` : first.shown.label;
}

/** Caption of a figure, also where it stands apart from it. */
export function figureCaption(plan: FigurePlan): string {
  const [{ scene: a }, second] = plan.panels;
  if (plan.minuend && plan.subtrahend) {
    const [one, two] = namesApart(plan.minuend, plan.subtrahend);
    return [
      `A: ${one}; B: ${two}${onPage(a, plan.subtrahend)}; A minus B.`,
      finding(a),
      ...howToRead(a, false),
    ].join(" ");
  }
  if (plan.kind === "single") return caption(a);
  const { query } = a.explanation;
  if (plan.kind === "pair") {
    const b = second.scene;
    const own = hasOwnScale(plan, second) ? [`B has its own scale: ${describeScale(b.scale)}.`] : [];
    const names = plan.panels.map(({ name }) => name).join("; ");
    return [`${names}${onPage(a, b)}.`, finding(a, b), ...own, ...howToRead(a, false)].join(" ");
  }
  if (plan.heads) return headsCaption(plan);
  const own = plan.panels.some((panel) => hasOwnScale(plan, panel))
    ? "Where the scale is another than the legend’s, its range stands under the map."
    : "All maps have the same scale.";
  const { quantity } = plan.legend.scene.scale;
  return [
    `One map for each of ${counted(plan)} of the query “${printable(query.text)}” on ${pageName(a.page)}, the number is its highest ${quantity.noun}.`,
    `${quantity.similarity ? "Strongest" : "Highest"}: ${bests(plan, 12)}.${rest(plan)} ${own}`,
    ...howToRead(plan.legend.scene),
  ].join(" ");
}

/** Of two pages each is named by itself. */
function onPage(a: Scene, b: Scene): string {
  return a.page === b.page ? ` on ${pageName(a.page)}` : "";
}

/** Where a figure comes from, in one line, or one for A and one for B. */
export function figureSource(plan: FigurePlan): string[] {
  const scenes = plan.kind === "pair" ? plan.panels.map(({ scene: of }) => of) : [plan.panels[0].scene];
  return Array.from(new Set(scenes.map(provenanceLine)));
}

/** Replaces the figure for someone who cannot see it. */
export function figureAlt(plan: FigurePlan): string {
  const [{ scene: first }] = plan.panels;
  if (plan.kind === "pair") {
    const [a, b] = plan.panels;
    return `A: ${altText(a.scene)} B: ${altText(b.scene)} ${finding(a.scene, b.scene)}`;
  }
  if (plan.kind === "single") return altText(first);
  const { description } = first.shown.map;
  const dropped = unseen(first.explanation);
  if (plan.heads) return headsCaption(plan);
  return `${capital(mapTitle(description))}s of ${figureLabel(plan)}, “${printable(first.explanation.query.text)}”, on ${pageName(first.page)}. ${description.similarity ? "Strongest" : "Highest"}: ${bests(plan, MOST_PANELS)}.${rest(plan)}${dropped && ` ${dropped}`}`;
}

/** What the figure is, as a title: `Similarity map of “peak”`. */
export function figureTitle(plan: FigurePlan): string {
  return `${capital(mapTitle(plan.panels[0].scene.shown.map.description))} of ${figureLabel(plan)}`;
}

/** Where the figure comes from, as JSON: one provenance block, or A's and B's. */
export function figureProvenance(plan: FigurePlan): string {
  const all = plan.kind === "pair" ? plan.panels : plan.panels.slice(0, 1);
  const blocks = all.map(({ scene: { explanation } }) => explanation.provenance);
  return JSON.stringify(blocks.length === 1 ? blocks[0] : blocks);
}

/** What a picture says of itself beside its pixels, by the keywords that image programs show. */
export function figureTexts(plan: FigurePlan): Record<string, string> {
  return {
    Title: figureTitle(plan),
    Description: figureAlt(plan),
    Comment: figureCaption(plan),
    Provenance: figureProvenance(plan),
  };
}

function headCount({ panels }: FigurePlan): string {
  return panels.length === 1 ? "one head" : `${panels.length} heads`;
}

function headsCaption(plan: FigurePlan): string {
  const [{ scene: first }] = plan.panels;
  const { explanation, shown, page } = first;
  const [, ...rest] = howToRead(first);
  const patch = shown.note?.split(";")[0] ?? "";
  return [
    `${capital(first.scale.quantity.noun)} ${patch} (${shown.label.startsWith("the patch at") ? "" : `${shown.label}; `}query “${printable(explanation.query.text)}”) on ${pageName(page)}: one map for each of ${headCount(plan)} of the ${shown.note?.split("; ")[1]?.split(",")[0] ?? "model"}.`,
    "Each has its own scale, from nothing to its largest share, which stands under it; the percentage is what goes to no patch.",
    ...rest,
  ].join(" ");
}

function counted({ panels, left }: FigurePlan): string {
  const count = panels.length - 1 + left;
  const noun = panels.slice(1).every(({ scene: { shown } }) => shown.kind === "word") ? "word" : "token";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function bests({ panels }: FigurePlan, most: number): string {
  const said = panels.slice(1, most + 1).map(({ scene: of }) => {
    const hit = of.hits[0] ?? nearestHit(of);
    const chance = isNothingBeyond(of.explanation, of.shown) ? ", no more than chance" : "";
    return `${of.shown.label} ${hitPlace(hit)} (${reading(hit.value, of.shown.map.description)}${chance})`;
  });
  const more = panels.length - 1 - said.length;
  return `${said.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function rest({ panels, left }: FigurePlan): string {
  return left > 0 ? ` The first ${panels.length - 1} are shown, ${left} are not.` : "";
}
