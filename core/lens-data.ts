import {
  entries,
  finite,
  flag,
  integer,
  invalid,
  list,
  oneOf,
  orNull,
  record,
  refusal,
  text,
} from "./check.js";
import { type LensData, type LensExplanation, type LensPage, PICTURE_MIMES } from "./lens-state.js";
import { pictureSize } from "./picture.js";
import type { MaxSim, Provenance, Query, SimilarityMaps, TokenKind } from "./types.js";

/** What a lens accepts; beyond it a browser tab would suffer. */
export const LENS_LIMITS = {
  pages: 500,
  explanations: 500,
  tokens: 2_048,
  /** Rows and columns of a grid. */
  side: 512,
  /** Cosines of all explanations together: 128 MB. */
  cosines: 32_000_000,
  /** Bytes of one encoded picture, and pixels of it once decoded. */
  pictureBytes: 64_000_000,
  picturePixels: 100_000_000,
} as const;

/** Half-precision models overshoot the unit length a little. */
const COSINE = 1.01;

/**
 * Reads lens data from a widget's trait, a saved notebook or an exported page and checks all of it: counts,
 * shapes, sizes, ranges, finiteness, and that the score adds up. Binary leaves may be any view or ArrayBuffer
 * (little-endian float32 for cosines). Strings are kept as they are: data, never markup.
 * @throws RangeError naming what is wrong (`invalid explanations[0].maps: 96 bytes, expected 24 cosines …`)
 */
export function decodeLensData(raw: unknown): LensData {
  const given = record(raw, "lens data");
  const pages = list(given.pages, "pages", [1, LENS_LIMITS.pages], page);
  let left = LENS_LIMITS.cosines;
  const explanations = list(given.explanations, "explanations", [1, LENS_LIMITS.explanations], (v, name) => {
    const decoded = explanation(v, name, pages.length, left);
    left -= decoded.maps.data.length;
    return decoded;
  });
  return { pages, explanations };
}

/** The same tree with `DataView` leaves that own their bytes: what a widget trait or a comm message carries. */
export function encodeLensData(data: LensData): unknown {
  return owned(data);
}

function owned(value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return new DataView(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  if (Array.isArray(value)) return value.map(owned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, owned(v)]));
}

function page(raw: unknown, name: string): LensPage {
  const given = record(raw, name);
  const of = integer(given.of, `${name}.of`, 1, 1_000_000);
  const picture = record(given.picture, `${name}.picture`);
  const data = bytes(picture.data, `${name}.picture.data`);
  if (data.length === 0 || data.length > LENS_LIMITS.pictureBytes)
    throw invalid(`${name}.picture.data`, data, `1 to ${LENS_LIMITS.pictureBytes} bytes`);
  const size = pictureSize(data, `${name}.picture.data`);
  if (size.width * size.height > LENS_LIMITS.picturePixels || size.width * size.height === 0)
    throw refusal(
      `${name}.picture.data`,
      `${size.width} x ${size.height} pixels`,
      `at most ${LENS_LIMITS.picturePixels} pixels`,
    );
  return {
    name: text(given.name, `${name}.name`),
    number: integer(given.number, `${name}.number`, 1, of),
    of,
    width: integer(given.width, `${name}.width`, 1, 100_000),
    height: integer(given.height, `${name}.height`, 1, 100_000),
    sha256: text(given.sha256, `${name}.sha256`, 64),
    picture: { mime: oneOf(picture.mime, `${name}.picture.mime`, PICTURE_MIMES), data },
  };
}

function explanation(raw: unknown, name: string, pages: number, left: number): LensExplanation {
  const given = record(raw, name);
  const size = record(given.grid, `${name}.grid`);
  const rows = integer(size.rows, `${name}.grid.rows`, 1, LENS_LIMITS.side);
  const columns = integer(size.columns, `${name}.grid.columns`, 1, LENS_LIMITS.side);
  const asked = query(given.query, `${name}.query`);
  const tokens = asked.tokens.length;
  if (tokens * rows * columns > left)
    throw refusal(
      `${name}.maps`,
      `${tokens} tokens on ${rows} x ${columns} patches`,
      `at most ${LENS_LIMITS.cosines} cosines in a lens`,
    );
  const domain = list(given.domain, `${name}.domain`, [2, 2], (v, n) => finite(v, n, -1, 1));
  if (domain[0] >= domain[1])
    throw refusal(`${name}.domain`, `${domain[0]} to ${domain[1]}`, "the lower end first");
  return {
    kind: "explanation",
    page: integer(given.page, `${name}.page`, 0, pages - 1),
    query: asked,
    grid: { rows, columns },
    maps: maps(given.maps, `${name}.maps`, tokens, rows, columns),
    maxsim: maxsim(given.maxsim, `${name}.maxsim`, tokens, rows, columns),
    domain: [domain[0], domain[1]],
    provenance: provenance(given.provenance, `${name}.provenance`),
  };
}

const KINDS: readonly TokenKind[] = ["word", "prefix", "special", "augmentation"];

