import type { ModelTokenizer } from "./tokenizer.js";

/** Half-open range of UTF-16 positions in the text that was tokenised; empty for a token that stands for none of it. */
export interface Span {
  start: number;
  end: number;
}

const encoder = new TextEncoder();
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

export interface Alignment {
  /** One a token. */
  spans: Span[];
  /** For each UTF-16 position of the text what stands for its character. */
  seen: Uint8Array;
}

/** No token: the tokenizer dropped it. */
export const DROPPED = 0;
export const SEEN = 1;
/** The token that stands for whatever is not in the vocabulary. */
export const UNKNOWN = 2;

/**
 * Which characters of the text each token stands for. The tokenizer gives no offsets, so its tokens are laid along the
 * normalised text in order; characters that it dropped are skipped.
 */
export function alignTokens(text: string, ids: readonly number[], tokenizer: ModelTokenizer): Alignment {
  const { bytes, start, end } = normalisedBytes(text, tokenizer);
  const spans: (Span | null)[] = [];
  const seen = new Uint8Array(text.length);
  let at = 0;
  for (const id of ids) {
    const surface = tokenizer.surface(id);
    const needle = surface ? surface.bytes : encoder.encode(tokenizer.textOf(id));
    // A special token stands right here (or behind white space that it swallows), or the template added it.
    const until = surface ? bytes.length : skipSpace(bytes, at) + 1;
    const found = needle.length === 0 ? -1 : indexOf(bytes, needle, at, until);
    if (found < 0) {
      spans.push(null);
      continue;
    }
    at = found + needle.length;
    spans.push({ start: start[found], end: end[at - 1] });
    for (let b = found; b < at; b++) seen.fill(SEEN, start[b], end[b]);
  }
  return { spans: fillGaps(spans, text, ids, tokenizer, seen), seen };
}

/** Unknown tokens share the characters between their neighbours; special tokens that the template added take none. */
function fillGaps(
  spans: (Span | null)[],
  text: string,
  ids: readonly number[],
  tokenizer: ModelTokenizer,
  seen: Uint8Array,
): Span[] {
  const isAdded = (i: number) => tokenizer.isSpecial(ids[i]) && !isUnknown(tokenizer, ids[i]);
  const filled: Span[] = [];
  while (filled.length < spans.length) {
    const i = filled.length;
    const last = filled.at(-1)?.end ?? 0;
    const span = spans[i];
    if (span || isAdded(i)) {
      filled.push(span ?? { start: last, end: last });
      continue;
    }
    let count = 1;
    while (i + count < spans.length && !spans[i + count] && !isAdded(i + count)) count++;
    const next = spans.slice(i + count).find((s) => s)?.start ?? text.length;
    const shares = share(text, { start: last, end: Math.max(last, next) }, count, tokenizer);
    for (const [k, { start, end }] of shares.entries())
      seen.fill(tokenizer.surface(ids[i + k]) ? SEEN : UNKNOWN, start, end);
    filled.push(...shares);
  }
  return filled;
}

/** Parts of a gap for `count` tokens: its words in order, without those that the tokenizer leaves nothing of. */
function share(text: string, gap: Span, count: number, tokenizer: ModelTokenizer): Span[] {
  const words = Array.from(text.slice(gap.start, gap.end).matchAll(/\S+/g), ({ 0: word, index }) => {
    const start = gap.start + index;
    return { start, end: start + word.length, tokens: tokenizer.encode(word, false).ids.length };
  }).filter(({ tokens }) => tokens > 0);
  const owners = words.flatMap(({ start, end, tokens }) =>
    Array.from({ length: tokens }, () => ({ start, end })),
  );
  if (owners.length === count) return owners;
  if (words.length === 0) return Array.from({ length: count }, () => ({ start: gap.start, end: gap.start }));
  // Alone the words have other tokens than in their place: an equal share for each.
  return Array.from({ length: count }, (_, k) => {
    const first = Math.floor((k * words.length) / count);
    const end = Math.max(first + 1, Math.floor(((k + 1) * words.length) / count));
    return { start: words[first].start, end: words[end - 1].end };
  });
}

const isUnknown = (tokenizer: ModelTokenizer, id: number): boolean => /unk/i.test(tokenizer.textOf(id));

/** The normalised text as UTF-8, each byte with the range of the original that it came from. */
function normalisedBytes(text: string, tokenizer: ModelTokenizer) {
  const bytes: number[] = [];
  const start: number[] = [];
  const end: number[] = [];
  for (const { segment, index } of graphemes.segment(text))
    for (const byte of encoder.encode(tokenizer.normalise(segment))) {
      bytes.push(byte);
      start.push(index);
      end.push(index + segment.length);
    }
  return { bytes, start, end };
}

function skipSpace(bytes: number[], from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 10) at++;
  return at;
}

function indexOf(bytes: number[], needle: Uint8Array, from: number, until: number): number {
  for (let at = from; at < until && at + needle.length <= bytes.length; at++) {
    let i = 0;
    while (i < needle.length && bytes[at + i] === needle[i]) i++;
    if (i === needle.length) return at;
  }
  return -1;
}
