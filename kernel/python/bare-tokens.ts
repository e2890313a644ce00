import { byteLevelDecoder } from "../../engine/text/byte-level.js";
import type { ModelTokenizer, Surface } from "../../engine/text/tokenizer.js";

const encoder = new TextEncoder();

/** `<bos>`, `<|endoftext|>`, `[CLS]`: none of the characters that were typed. */
const SPECIAL = /^(<[^<>\s]+>|\[[A-Z]+\])$/;
/** What byte-level vocabularies write for a space and a line's end. */
const BYTE_LEVEL = /[ĠĊ]/u;

/**
 * A stand-in for the tokenizer of tokens that came without it: each position is its id, and the markers of the usual vocabularies
 * (`▁peak`, `Ġload`, `##ing`) say where words begin.
 */
export function bareTokenizer(tokens: readonly string[]): { tokenizer: ModelTokenizer; whole: string } {
  const byteLevel = tokens.some((token) => BYTE_LEVEL.test(token));
  const marked = byteLevel || tokens.some((token) => token.includes("▁"));
  const wordPiece = tokens.some((token) => token.startsWith("##"));
  const isSpecial = (id: number) => SPECIAL.test(tokens[id] ?? "");
  const surface = (id: number): Surface => {
    const token = tokens[id];
    if (token === undefined || isSpecial(id)) return null;
    if (byteLevel) return { bytes: byteLevelDecoder(token), continues: false };
    const continues = wordPiece && token.startsWith("##");
    return { bytes: encoder.encode(continues ? token.slice(2) : token.replaceAll("▁", " ")), continues };
  };
  const parts = tokens.map((token, id) => {
    const own = surface(id);
    if (!own) return encoder.encode(token);
    // Without markers each token is a word.
    return marked || own.continues || id === 0 ? own.bytes : Uint8Array.of(32, ...own.bytes);
  });
  const whole = new TextDecoder().decode(Uint8Array.from(parts.flatMap((part) => [...part])));
  const tokenizer: ModelTokenizer = {
    size: tokens.length,
    encode: (text) => ({ ids: text === "" ? [] : [0], tokens: text === "" ? [] : [text] }),
    idOf: () => undefined,
    textOf: (id) => tokens[id] ?? "",
    isSpecial,
    surface,
    normalise: (text) => text,
  };
  return { tokenizer, whole };
}