function query(raw: unknown, name: string): Query {
  const given = record(raw, name);
  const words = list(given.words, `${name}.words`, [0, LENS_LIMITS.tokens], (v, n, index) => {
    const word = record(v, n);
    return {
      index: integer(word.index, `${n}.index`, index, index),
      text: text(word.text, `${n}.text`),
      tokens: list(word.tokens, `${n}.tokens`, [1, LENS_LIMITS.tokens], (t, m) =>
        integer(t, m, 0, LENS_LIMITS.tokens - 1),
      ),
    };
  });
  const tokens = list(given.tokens, `${name}.tokens`, [1, LENS_LIMITS.tokens], (v, n, index) => {
    const token = record(v, n);
    return {
      index: integer(token.index, `${n}.index`, index, index),
      id: integer(token.id, `${n}.id`, 0, 0x7fffffff),
      text: text(token.text, `${n}.text`),
      kind: oneOf(token.kind, `${n}.kind`, KINDS),
      word: orNull(token.word, (w) => integer(w, `${n}.word`, 0, words.length - 1)),
    };
  });
  for (const word of words)
    for (const t of word.tokens)
      if (tokens[t]?.word !== word.index)
        throw invalid(`${name}.words[${word.index}].tokens`, t, `a token of word ${word.index}`);
  return { kind: "query", text: text(given.text, `${name}.text`, 100_000), tokens, words };
}

function maps(raw: unknown, name: string, tokens: number, rows: number, columns: number): SimilarityMaps {
  const given = record(raw, name);
  integer(given.tokens, `${name}.tokens`, tokens, tokens);
  integer(given.rows, `${name}.rows`, rows, rows);
  integer(given.columns, `${name}.columns`, columns, columns);
  const data = floats(given.data, `${name}.data`);
  if (data.length !== tokens * rows * columns)
    throw refusal(
      `${name}.data`,
      `${data.length} cosines`,
      `${tokens * rows * columns}: ${tokens} tokens x ${rows} rows x ${columns} columns`,
    );
  for (let i = 0; i < data.length; i++)
    // Written so that NaN fails, too.
    if (!(data[i] >= -COSINE && data[i] <= COSINE))
      throw invalid(`${name}.data[${i}]`, data[i], "a cosine from -1 to 1");
  return { kind: "maps", data, tokens, rows, columns };
}

function maxsim(raw: unknown, name: string, count: number, rows: number, columns: number): MaxSim {
  const given = record(raw, name);
  const tokens = list(given.tokens, `${name}.tokens`, [count, count], (v, n) => {
    const token = record(v, n);
    return {
      best: finite(token.best, `${n}.best`, -COSINE, COSINE),
      bestIndex: integer(token.bestIndex, `${n}.bestIndex`, 0, 10_000_000),
      patchBest: finite(token.patchBest, `${n}.patchBest`, -COSINE, COSINE),
      row: integer(token.row, `${n}.row`, 0, rows - 1),
      column: integer(token.column, `${n}.column`, 0, columns - 1),
      offImage: flag(token.offImage, `${n}.offImage`),
    };
  });
  const total = (key: "best" | "patchBest") => tokens.reduce((sum, t) => sum + t[key], 0);
  return {
    kind: "maxsim",
    score: sum(given.score, `${name}.score`, total("best")),
    patchScore: sum(given.patchScore, `${name}.patchScore`, total("patchBest")),
    residue: sum(given.residue, `${name}.residue`, total("best") - total("patchBest")),
    tokens,
  };
}

/** A stated sum that must be the sum, to what float32 adds up to over many tokens. */
function sum(value: unknown, name: string, expected: number): number {
  if (typeof value !== "number" || !(Math.abs(value - expected) <= 1e-3))
    throw invalid(name, value, `${expected.toFixed(4)}, the sum over its tokens`);
  return value;
}

function provenance(raw: unknown, name: string): Provenance {
  const given = record(raw, name);
  const part = (key: string) => record(given[key], `${name}.${key}`);
  const [model, processor, source, asked] = [part("model"), part("processor"), part("page"), part("query")];
  const words = (from: Record<string, unknown>, of: string, key: string) =>
    text(from[key], `${name}.${of}.${key}`, 1_000);
  const size = (from: Record<string, unknown>, of: string, key: string) =>
    integer(from[key], `${name}.${of}.${key}`, 1, 1_000_000);
  return {
    model: {
      id: words(model, "model", "id"),
      revision: orNull(model.revision, () => words(model, "model", "revision")),
      family: words(model, "model", "family"),
      weights: entries(model.weights, `${name}.model.weights`, 100, (v, n) => text(v, n, 300)),
      dtype: words(model, "model", "dtype"),
      dim: size(model, "model", "dim"),
      profile: words(model, "model", "profile"),
      provider: words(model, "model", "provider"),
    },
    processor: {
      width: size(processor, "processor", "width"),
      height: size(processor, "processor", "height"),
      resample: words(processor, "processor", "resample"),
      backend: words(processor, "processor", "backend"),
    },
    page: {
      file: words(source, "page", "file"),
      number: size(source, "page", "number"),
      sha256: words(source, "page", "sha256"),
      width: size(source, "page", "width"),
      height: size(source, "page", "height"),
      dpi: orNull(source.dpi, (v) => finite(v, `${name}.page.dpi`, 1, 100_000)),
      renderer: words(source, "page", "renderer"),
    },
    query: {
      text: text(asked.text, `${name}.query.text`, 100_000),
      ids: list(asked.ids, `${name}.query.ids`, [0, LENS_LIMITS.tokens], (v, n) =>
        integer(v, n, 0, 0x7fffffff),
      ),
    },
    versions: entries(given.versions, `${name}.versions`, 100, (v, n) => text(v, n, 300)),
    date: text(given.date, `${name}.date`, 40),
  };
}

function bytes(value: unknown, name: string): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw invalid(name, value, "binary data");
}

function floats(value: unknown, name: string): Float32Array {
  const raw = bytes(value, name);
  if (raw.byteLength % 4 !== 0) throw invalid(name, raw, "float32 values of 4 bytes each");
  // Every engine that runs this is little-endian; only the alignment can be wrong.
  const aligned = raw.byteOffset % 4 === 0 ? raw : raw.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
