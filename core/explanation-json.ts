import { toBase64 } from "./base64.js";
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
  provenance: Provenance;
}

/** @param options.arrays write the maps as nested arrays instead of base64 */
export function explanationJson(
  explanation: Explanation,
  options: { arrays?: boolean } = {},
): ExplanationJson {
  const { query, grid, maps, maxsim, domain, provenance } = explanation;
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
    provenance,
  };
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
