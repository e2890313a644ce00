import type { ModelTokenizer } from "./tokenizer.js";

/** Half-open range of UTF-16 positions in the text that was tokenised; empty for a token that stands for none of it. */
export interface Span {
  start: number;
  end: number;
}

const encoder = new TextEncoder();
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Which characters of the text each token stands for. The tokenizer gives no offsets, so its tokens are laid along the
 * normalised text in order; characters that it dropped are skipped.
 */
export function alignTokens(text: string, ids: readonly number[], tokenizer: ModelTokenizer): Span[] {
  const { bytes, start, end } = normalisedBytes(text, tokenizer);
  const spans: (Span | null)[] = [];
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
  }
  return fillGaps(spans, text, ids, tokenizer);
}

/** Unknown tokens take the characters between their neighbours; special tokens that the template added take none. */
function fillGaps(
  spans: (Span | null)[],
  text: string,
  ids: readonly number[],
  tokenizer: ModelTokenizer,
): Span[] {
  let last = 0;
  return spans.map((span, i) => {
    if (span) {
      last = span.end;
      return span;
    }
    if (tokenizer.isSpecial(ids[i]) && !isUnknown(tokenizer, ids[i])) return { start: last, end: last };
    const next = spans.slice(i + 1).find((s) => s)?.start ?? text.length;
    const gap = text.slice(last, Math.max(last, next));
    const lead = gap.length - gap.trimStart().length;
    return {
      start: Math.min(last + lead, text.length),
      end: Math.max(last + lead, last + gap.trimEnd().length),
    };
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
