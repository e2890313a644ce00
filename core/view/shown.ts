import { isAttention } from "../data/attention-quantities.js";
import { layerOf } from "../data/layers.js";
import { COSINE_ABOVE_BASELINE, COSINE_QUANTITY } from "../data/quantities.js";
import type { Aggregate, Explanation } from "../data/vocabulary.js";
import { aboveBaseline } from "../interaction/chance.js";
import { aggregate, tokenMap, wordMap } from "../interaction/maxsim.js";
import { attentionShown } from "./attention-shown.js";
import { layerShown } from "./layer-shown.js";
import { type Selection, type Shown, scopeTokens, tokenSelection, wordSelection } from "./view-selection.js";

const cache = new WeakMap<Explanation, Map<string, Shown>>();

/** The map that the view's selection stands for, of the view's quantity: a token, else a word, else the aggregate. */
export function shown(explanation: Explanation, view: Selection): Shown {
  const maps = cache.get(explanation) ?? new Map<string, Shown>();
  cache.set(explanation, maps);
  const key = selectionKey(view);
  const of = maps.get(key) ?? shownNow(explanation, view);
  maps.set(key, of);
  return of;
}

function shownNow(explanation: Explanation, view: Selection): Shown {
  const ofPatch = isAttention(view.quantity) ? attentionShown(explanation, view) : null;
  if (ofPatch) return ofPatch;
  const layer = layerOf(explanation, view.quantity);
  return layer ? layerShown(explanation, layer, view) : cosinesShown(explanation, view);
}

function selectionKey({ quantity, token, word, scope, aggregate, chance, ...of }: Selection): string {
  const { stage = null, layer = null, head = null, region = null } = isAttention(quantity) ? of : {};
  const which = JSON.stringify([stage, layer, head, region]);
  const what = `${quantity}${chance === "subtracted" ? " less baseline" : ""} ${which}`;
  if (token !== null) return `token ${token} ${what}`;
  return `${word !== null ? `word ${word}` : `${aggregate} ${scope}`} ${what}`;
}

function cosinesShown(explanation: Explanation, view: Selection): Shown {
  const { query } = explanation;
  // Winners add up to the score, which has nothing subtracted.
  const winners = view.token === null && view.word === null && view.aggregate === "winner";
  const less = view.chance === "subtracted" && explanation.baseline !== null && !winners;
  const maps = less ? aboveBaseline(explanation) : explanation.maps;
  const quantity = less ? COSINE_ABOVE_BASELINE : COSINE_QUANTITY;
  if (view.token !== null)
    return {
      ...tokenSelection(query, view.token),
      map: tokenMap(maps, view.token).as(quantity),
      wider: false,
    };
  if (view.word !== null) {
    const word = wordSelection(query, view.word);
    return { ...word, map: wordMap(maps, word.tokens).as(quantity), wider: false };
  }
  const tokens = scopeTokens(explanation, view.scope);
  return {
    kind: "aggregate",
    label: `${AGGREGATE_LABELS[view.aggregate]} ${scopeLabel(explanation, tokens)}`,
    aggregate: view.aggregate,
    tokens,
    map: winners ? aggregate(maps, "winner", tokens) : aggregate(maps, view.aggregate, tokens).as(quantity),
    wider: false,
  };
}

const AGGREGATE_LABELS: Record<Aggregate, string> = {
  max: "maximum over",
  mean: "mean over",
  winner: "MaxSim winners of",
};

function scopeLabel(explanation: Explanation, tokens: number[]): string {
  const { tokens: all, words } = explanation.query;
  const onlyWords = tokens.length < all.length || all.every((t) => t.kind === "word");
  const [n, noun] = onlyWords && words.length > 0 ? [words.length, "word"] : [tokens.length, "token"];
  return n === 1 ? `the only ${noun}` : `all ${n} ${noun}s`;
}
