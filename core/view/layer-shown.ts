import type { PatchMap } from "../data/patch-map.js";
import type { Explanation, Layer, LayerMap } from "../data/vocabulary.js";
import { aggregate } from "../interaction/maxsim.js";
import { type Selection, type Shown, scopeTokens, tokenSelection, wordSelection } from "./view-selection.js";

/**
 * The map of a layer that a selection stands for. A layer need not have maps of everything: where there is none of the
 * token it is its word's, else that of the whole query, else what the maps that there are come to together.
 */
export function layerShown(explanation: Explanation, layer: Layer, view: Selection): Shown {
  const token = view.token === null ? null : tokenShown(explanation, layer, view.token);
  if (token) return token;
  const word = view.token === null ? view.word : explanation.query.tokens[view.token].word;
  const ofWord = word === null ? null : wordShown(explanation, layer, word);
  if (ofWord) return { ...ofWord, wider: view.token !== null };
  const wider = view.token !== null || view.word !== null;
  return { ...(queryShown(explanation, layer, view) ?? together(explanation, layer, view)), wider };
}

function tokenShown(explanation: Explanation, layer: Layer, index: number): Shown | null {
  const { query } = explanation;
  const own = mapsOf(layer, "token").find((map) => map.index === index);
  if (own)
    return {
      ...tokenSelection(query, index),
      map: combined(explanation, layer, [own]),
      wider: false,
      ...noteOf([own]),
    };
  // The only token of a word stands for the word.
  const { word } = query.tokens[index];
  return word !== null && query.words[word].tokens.length === 1 ? wordShown(explanation, layer, word) : null;
}

/** A word's own map, else the mean over its tokens where all of them have one. */
function wordShown(explanation: Explanation, layer: Layer, index: number): Shown | null {
  const word = wordSelection(explanation.query, index);
  const own = mapsOf(layer, "word").filter((map) => map.index === index);
  const parts = mapsOf(layer, "token").filter((map) => word.tokens.includes(map.index));
  if (own.length === 0 && parts.length < word.tokens.length) return null;
  const map = combined(explanation, layer, own.length > 0 ? own : parts, "mean");
  return { ...word, map, wider: false, ...noteOf(own) };
}

function noteOf(parts: readonly LayerMap[]): Pick<Shown, "note"> {
  const [{ note } = {}] = parts;
  return parts.length === 1 && note ? { note } : {};
}

function queryShown(explanation: Explanation, layer: Layer, { scope }: Selection): Shown | null {
  const own = mapsOf(layer, "query");
  return own.length === 0
    ? null
    : {
        kind: "aggregate",
        label: "the whole query",
        aggregate: null,
        tokens: scopeTokens(explanation, scope),
        map: combined(explanation, layer, own),
        wider: false,
        ...noteOf(own),
      };
}

/** The tokens in scope that have maps as one; without any the words that have, else whatever has. */
function together(explanation: Explanation, layer: Layer, view: Selection): Shown {
  const { words, tokens } = explanation.query;
  const scope = scopeTokens(explanation, view.scope);
  const inScope = mapsOf(layer, "token").filter(({ index }) => scope.includes(index));
  const ofWords = mapsOf(layer, "word");
  const [parts, count, noun] =
    inScope.length > 0
      ? [inScope, scope.length, "token"]
      : ofWords.length > 0
        ? [ofWords, words.length, "word"]
        : [layer.maps, tokens.length, "token"];
  const how = view.aggregate === "mean" ? "mean" : "max";
  const all = parts.length === count ? "all" : `${parts.length} of`;
  return {
    kind: "aggregate",
    label: `${how === "mean" ? "mean" : "maximum"} over ${count === 1 ? `the only ${noun}` : `${all} ${count} ${noun}s`}`,
    aggregate: how,
    tokens: parts.flatMap(({ of, index }) => (of === "word" ? words[index].tokens : [index])),
    map: combined(explanation, layer, parts, how),
    wider: false,
    ...noteOf(parts),
  };
}

function mapsOf({ maps }: Layer, of: LayerMap["of"]): LayerMap[] {
  return maps.filter((map) => map.of === of);
}

function combined(
  { grid: { rows, columns } }: Explanation,
  { quantity }: Layer,
  parts: readonly LayerMap[],
  how: "mean" | "max" = "max",
): PatchMap {
  const cells = rows * columns;
  const data = new Float32Array(parts.length * cells);
  for (const [i, part] of parts.entries()) data.set(part.data, i * cells);
  return aggregate({ kind: "maps", data, tokens: parts.length, rows, columns }, how).as(quantity);
}
