import type { LensExplanation, LensPage, LensView } from "../data/lens-state.js";
import { PatchMap } from "../data/patch-map.js";
import { COSINE_QUANTITY } from "../data/quantities.js";
import { type Chance, chanceAt, chanceOf, justAbove } from "../interaction/chance.js";
import { type Hit, hits } from "../interaction/hits.js";
import { patchRect } from "../interaction/maxsim.js";
import { shown } from "../view/shown.js";
import type { Shown } from "../view/view-selection.js";
import { bare, type HitName, hitName } from "./hit-names.js";
import type { ColourScale } from "./scale.js";

/** A place of the page that what is shown points at. */
export interface SceneHit extends Omit<Hit, "line">, HitName {
  /** The words of the query that reach the level there, by index; none where it is of no word. */
  words: number[];
  /** How often unrelated words reach its value on this page (`p`); null where that was not measured, or is not known of the quantity. */
  chance: number | null;
  /** Whether that is less often than by chance. False where it was not measured: it is not judged. */
  beyond: boolean;
}

/** What of a scene says which hits there are. */
export interface HitSubject {
  explanation: LensExplanation;
  page: LensPage;
  view: LensView;
  shown: Shown;
  scale: ColourScale;
}

/** A map whose high places are hits, where it may have any. */
interface Source {
  shown: Shown;
  /** Index of the word of the query that it is of. */
  word: number | null;
  chance: Chance | null;
}

const found = new WeakMap<Shown, { level: number; hits: SceneHit[] }>();

/**
 * The places that a map points at. Of cosines these are patches at which a word is beyond chance, above the level of
 * that word, baseline subtracted or not; of several words together the patches of each, those first at which most words meet,
 * then by cosine. None where no word is beyond chance. Where chance was not measured, and for other quantities, the level is
 * the threshold of the view, else the middle of what the colours span.
 */
export function sceneHits(subject: HitSubject): SceneHit[] {
  const { explanation, shown: of } = subject;
  const sources = sourcesOf(explanation, of);
  const judged = sources.filter(({ chance }) => chance !== null && chance.level !== null);
  const beyond = judged.filter(({ chance }) => chance?.beyond);
  if (judged.length > 0 && beyond.length === 0) return [];
  const used = beyond.length > 0 ? beyond : sources;
  const levels = used.map(({ chance }) =>
    typeof chance?.level === "number" ? justAbove(chance.level) : unjudgedLevel(subject),
  );
  const level = Math.min(...levels);
  const known = found.get(of);
  if (known?.level === level) return known.hits;
  const all = placed(subject, used, levels);
  found.set(of, { level, hits: all });
  return all;
}

/** The highest place of what is shown, beyond chance or not; of several words together, of the best of them. */
export function nearestHit(subject: HitSubject): SceneHit {
  const sources = sourcesOf(subject.explanation, subject.shown);
  const [best] = sources.sort((a, b) => highest(b.shown) - highest(a.shown));
  return placed(subject, [best], [highest(best.shown)])[0];
}

/** Of a map of a word or token that one; of several together, each word. */
function sourcesOf(explanation: LensExplanation, of: Shown): Source[] {
  const { words, tokens } = explanation.query;
  const source = (what: Shown, word: number | null): Source => ({
    shown: what,
    word,
    chance: chanceOf(explanation, what),
  });
  const word = of.kind === "aggregate" ? null : tokens[of.tokens[0]].word;
  if (of.kind === "difference" || !of.map.description.similarity) return [source(of, word)];
  const cosines = (select: { token: number | null; word: number | null }) =>
    shown(explanation, {
      ...select,
      quantity: COSINE_QUANTITY.name,
      scope: "all",
      aggregate: "max",
      chance: "marked",
    });
  if (of.kind !== "aggregate")
    return [source(cosines({ token: of.kind === "token" ? of.tokens[0] : null, word }), word)];
  if (words.length === 0) return [source(cosines({ token: null, word: null }), null)];
  return words.map(({ index }) => source(cosines({ token: null, word: index }), index));
}

function unjudgedLevel({ explanation, shown: of, view, scale }: HitSubject): number {
  const { name, scale: kind, similarity } = of.map.description;
  // Threshold and number have to be of the same quantity, which cosines above the baseline are not.
  const isOwn = !similarity || name === COSINE_QUANTITY.name;
  if (view.color.threshold !== null && isOwn && kind === "sequential") return view.color.threshold;
  const [low, high] =
    kind === "diverging" ? [0, scale.domain[1]] : similarity ? explanation.domain : scale.domain;
  return (low + high) / 2;
}

/** @param levels of each source the value from which its patches are hot */
function placed(
  { explanation, page, shown: of }: HitSubject,
  sources: Source[],
  levels: number[],
): SceneHit[] {
  const isDiverging = of.map.description.scale === "diverging";
  const map = together(sources, levels, isDiverging);
  const patch = patchRect(map, 0, 0, page);
  const all = hits(map, Math.min(...levels), page, page.words ?? []).map((hit): SceneHit => {
    const here = sources.flatMap((source, i) => {
      const { map: own } = source.shown;
      const most = Math.max(...hit.patches.map(({ row, column }) => own.data[row * own.columns + column]));
      return most >= levels[i] ? [{ ...source, most }] : [];
    });
    const { row, column } = hit.patches[0];
    const value = isDiverging ? of.map.data[row * map.columns + column] : hit.value;
    const chances = here.flatMap(({ shown: own, most }) => chanceAt(explanation, own, most) ?? []);
    return {
      ...hit,
      text: bare(hit.text),
      value,
      ...hitName(hit, page, patch),
      words: here.flatMap(({ word }) => (word === null ? [] : [word])),
      chance: chances.length > 0 ? Math.min(...chances) : null,
      beyond: here.some(({ chance, most }) => chance?.beyond && most > (chance.level ?? most)),
    };
  });
  // Hits come by value already.
  all.sort((a, b) => Number(a.small) - Number(b.small) || b.words.length - a.words.length);
  return all.every(({ small }) => small) ? all.map((hit, i) => ({ ...hit, small: i >= SPOTS })) : all;
}

/** Where there is nothing else, the best spots without print are listed, too. */
const SPOTS = 5;

/** Of each patch the highest of the sources, where one is hot; of what goes to both sides, how far. */
function together(sources: Source[], levels: number[], isDiverging: boolean): PatchMap {
  const [{ map }] = sources.map((source) => source.shown);
  const cold = Math.min(...levels) - 1e-6;
  const data = map.data.map((_, cell) =>
    sources.reduce((most, source, i) => {
      const value = source.shown.map.data[cell];
      const far = isDiverging ? Math.abs(value) : value;
      return Math.max(most, far >= levels[i] ? far : Math.min(far, cold));
    }, Number.NEGATIVE_INFINITY),
  );
  return new PatchMap(data, map.rows, map.columns, map.description);
}

/** Of what goes to both sides, how far. */
function highest({ map }: Shown): number {
  const isDiverging = map.description.scale === "diverging";
  return map.data.reduce((most, value) => Math.max(most, isDiverging ? Math.abs(value) : value), -Infinity);
}
