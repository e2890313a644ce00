import type { PageWord } from "./vocabulary.js";

/** A printed word on its way, a third as long as with the names of its parts: text, x, y, width, height, line, block, source. */
export type PackedWord = [string, number, number, number, number, number, number, PageWord["source"]];

export function packWords(words: readonly PageWord[]): PackedWord[] {
  return words.map(({ text, rect: { x, y, width, height }, line, block, source }) => [
    text,
    x,
    y,
    width,
    height,
    line,
    block,
    source,
  ]);
}

const unpacked = new WeakMap<object, unknown[]>();

/** Words as they were packed, for the checks of lens data; the same list as long as it is the same that came. */
export function unpackWords(packed: unknown): unknown {
  if (!Array.isArray(packed)) return packed;
  const before = unpacked.get(packed);
  if (before) return before;
  const words = packed.map((word: unknown) => {
    if (!Array.isArray(word)) return word;
    const [text, x, y, width, height, line, block, source] = word;
    return { text, rect: { x, y, width, height }, line, block, source };
  });
  unpacked.set(packed, words);
  return words;
}
