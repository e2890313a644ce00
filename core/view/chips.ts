import { max } from "d3-array";
import type { LensExplanation, LensView } from "../data/lens-state.js";
import { printable } from "../data/printable.js";
import { COSINE_QUANTITY, type Quantity } from "../data/quantities.js";
import type { Explanation, TokenKind } from "../data/vocabulary.js";
import { type Chance, chanceOf } from "../interaction/chance.js";
import { shown } from "./shown.js";
import type { Shown } from "./view-selection.js";

/** What a person points at to see a map: all words, one word, one token. */
export interface Chip {
  kind: "all" | "word" | TokenKind;
  label: string;
  /** What selecting it sets. */
  select: Pick<LensView, "token" | "word">;
  /** Highest cell of its map: the number and bar on the chip; null where the quantity has no map of it. */
  value: number | null;
  /** What that is the number of; the baseline is not subtracted from it. */
  quantity: Quantity;
  /** Its part of the page score: sum of `best` over its tokens. */
  contribution: number;
  /** How its value compares with control queries; null for all words together, for what is no similarity, or where it was not measured. */
  chance: Chance | null;
  /** True when a token of it matches best outside the image, where no map of cosines shows it. */
  offImage: boolean;
  /** Sub-tokens of a word that has several. */
  parts: Chip[];
}

export function chips(explanation: LensExplanation, view: LensView): Chip[] {
  const { tokens, words } = explanation.query;
  const chip = (kind: Chip["kind"], label: string, select: Chip["select"], parts: Chip[] = []): Chip => {
    const of = shown(explanation, { ...view, ...select, region: null, chance: "marked" });
    const bests = of.tokens.map((t) => explanation.maxsim.tokens[t]);
    return {
      kind,
      label: printable(label, 60),
      select,
      value: of.wider ? null : (max(of.map.data) as number),
      quantity: of.map.description,
      contribution: bests.reduce((sum, b) => sum + b.best, 0),
      chance: chanceOf(explanation, of),
      offImage: of.map.description.similarity && bests.some((b) => b.offImage),
      parts,
    };
  };
  const single = (t: number) => chip(tokens[t].kind, tokens[t].text, { token: t, word: tokens[t].word });
  const all = chip("all", "all", { token: null, word: null });
  // In the order of the sequence; a word stands where its first token does.
  const rest = tokens.flatMap((t): Chip[] => {
    if (t.word !== null) {
      const word = words[t.word];
      if (word.tokens[0] !== t.index) return [];
      const token = word.tokens.length === 1 ? t.index : null;
      const parts = token === null ? word.tokens.map(single) : [];
      return [chip("word", word.text, { token, word: t.word }, parts)];
    }
    return view.scope === "all" || words.length === 0 ? [single(t.index)] : [];
  });
  return [all, ...rest];
}

/** A chip of something that the quantity has a map of. */
export type NumberedChip = Chip & { value: number };

export function hasNumber(chip: Chip): chip is NumberedChip {
  return chip.value !== null;
}

/** Chance of a token's map of cosines, or of a word's by its index; null where it was not measured. */
export function selectionChance(explanation: Explanation, select: Partial<Chip["select"]>): Chance | null {
  const view = { token: null, word: null, scope: "all", aggregate: "max", chance: "marked" } as const;
  return chanceOf(explanation, shown(explanation, { ...view, ...select, quantity: COSINE_QUANTITY.name }));
}

/** The least and the greatest chance level of what is shown: a word's or token's own, of several together those of all words. */
export function chanceLevels(explanation: Explanation, of: Shown): [number, number] | null {
  const levels =
    of.kind === "aggregate"
      ? explanation.query.words.map(({ index }) => selectionChance(explanation, { word: index })?.level)
      : [chanceOf(explanation, of)?.level];
  const known = levels.filter((level) => typeof level === "number");
  return known.length > 0 ? [Math.min(...known), Math.max(...known)] : null;
}

/**
 * Whether chance was measured for what is shown, the word, the token, or of several together every word, and nothing of it is
 * beyond.
 */
export function isNothingBeyond(explanation: Explanation, { kind, tokens, map }: Shown): boolean {
  if (!map.description.similarity || kind === "difference") return false;
  const { query } = explanation;
  const own: Partial<Chip["select"]>[] =
    kind === "token"
      ? [{ token: tokens[0] }]
      : kind === "word"
        ? [{ word: query.tokens[tokens[0]].word }]
        : query.words.map(({ index }) => ({ word: index }));
  const judged = own
    .map((select) => selectionChance(explanation, select))
    .filter((chance) => chance !== null && chance.level !== null);
  return judged.length > 0 && judged.every((chance) => !chance?.beyond);
}

/** What the kinds of tokens contribute to the page score; adds up to it. */
export function shares(explanation: LensExplanation): Record<TokenKind, number> {
  const out: Record<TokenKind, number> = { word: 0, prefix: 0, special: 0, augmentation: 0 };
  explanation.query.tokens.forEach((t, i) => {
    out[t.kind] += explanation.maxsim.tokens[i].best;
  });
  return out;
}
