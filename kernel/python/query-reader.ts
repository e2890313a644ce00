import type { Query } from "../../core/index.js";
import type { PromptProfile } from "../../engine/families/family.js";
import { ModelError } from "../../engine/model-error.js";
import { placedQuery, tokenizeQuery } from "../../engine/text/query.js";
import { type ModelTokenizer, openTokenizer } from "../../engine/text/tokenizer.js";
import { bareTokenizer } from "./bare-tokens.js";

/** What is known of a model's tokens. */
export interface TokenSource {
  /** For messages. */
  name: string;
  /** `tokenizer.json`; without it tokens come with each query. */
  tokenizer: string | null;
  /** How queries may be wrapped, likeliest first. */
  profiles: readonly PromptProfile[];
  imageToken: string | null;
}

/** Tokens of a query, as Python's processor made them. */
export interface GivenTokens {
  ids: readonly number[];
  /** The vocabulary's strings. */
  tokens: readonly string[];
}

/** Reads queries as the processor in Python does, and is held to its ids. */
export class QueryReader {
  readonly #source: TokenSource;
  readonly #tokenizer: ModelTokenizer | null;
  #profile: PromptProfile | null = null;

  constructor(source: TokenSource) {
    const { tokenizer, name } = source;
    this.#source = source;
    this.#tokenizer = tokenizer === null ? null : openTokenizer(name, JSON.parse(tokenizer), {});
  }

  /** Whether it reads what it was not given tokens of. */
  get isFree(): boolean {
    return this.#tokenizer !== null;
  }

  /** Whether an id is a special token's; null where the tokenizer is not known. */
  get isSpecial(): ((id: number) => boolean) | null {
    const tokenizer = this.#tokenizer;
    return tokenizer && ((id) => tokenizer.isSpecial(id));
  }

  /** How queries are wrapped, known from the first one on. */
  get profile(): string {
    return this.#profile?.name ?? "own";
  }

  /**
   * A query that was not tokenised in Python.
   * @throws ModelError without a tokenizer, and before the first query was given with its ids
   */
  read(text: string): Query {
    const { name, imageToken } = this.#source;
    if (!this.#tokenizer || !this.#profile)
      throw new ModelError(
        `the tokenizer of ${name} is not known: only queries that come with tokens are read`,
      );
    return tokenizeQuery(text, this.#tokenizer, this.#profile, imageToken);
  }

  /**
   * A query with the tokens that it was embedded with.
   * @throws ModelError where the tokens are not those of the query
   */
  given(text: string, given: GivenTokens): Query {
    const tokenizer = this.#tokenizer;
    if (!tokenizer) return bareQuery(text, given);
    const { imageToken, name } = this.#source;
    this.#profile ??= this.#wrapping(tokenizer, text, given);
    const query = tokenizeQuery(text, tokenizer, this.#profile, imageToken);
    if (!sameIds(query, given.ids))
      throw new ModelError(
        `invalid tokens of ${JSON.stringify(text)}: the processor gives ${given.ids.length} ids (${shortList(given.ids)}) and the tokenizer of ${name} ${query.tokens.length} (${shortList(query.tokens.map(({ id }) => id))}) for prompt profile ${this.#profile.name}`,
      );
    return query;
  }

  /** The known wrapping that gives these ids, or else what stands around the query's own ids. */
  #wrapping(tokenizer: ModelTokenizer, text: string, { ids }: GivenTokens): PromptProfile {
    const { profiles, imageToken, name } = this.#source;
    const found = profiles.find((profile) => {
      try {
        return sameIds(tokenizeQuery(text, tokenizer, profile, imageToken), ids);
      } catch (error) {
        // What the query itself cannot be, it cannot be in any wrapping.
        if (profile === profiles[0]) throw error;
        return false;
      }
    });
    return found ?? around(tokenizer, text, ids, name);
  }
}

/** The wrapping of a processor that nobody knows: what its ids have before and behind those of the query. */
function around(
  tokenizer: ModelTokenizer,
  text: string,
  ids: readonly number[],
  name: string,
): PromptProfile {
  const own = [text, ` ${text}`].map((spelling) => tokenizer.encode(spelling, false).ids);
  const startOf = (wanted: readonly number[]) =>
    ids.findIndex((_, at) => wanted.length > 0 && wanted.every((id, i) => ids[at + i] === id));
  const chosen = own.findIndex((wanted) => startOf(wanted) >= 0);
  if (chosen < 0)
    throw new ModelError(
      `invalid tokens of ${JSON.stringify(text)}: none of the ${ids.length} ids of the processor are the query's by the tokenizer of ${name}; pass vectors and tokens to explain_vectors`,
    );
  const start = startOf(own[chosen]);
  const written = (part: readonly number[]) => part.map((id) => tokenizer.textOf(id)).join("");
  const prefix = `${written(ids.slice(0, start))}${chosen === 1 ? " " : ""}`;
  const suffix = written(ids.slice(start + own[chosen].length));
  const query = { prefix, augmentation: suffix, augmentations: 1, suffix: "" };
  return { name: "own", about: "as the processor wraps it", query, page: null, template: false };
}

/** Tokens without their tokenizer: what they stand for is written in them. */
function bareQuery(text: string, { ids, tokens }: GivenTokens): Query {
  const { tokenizer, whole } = bareTokenizer(tokens);
  const at = whole.toLowerCase().indexOf(text.trim().toLowerCase());
  if (text !== "" && at < 0)
    throw new ModelError(
      `invalid tokens: they spell ${JSON.stringify(whole)}, expected ${JSON.stringify(text)} in it; leave query out where they stand for something else`,
    );
  const region = text === "" ? { start: 0, end: whole.length } : { start: at, end: at + text.trim().length };
  const asked = text === "" ? whole.trim() : text;
  const positions = tokens.map((_, i) => i);
  const query = placedQuery(
    asked,
    { whole, region, augmented: whole.length },
    { ids: positions, tokens },
    tokenizer,
  );
  return { ...query, tokens: query.tokens.map((token, i) => ({ ...token, id: ids[i] })) };
}

function sameIds({ tokens }: Query, ids: readonly number[]): boolean {
  return tokens.length === ids.length && tokens.every(({ id }, i) => id === ids[i]);
}

const shortList = (ids: readonly number[]) =>
  ids.length > 8 ? `${ids.slice(0, 8).join(", ")}, …` : ids.join(", ");
