import { toBase64 } from "./base64.js";
import type { Chance } from "./chance.js";
import { selectionChance } from "./chips.js";
import type { Explanation, MaxSim, Provenance, QueryToken, QueryWord, SimilarityMaps } from "./types.js";

export const EXPLANATION_SCHEMA = "colpali-lens/explanation@1";

/** The archive format of one query on one page. */
export interface ExplanationJson {
  schema: typeof EXPLANATION_SCHEMA;
  model: Provenance["model"];
  page: Provenance["page"];
  query: { text: string; tokens: QueryToken[]; words: QueryWord[] };
  grid: { rows: number; columns: number };
  /** Cosines: base64 of little-endian float32 `[token][row][column]`, or the same as nested arrays. */
  maps: string | number[][][];
  maxsim: Omit<MaxSim, "kind">;
  /** Cosine range of the default display. */
  domain: [number, number];
  /** Of each token: how its highest cosine on a patch compares with those of control queries; null if not measured. */
  chance: (Chance | null)[];
  /** The control queries' own numbers: highest cosines ascending; mean maps as `maps`, [row][column]. */
  controls: {
    list: string;
    queries: number;
    maxima: Record<string, number[]>;
    mean: Record<string, string | number[][]>;
  } | null;
  provenance: Provenance;
}

/** @param options.arrays write the maps as nested arrays instead of base64 */
export function explanationJson(
  explanation: Explanation,
  options: { arrays?: boolean } = {},
): ExplanationJson {
  const { query, grid, maps, maxsim, domain, controls, provenance } = explanation;
  const { kind: _, ...scores } = maxsim;
  return {
    schema: EXPLANATION_SCHEMA,
    model: provenance.model,
    page: provenance.page,
    query: { text: query.text, tokens: query.tokens, words: query.words },
    grid,
    maps: options.arrays ? nested(maps) : toBase64(littleEndian(maps.data)),
    maxsim: scores,
    domain,
    chance: query.tokens.map((_, token) => selectionChance(explanation, { token })),
    controls: controls && {
      list: controls.list,
      queries: controls.queries,
      maxima: each(controls.maxima, (values) => Array.from(values)),
      mean: each(controls.mean, (data) => {
        const map: SimilarityMaps = { ...maps, tokens: 1, data };
        return options.arrays ? nested(map)[0] : toBase64(littleEndian(data));
      }),
    },
    provenance,
  };
}

function each<T>(
  of: Partial<Record<string, Float32Array>>,
  read: (data: Float32Array) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([key, data]) => [key, read(data as Float32Array)]));
}

function nested(maps: SimilarityMaps): number[][][] {
  const { tokens, rows, columns, data } = maps;
  return Array.from({ length: tokens }, (_, t) =>
    Array.from({ length: rows }, (_, r) => {
      const start = (t * rows + r) * columns;
      return Array.from(data.subarray(start, start + columns));
    }),
  );
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((v, i) => {
    view.setFloat32(i * 4, v, true);
  });
  return bytes;
}
