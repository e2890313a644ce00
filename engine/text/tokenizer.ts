import { Tokenizer } from "@huggingface/tokenizers";
import { ModelError } from "../model-error.js";
import { byteLevelDecoder } from "./byte-level.js";

/** How a token's string relates to the characters it stands for. */
export type Surface = { bytes: Uint8Array; continues: boolean } | null;

/** The model's own tokenizer, with what is needed to tell which characters a token stands for. */
export interface ModelTokenizer {
  /** Largest id + 1. */
  readonly size: number;
  encode(text: string, template: boolean): { ids: number[]; tokens: string[] };
  idOf(token: string): number | undefined;
  textOf(id: number): string;
  isSpecial(id: number): boolean;
  /** The normalised characters that a token stands for, or null for a special or unknown token. */
  surface(id: number): Surface;
  /** The text as the tokenizer's normaliser leaves it. */
  normalise(text: string): string;
}

interface TokenizerFile {
  normalizer?: unknown;
  decoder?: unknown;
  pre_tokenizer?: unknown;
  model?: { type?: string; unk_token?: string; continuing_subword_prefix?: string };
}

const encoder = new TextEncoder();

/**
 * @param file parsed `tokenizer.json`
 * @param config parsed `tokenizer_config.json`, or `{}`
 */
export function openTokenizer(name: string, file: object, config: object): ModelTokenizer {
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(file, config);
  } catch (error) {
    throw new ModelError(
      `invalid tokenizer.json in ${name}: ${(error as Error).message}, expected the tokenizer file that belongs to the model`,
      { cause: error },
    );
  }
  const { model, ...parts } = file as TokenizerFile;
  const byteLevel = JSON.stringify(parts).includes('"ByteLevel"');
  const wordPiece = model?.type === "WordPiece";
  const continuation = model?.continuing_subword_prefix ?? "##";
  const unknown = model?.unk_token;
  const added = tokenizer.get_added_tokens_decoder();
  const special = new Set([...added].filter(([, token]) => token.special).map(([id]) => id));
  // Not a spread into Math.max: a vocabulary has hundreds of thousands of entries.
  let size = 0;
  for (const id of tokenizer.get_vocab(true).values()) if (id >= size) size = id + 1;

  return {
    size,
    encode(text, template) {
      const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: template });
      return { ids, tokens };
    },
    idOf: (token) => tokenizer.token_to_id(token),
    textOf: (id) => tokenizer.id_to_token(id) ?? `<${id}>`,
    isSpecial: (id) => special.has(id),
    normalise: (text) => (tokenizer.normalizer ? tokenizer.normalizer(text) : text),
    surface(id) {
      const token = tokenizer.id_to_token(id);
      if (token === undefined || token === unknown || special.has(id)) return null;
      if (added.has(id)) return { bytes: encoder.encode(token), continues: false };
      if (wordPiece) {
        const continues = token.startsWith(continuation);
        return { bytes: encoder.encode(continues ? token.slice(continuation.length) : token), continues };
      }
      if (byteLevel) return { bytes: byteLevelDecoder(token), continues: false };
      const byte = /^<0x([0-9A-F]{2})>$/.exec(token);
      return {
        bytes: byte ? Uint8Array.of(Number.parseInt(byte[1], 16)) : encoder.encode(token),
        continues: false,
      };
    },
  };
}
