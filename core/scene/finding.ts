import { decimal, printable } from "../data/printable.js";
import { COSINE_QUANTITY, type Quantity, reading } from "../data/quantities.js";
import type { Explanation } from "../data/vocabulary.js";
import { topPatches } from "../interaction/maxsim.js";
import { chanceLevels, isNothingBeyond } from "../view/chips.js";
import { shown as shownOf } from "../view/shown.js";
import { type ComparedHit, comparedHits } from "./compared-hits.js";
import type { Scene } from "./scene.js";
import { nearestHit, type SceneHit } from "./scene-hits.js";

/**
 * What is seen, in one or two sentences and in printed words: under a lens, in captions and alternative texts.
 * @param other B of a comparison side by side
 */
export function finding(scene: Scene, other: Scene | null = null): string {
  if (other) return comparedFinding(scene, other);
  const { shown } = scene;
  if (shown.kind === "difference") return differenceFinding(scene.hits, scene);
  if (!shown.map.description.similarity) return quantityFinding(scene);
  if (isNothingBeyond(scene.explanation, shown)) return nothingFinding(scene);
  return shown.kind === "aggregate" ? queryFinding(scene) : wordFinding(scene);
}

/** What the model did not see of the query, as a sentence; empty where it saw all. */
export function unseen({ query }: Pick<Explanation, "query">): string {
  const words = query.dropped.slice(0, 5).map((word) => `“${printable(word, 30)}”`);
  const more = query.dropped.length > words.length ? " and more" : "";
  return words.length > 0 ? `The model does not see ${words.join(", ")}${more} of the query.` : "";
}

function queryFinding(scene: Scene): string {
  const { words } = scene.explanation.query;
  const first = strongest(scene);
  const best = words.filter(({ index }) => isBestAt(scene, index, first)).length;
  const all = words.length === 2 ? "both words" : `all ${words.length} words`;
  const which =
    words.length === 1 ? "the word" : best === words.length ? all : `${best} of ${words.length} words`;
  return `Strongest ${hitPlace(first)}${best > 0 ? `: the best match for ${which}` : ""}.`;
}

function isBestAt({ explanation }: Scene, word: number, { patches }: SceneHit): boolean {
  const { map } = shownOf(explanation, {
    token: null,
    word,
    quantity: COSINE_QUANTITY.name,
    scope: "all",
    aggregate: "max",
    chance: "marked",
  });
  const [{ row, column }] = topPatches(map, 1);
  return patches.some((patch) => patch.row === row && patch.column === column);
}

function wordFinding(scene: Scene): string {
  const { shown, explanation, hits } = scene;
  const first = strongest(scene);
  const value = reading(first.value, shown.map.description);
  const name = shown.kind === "token" ? `Token ${shown.label}` : shown.label;
  const more = hits.filter(({ small }) => !small).length - 1;
  const places = more === 1 ? "1 more place" : `${more} more places`;
  const rest = !first.beyond
    ? ""
    : more > 0
      ? ` ${places} beyond chance.`
      : " No other place is beyond chance.";
  const token =
    shown.kind === "token" || shown.tokens.length === 1 ? explanation.maxsim.tokens[shown.tokens[0]] : null;
  const outside = token?.offImage
    ? ` Its strongest match (cosine ${decimal(token.best)}) is outside the image, where no map can show it.`
    : "";
  return `${name} is strongest ${hitPlace(first)} (${value}).${rest}${outside}`;
}

function nothingFinding(scene: Scene): string {
  const { shown, explanation } = scene;
  const { inWords, value } = nearestHit(scene);
  const levels = chanceLevels(explanation, shown);
  const reach = levels === null ? "" : `; unrelated words reach ${decimal(levels[1])}`;
  const { length } = explanation.query.words;
  const who =
    shown.kind !== "aggregate"
      ? `${shown.kind === "token" ? "Token " : ""}${shown.label} is not`
      : length === 1
        ? "The word of this query is not"
        : "No word of this query is";
  return `${who} beyond chance on this page. Nearest: ${inWords} (${decimal(value)}${reach}).`;
}

function quantityFinding(scene: Scene): string {
  const { shown } = scene;
  const quantity = shown.map.description;
  const hit = strongest(scene);
  return `${capital(quantity.noun)}, ${shown.label}: highest ${hitPlace(hit)} (${reading(hit.value, quantity)}).${noted(shown)}`;
}

/** What else is said of the map, as a sentence with the space before it; empty where there is nothing. */
function noted({ note }: Scene["shown"]): string {
  return note ? ` ${capital(printable(note, 300))}.` : "";
}

function differenceFinding(hits: readonly (SceneHit | ComparedHit)[], scene: Scene): string {
  const quantity = scene.shown.map.description;
  const [first] = hits;
  // A difference of two pages has places of its own, not those of A and of B.
  if (first && "side" in first && first.a !== null && first.b !== null)
    return apart(first as Apart, quantity);
  if (quantity.similarity && hits.length === 0 && scene.explanation.baseline)
    return "Neither A nor B is beyond chance on this page.";
  const hit = nearestHit(scene);
  return `A less B is largest ${hitPlace(hit)} (${reading(hit.value, quantity)}).`;
}

type Apart = ComparedHit & { a: number; b: number };

function apart({ a, b, ...hit }: Apart, quantity: Quantity): string {
  return `They differ most ${hitPlace(hit)}: A ${reading(a, quantity)}, B ${reading(b, quantity)}.`;
}

function comparedFinding(a: Scene, b: Scene): string {
  const [first] = comparedHits(a, b);
  const scores = ` Page score A ${decimal(a.explanation.maxsim.score)}, B ${decimal(b.explanation.maxsim.score)}.`;
  if (first && first.a !== null && first.b !== null && a.shown.map.quantity === b.shown.map.quantity)
    return apart(first as Apart, a.shown.map.description) + scores;
  return `A: ${finding(a)} B: ${finding(b)}${scores}`;
}

/** `on “battery”, line 3`, `at the top right of the page`. */
export function hitPlace({ text, inWords }: Pick<SceneHit, "text" | "inWords">): string {
  return `${text !== "" || inWords.includes("picture") ? "on" : "at"} ${inWords}`;
}

/** The first place of the list, or where no patch is high enough for one, the highest. */
function strongest(scene: Scene): SceneHit {
  return scene.hits[0] ?? nearestHit(scene);
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
