import type { Query, QueryToken, QueryWord, TokenKind } from "../../core/index.js";
import type { PromptProfile } from "../families/family.js";
import { ModelError } from "../model-error.js";
import { alignTokens, DROPPED, SEEN, type Span } from "./align.js";
import type { ModelTokenizer } from "./tokenizer.js";

/** Longest query in tokens, prefix and augmentation included: a question, not a page. */
export const MAX_QUERY_TOKENS = 512;

/**
 * Wraps a query by the profile, tokenises it once, and tells which token belongs to which word.
 * @throws ModelError if the query is empty, too long, or holds the model's image token
 */
export function tokenizeQuery(
  text: string,
  tokenizer: ModelTokenizer,
  profile: PromptProfile,
  imageToken: string | null,
): Query {
  if (typeof text !== "string" || text.trim() === "")
    throw new ModelError("invalid query: it is empty, expected at least one word");
  if (imageToken && text.includes(imageToken))
    throw new ModelError(
      `invalid query: it contains ${imageToken}, which stands for a page in this model; leave it out`,
    );
  const { prefix, augmentation, augmentations, suffix, trimmed } = profile.query;
  const asked = trimmed ? text.trimEnd() : text;
  const whole = prefix + asked + augmentation.repeat(augmentations) + suffix;
  const { ids, tokens } = tokenizer.encode(whole, profile.template);
  if (ids.length > MAX_QUERY_TOKENS)
    throw new ModelError(
      `invalid query: ${ids.length} tokens (${text.trim().split(/\s+/).length} words), expected at most ${MAX_QUERY_TOKENS} tokens; ask a question or a phrase, not a page of text`,
    );
  const region = { start: prefix.length, end: prefix.length + asked.length };
  const augmented = region.end + augmentation.length * augmentations;
  return placedQuery(text, { whole, region, augmented }, { ids, tokens }, tokenizer);
}

/**
 * Which token belongs to which word of a query, of tokens that are there already.
 * @param wrapped the query as it was tokenised: in all, where in it the query lies, and where augmentation ends
 * @throws ModelError where no token stands for any of it
 */
export function placedQuery(
  text: string,
  { whole, region, augmented }: { whole: string; region: Span; augmented: number },
  { ids, tokens }: { ids: readonly number[]; tokens: readonly string[] },
  tokenizer: ModelTokenizer,
): Query {
  const asked = whole.slice(region.start, region.end);
  const { spans, seen } = alignTokens(whole, ids, tokenizer);
  const kinds = ids.map((id, i) => kindOf(id, spans[i], region, augmented, tokenizer));
  const marks = seen.subarray(region.start, region.end);
  const words = findWords(asked, marks, tokens, spans, kinds, region.start, tokenizer, ids);
  if (words.length === 0 || !marks.includes(SEEN))
    throw new ModelError(
      `invalid query: ${JSON.stringify(text)} has nothing that the tokenizer knows, expected at least one word or number`,
    );
  const wordOf = new Map(words.flatMap((word) => word.tokens.map((t) => [t, word.index])));
  const list: QueryToken[] = ids.map((id, index) => ({
    index,
    id,
    text: tokens[index],
    kind: kinds[index],
    word: wordOf.get(index) ?? null,
  }));
  return { kind: "query", text, tokens: list, words, dropped: findDropped(asked, marks) };
}

/** A token belongs where its last visible character lies: the space before a word may come from the prefix. */
function kindOf(
  id: number,
  span: Span,
  region: Span,
  augmented: number,
  tokenizer: ModelTokenizer,
): TokenKind {
  if (span.end === span.start) return "special";
  if (span.end <= region.start) return tokenizer.isSpecial(id) ? "special" : "prefix";
  if (span.start < region.end) return "word";
  return span.start < augmented ? "augmentation" : "special";
}

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/**
 * Words as a person reads them (Unicode word boundaries; punctuation and symbols are words of their own), joined where one
 * token, or a chain of sub-word tokens, covers several.
 */
function findWords(
  text: string,
  marks: Uint8Array,
  tokens: readonly string[],
  spans: readonly Span[],
  kinds: readonly TokenKind[],
  offset: number,
  tokenizer: ModelTokenizer,
  ids: readonly number[],
): QueryWord[] {
  const segments = segmentText(text)
    .filter((s) => marks.subarray(s.start, s.end).some((mark) => mark !== DROPPED))
    .map((s) => ({ start: s.start + offset, end: s.end + offset }));
  const groups: { start: number; end: number; tokens: number[] }[] = [];
  for (let t = 0; t < tokens.length; t++) {
    if (kinds[t] !== "word" || segments.length === 0) continue;
    const visible = segments.filter((s) => s.start < spans[t].end && s.end > spans[t].start);
    // A token of white space alone joins the word that follows it, or the last one.
    const covered =
      visible.length > 0 ? visible : [segments.find((s) => s.start >= spans[t].end) ?? segments.at(-1)!];
    const start = covered[0].start;
    const end = covered.at(-1)!.end;
    const last = groups.at(-1);
    if (last && (start < last.end || tokenizer.surface(ids[t])?.continues)) {
      last.end = Math.max(last.end, end);
      last.tokens.push(t);
    } else groups.push({ start, end, tokens: [t] });
  }
  return groups.map((g, index) => ({
    index,
    text: text.slice(g.start - offset, g.end - offset),
    tokens: g.tokens,
  }));
}

/** Marks that order a sentence and are no part of its words; what joins and shapes characters. */
const SENTENCE = "[\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Pc}\\p{Cf}\\p{M}.,;:!?…¡¿'\"·،؛؟。、]*";
const WORDS_OWN = new RegExp(`^${SENTENCE}(.*?)${SENTENCE}$`, "su");

/** Runs of characters that no token stands for, or only the one for what is unknown; punctuation of the sentence is no loss. */
function findDropped(text: string, marks: Uint8Array): string[] {
  const runs: string[] = [];
  let last = -1;
  for (const { 0: character, index } of text.matchAll(/\S/gu)) {
    if (marks[index] === SEEN) continue;
    if (index === last) runs[runs.length - 1] += character;
    else runs.push(character);
    last = index + character.length;
  }
  return runs.map((run) => WORDS_OWN.exec(run)![1]).filter((run) => run !== "");
}

function segmentText(text: string): Span[] {
  const spans: Span[] = [];
  for (const { segment, index } of segmenter.segment(text)) {
    if (segment.trim() === "") continue;
    const last = spans.at(-1);
    if (last?.end === index && belong(text.slice(last.start, last.end), segment))
      last.end = index + segment.length;
    else spans.push({ start: index, end: index + segment.length });
  }
  return spans;
}

/** Whether what stands right behind `word` is part of it: "..." and "++", "12.5%" and "3°", "$4.50"; not "%)". */
function belong(word: string, next: string): boolean {
  if (/^\p{Sc}$/u.test(word)) return /^\p{N}/u.test(next);
  if (/\p{N}$/u.test(word)) return /^[%‰°′″]$/u.test(next);
  return /^[^\p{L}\p{N}]/u.test(next) && word.endsWith(next);
}
