import type { AttentionStage } from "../data/attention-map.js";
import { isAttention, isOverUniform, isRollout } from "../data/attention-quantities.js";
import { type AttentionReading, canDivide, layerIndex, readingMap } from "../data/attention-reading.js";
import { layerOf } from "../data/layers.js";
import type { LensView } from "../data/lens-state.js";
import type { Quantity } from "../data/quantities.js";
import type { Explanation, Layer, LayerMap } from "../data/vocabulary.js";
import { aggregate, tokenMap, topPatches, wordMap } from "../interaction/maxsim.js";
import { type Selection, type Shown, scopeTokens, tokenSelection, wordSelection } from "./view-selection.js";

type Read = Pick<Explanation, "attention">;
type Patch = { row: number; column: number };

/** The stage that a view shows: its own, else the language model where that was read. */
export function stageShown({ attention = [] }: Read, { stage }: Pick<LensView, "stage">): AttentionStage {
  if (stage) return stage;
  return attention.some((reading) => reading.stage === "language") || attention.length === 0
    ? "language"
    : attention[0].stage;
}

/** A reading of the stage, any patch's: what layers and heads there are; null where there is none. */
export function readingIn({ attention = [] }: Read, stage: AttentionStage): AttentionReading | null {
  return attention.findLast((reading) => reading.stage === stage) ?? null;
}

/** What is selected, for which one patch stands. */
export type PatchOf = Pick<Selection, "token" | "word"> & Partial<Pick<LensView, "region">>;

/**
 * The patch whose attention a view asks for: the one that is locked, else the best patch of the token, of the word, or of all words.
 */
export function attentionPatch(explanation: Explanation, { token, word, region }: PatchOf): Patch {
  if (region && region.rows * region.columns === 1 && region.side !== "b")
    return { row: region.row, column: region.column };
  const { maps, query } = explanation;
  const map =
    token !== null
      ? tokenMap(maps, token)
      : word !== null
        ? wordMap(maps, query.words[word].tokens)
        : aggregate(maps, "max", scopeTokens(explanation, "words"));
  const [{ row, column }] = topPatches(map, 1);
  return { row, column };
}

/** The reading that a view asks for; null where that patch was not read in that stage. */
export function readingFor(
  explanation: Explanation,
  view: PatchOf & Pick<LensView, "stage">,
): AttentionReading | null {
  const stage = stageShown(explanation, view);
  const { row, column } = attentionPatch(explanation, view);
  const { attention = [] } = explanation;
  return attention.find((one) => one.stage === stage && one.row === row && one.column === column) ?? null;
}

/** What a view says of attention. */
export type AttentionView = Pick<LensView, "quantity"> & Partial<Pick<LensView, "stage" | "layer" | "head">>;

/** A map of a reading as a view asks for it. What is over uniform attention is plain where that cannot be divided out. */
function mapOf(reading: AttentionReading, grid: Explanation["grid"], view: AttentionView) {
  const rollout = isRollout(view.quantity) && reading.isRolledOut;
  const { layers } = reading;
  // Another page's model may have fewer of them.
  const has = view.layer != null && layers[view.layer]?.missing === null;
  const layer = layerIndex(reading, { layer: has ? view.layer : null });
  const head = !rollout && view.head != null && view.head < layers[layer].heads ? view.head : null;
  const choice = { layer: rollout ? null : layer, head, rollout };
  return readingMap(reading, grid, {
    ...choice,
    overUniform: isOverUniform(view.quantity) && canDivide(reading, choice),
  });
}

/**
 * The maps that a view has of a quantity beside cosines: of attention, in its stage, layer and head, a map of each word and token
 * whose best patch was read, and one of the patch that is best for all words. Null where there are none.
 */
export function layerIn(
  explanation: Pick<Explanation, "layers" | "attention" | "query" | "grid" | "maps">,
  view: AttentionView,
): Layer | null {
  const { attention = [], query, grid } = explanation;
  if (!isAttention(view.quantity) || attention.length === 0) return layerOf(explanation, view.quantity);
  const subjects: { of: LayerMap["of"]; index: number; select: PatchOf }[] = [
    { of: "query", index: 0, select: { token: null, word: null } },
    ...query.words.map(({ index }) => ({ of: "word" as const, index, select: { token: null, word: index } })),
    ...query.tokens.map(({ index }) => ({
      of: "token" as const,
      index,
      select: { token: index, word: null },
    })),
  ];
  let quantity: Quantity | null = null;
  const maps = subjects.flatMap(({ of, index, select }): LayerMap[] => {
    // The only token of a word stands for the word.
    const word = of === "token" ? query.tokens[index].word : null;
    if (word !== null && query.words[word].tokens.length === 1) return [];
    const reading = readingFor(explanation as Explanation, { stage: null, ...view, ...select });
    if (!reading) return [];
    const map = mapOf(reading, grid, view);
    quantity ??= map.description;
    return [{ of, index, data: map.data, note: map.note }];
  });
  return quantity && { quantity, maps };
}

/**
 * The map of the patch that a view asks for; of any that was read where that one was not: then it is said to be wider, as it is
 * not what was asked for. Null where none was read.
 */
export function attentionShown(explanation: Explanation, asked: Selection): Shown | null {
  const { attention = [], grid } = explanation;
  const view = { stage: null, region: null, ...asked };
  const own = readingFor(explanation, view);
  const reading = own ?? readingIn(explanation, stageShown(explanation, view)) ?? attention.at(-1);
  if (!reading) return null;
  const map = mapOf(reading, grid, view);
  const named = own && !view.region ? selected(explanation, view) : ofPatch(explanation, view, reading);
  return { ...named, map, wider: own === null, note: map.note };
}

function selected(explanation: Explanation, view: Selection): Omit<Shown, "map" | "wider"> {
  const { query } = explanation;
  if (view.token !== null) return tokenSelection(query, view.token);
  if (view.word !== null) return wordSelection(query, view.word);
  const tokens = scopeTokens(explanation, view.scope);
  return { kind: "aggregate", label: "the patch that matches best", aggregate: null, tokens };
}

function ofPatch(
  explanation: Explanation,
  { scope }: Selection,
  { row, column }: AttentionReading,
): Omit<Shown, "map" | "wider"> {
  const tokens = scopeTokens(explanation, scope);
  return { kind: "aggregate", label: `the patch at row ${row}, column ${column}`, aggregate: null, tokens };
}
