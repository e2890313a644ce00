import {
  finite,
  flag,
  floats,
  integer,
  invalid,
  list,
  oneOf,
  orNull,
  record,
  refusal,
  text,
} from "./check.js";
import { COSINE, LENS_LIMITS } from "./lens-limits.js";
import { decodeProvenance } from "./lens-provenance.js";
import type { LensExplanation } from "./lens-state.js";
import type { Baseline, MaxSim, Query, SimilarityMaps, TokenKind } from "./vocabulary.js";

/** One explanation of a lens, checked. `left` is how many cosines it may still have. */
export function decodeExplanation(raw: unknown, name: string, pages: number, left: number): LensExplanation {
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
    baseline: orNull(given.baseline ?? given.controls ?? null, (v) =>
      baseline(v, `${name}.baseline`, rows * columns),
    ),
    provenance: decodeProvenance(given.provenance, `${name}.provenance`),
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
    word.tokens.forEach((t, i) => {
      const at = `${name}.words[${word.index}].tokens`;
      if (tokens[t]?.word !== word.index) throw invalid(at, t, `a token of word ${word.index}`);
      if (i > 0 && t <= word.tokens[i - 1]) throw invalid(at, t, "each token once, in order");
    });
  // Lenses of the first versions do not say it.
  const dropped = list(given.dropped ?? [], `${name}.dropped`, [0, LENS_LIMITS.tokens], (v, n) => text(v, n));
  return { kind: "query", text: text(given.text, `${name}.text`, 100_000), tokens, words, dropped };
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

/** Lenses of the first versions have none, those of the second call it `controls`. */
function baseline(raw: unknown, name: string, cells: number): Baseline {
  const given = record(raw, name);
  const part = <K extends string>(key: "maxima" | "mean", kinds: readonly K[], length?: number) => {
    const from = record(given[key], `${name}.${key}`);
    const of = kinds.filter((kind) => from[kind] !== undefined);
    return Object.fromEntries(
      of.map((kind) => [kind, cosines(from[kind], `${name}.${key}.${kind}`, length)]),
    ) as Partial<Record<K, Float32Array>>;
  };
  return {
    kind: "baseline",
    list: text(given.list, `${name}.list`, 300),
    queries: integer(given.queries, `${name}.queries`, 1, LENS_LIMITS.baseline),
    maxima: part("maxima", ["words", ...KINDS] as const),
    mean: part("mean", KINDS, cells),
  };
}

/** `length` cosines; without it, an ascending list of 1 or more. */
function cosines(raw: unknown, name: string, length?: number): Float32Array {
  const data = floats(raw, name);
  if (length === undefined ? data.length < 1 || data.length > LENS_LIMITS.baseline : data.length !== length)
    throw refusal(
      name,
      `${data.length} cosines`,
      length === undefined ? `1 to ${LENS_LIMITS.baseline}` : `${length}`,
    );
  for (let i = 0; i < data.length; i++) {
    if (!(data[i] >= -COSINE && data[i] <= COSINE))
      throw invalid(`${name}[${i}]`, data[i], "a cosine from -1 to 1");
    if (length === undefined && i > 0 && data[i] < data[i - 1])
      throw invalid(`${name}[${i}]`, data[i], `at least ${data[i - 1]}, the one before it`);
  }
  return data;
}

/** A stated sum that must be the sum, to what float32 adds up to over many tokens. */
function sum(value: unknown, name: string, expected: number): number {
  if (typeof value !== "number" || !(Math.abs(value - expected) <= 1e-3))
    throw invalid(name, value, `${expected.toFixed(4)}, the sum over its tokens`);
  return value;
}
