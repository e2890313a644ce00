import { type Query, type QueryWord, randomNumbers, randomOrder } from "../../core/index.js";
import { CONTROL_WORDS } from "./control-words.js";
import { type Language, languageOfQuery } from "./likely-language.js";
import type { Model } from "./model.js";

/** Change the name with the words or with the way that they are chosen. */
export const MATCHED_LIST = "matched@1";
/** Of the order in which the words are drawn. */
export const MATCHED_SEED = 1;
/** Controls of a kind of word: p comes down to 1 / 301, and they are some 6 % of the English words. */
const CONTROLS = 300;
/** Words a control query: what people ask has a few, and a query costs much the same however many it has. */
const WORDS_A_QUERY = 6;

/** A kind of word, alike in what chance depends on. */
export interface WordKind {
  key: string;
  /** "English, 5 or 6 letters, 2 tokens" */
  about: string;
  language: Language;
  /** Letters, from and to. */
  letters: readonly [number, number];
  tokens: number;
  /** How it is written. */
  form: "lower" | "title" | "upper";
  /** Of a code or number: its characters, each digit as 9 and each letter as a or A; null for a word. */
  shape: string | null;
}

/** Control queries of a kind of word, in the order drawn. */
export interface Controls {
  queries: readonly string[];
}

const BANDS: readonly (readonly [number, number])[] = [
  [1, 4],
  [5, 6],
  [7, 8],
  [9, 11],
  [12, 30],
];
/** Beyond that all are taken as alike: there are few. */
const MOST_TOKENS = 8;
/** A difference of a token counts as much as so many letters. */
const LETTERS_A_TOKEN = 2;

const names = new Intl.DisplayNames("en", { type: "language" });

/**
 * The kind of each word of a query.
 * @param page language of the page that it is asked of, or null where it is not known
 */
export function wordKinds(model: Model, query: Query, page: Language | null): WordKind[] {
  const language = languageOfQuery(query.text, page);
  return query.words.map((word) => kindOf(model, word, language));
}

function kindOf(model: Model, { text, tokens: { length } }: QueryWord, language: Language): WordKind {
  const tokens = Math.min(length, MOST_TOKENS);
  const characters = Array.from(text);
  const parts = `${tokens} ${tokens === 1 ? "token" : "tokens"}`;
  if (/\p{N}/u.test(text)) {
    const shape = characters.map(shapeOf).join("");
    const about = `codes and numbers like ${shape}, ${parts}`;
    return { key: about, about, language, letters: [0, 0], tokens, form: "lower", shape };
  }
  const letters = BANDS.find(([, to]) => characters.length <= to) ?? BANDS[BANDS.length - 1];
  const form = formOf(model, text);
  const length_ = letters[1] === 30 ? "12 or more" : letters[0] === 1 ? "up to 4" : `${letters.join(" to ")}`;
  const written = { lower: "", title: ", with a capital", upper: ", in capitals" }[form];
  const about = `${names.of(language)}, ${length_} letters, ${parts}${written}`;
  return { key: `${language} ${about}`, about, language, letters, tokens, form, shape: null };
}

/** A tokenizer that sees no capitals has one form. */
function formOf(model: Model, text: string): WordKind["form"] {
  const lower = text.toLowerCase();
  if (text === lower || sameTokens(model, text, lower)) return "lower";
  return text === text.toUpperCase() && text.length > 1 ? "upper" : "title";
}

function sameTokens(model: Model, a: string, b: string): boolean {
  const ids = (text: string) => model.tokenize(text).tokens.map((token) => token.id);
  return String(ids(a)) === String(ids(b));
}

const shapeOf = (character: string) =>
  /\p{N}/u.test(character)
    ? "9"
    : /\p{Lu}/u.test(character)
      ? "A"
      : /\p{L}/u.test(character)
        ? "a"
        : character;

const drawn = new WeakMap<Model, Map<string, Controls>>();

/** The control queries of a kind of word: those nearest to it in tokens and letters, of a vocabulary in an order drawn by a seed. */
export function controlsOf(model: Model, kind: WordKind): Controls {
  const ofModel = drawn.get(model) ?? new Map<string, Controls>();
  drawn.set(model, ofModel);
  let controls = ofModel.get(kind.key);
  if (!controls) {
    const words = kind.shape === null ? nearest(model, kind) : codes(model, kind.shape);
    const queries: string[] = [];
    for (let i = 0; i < words.length; i += WORDS_A_QUERY)
      queries.push(words.slice(i, i + WORDS_A_QUERY).join(" "));
    controls = { queries };
    ofModel.set(kind.key, controls);
  }
  return controls;
}

function nearest(model: Model, kind: WordKind): string[] {
  const [from, to] = kind.letters;
  const found: { word: string; far: number }[] = [];
  let exact = 0;
  for (const word of vocabulary(kind.language)) {
    const { length } = Array.from(word);
    const letters = Math.max(0, from - length, length - to);
    const tokens = tokensOf(model, written(word, kind.form));
    if (tokens === null) continue;
    const far = letters + LETTERS_A_TOKEN * Math.abs(Math.min(tokens, MOST_TOKENS) - kind.tokens);
    found.push({ word: written(word, kind.form), far });
    if (far === 0) exact += 1;
    if (exact === CONTROLS) break;
  }
  // Sorting keeps the order drawn among those as far.
  return found
    .sort((a, b) => a.far - b.far)
    .slice(0, CONTROLS)
    .map(({ word }) => word);
}

function codes(model: Model, shape: string): string[] {
  const random = randomNumbers(MATCHED_SEED);
  const pick = (of: string) => of[Math.floor(random() * of.length)];
  const found = new Set<string>();
  // A shape such as "9" has few codes.
  for (let tries = 0; found.size < CONTROLS && tries < 4 * CONTROLS; tries++) {
    const code = Array.from(shape, (c) =>
      c === "9"
        ? pick("0123456789")
        : c === "a"
          ? pick(LETTERS)
          : c === "A"
            ? pick(LETTERS.toUpperCase())
            : c,
    ).join("");
    if (tokensOf(model, code) !== null) found.add(code);
  }
  return [...found];
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

const counted = new WeakMap<Model, Map<string, number | null>>();

/** How many tokens stand for it, or null where the model does not see all of it; counted once. */
function tokensOf(model: Model, word: string): number | null {
  const counts = counted.get(model) ?? new Map<string, number | null>();
  counted.set(model, counts);
  let count = counts.get(word);
  if (count === undefined) {
    count = countTokens(model, word);
    counts.set(word, count);
  }
  return count;
}

function countTokens(model: Model, word: string): number | null {
  try {
    const { words, dropped } = model.tokenize(word);
    return words.length === 1 && dropped.length === 0 ? words[0].tokens.length : null;
  } catch {
    // It knows nothing of the word.
    return null;
  }
}

function written(word: string, form: WordKind["form"]): string {
  if (form === "upper") return word.toUpperCase();
  return form === "title" ? word[0].toUpperCase() + word.slice(1) : word;
}

const shuffled = new Map<Language, string[]>();

function vocabulary(language: Language): string[] {
  let words = shuffled.get(language);
  if (!words) {
    const all = CONTROL_WORDS[language].split(" ");
    words = Array.from(randomOrder(all.length, MATCHED_SEED), (i) => all[i]);
    shuffled.set(language, words);
  }
  return words;
}
