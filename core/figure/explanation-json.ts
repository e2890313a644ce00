import { isAttention } from "../data/attention-quantities.js";
import type { Quantity } from "../data/quantities.js";
import type {
  Correction,
  Layer,
  LayerMap,
  MaxSim,
  Provenance,
  QueryToken,
  QueryWord,
} from "../data/vocabulary.js";
import type { Chance } from "../interaction/chance.js";
import type { Scene } from "../scene/scene.js";
import { layerIn } from "../view/attention-shown.js";
import { selectionChance } from "../view/chips.js";
import { type MapOptions, writtenMap, writtenMaps } from "./packed-numbers.js";
import { type HitJson, hitsJson, type RegionsJson, regionsJson } from "./places-json.js";

export const EXPLANATION_SCHEMA = "colpali-lens/explanation@2";

/** The archive format of one query on one page. Readers of `explanation@1` find all that they know where it was. */
export interface ExplanationJson {
  schema: typeof EXPLANATION_SCHEMA;
  /** By what the maps in `shown` name it. */
  key: string;
  model: Provenance["model"];
  page: Provenance["page"];
  query: { text: string; tokens: QueryToken[]; words: QueryWord[]; dropped: string[] };
  grid: { rows: number; columns: number };
  /** Cosines: base64 of little-endian float32 `[token][row][column]`, or the same as nested arrays. */
  maps: string | number[][][];
  maxsim: Omit<MaxSim, "kind">;
  /** Cosine range of the default display. */
  domain: [number, number];
  /** Of each token: how its highest cosine on a patch compares with those of control queries; null if not measured. */
  chance: (Chance | null)[];
  /** The control queries' own numbers: highest cosines ascending; mean maps as `maps`, [row][column]. */
  baseline: {
    list: string;
    queries: number;
    maxima: Record<string, number[]>;
    mean: Record<string, string | number[][]>;
    /** What the controls were drawn by, where they were. */
    seed?: number;
    /** A list for each kind of word, where they are matched to those of the query, and which of them each word has. */
    controls?: { about: string; words: number[]; tokens: number[] }[];
    controlsOf?: number[];
    /** For how many words and pages of the query chance is corrected. */
    correction?: Correction;
  } | null;
  /** Maps of other quantities than cosines, in their units; missing where there are none. */
  layers?: LayerJson[];
  /** The places that what is in view points at, in the order of the lens's list; none where nothing is beyond chance. */
  hits: HitJson[];
  /** What is in view says this of the printed parts of the page. */
  regions: RegionsJson;
  provenance: Provenance;
}

export interface LayerJson {
  quantity: Quantity;
  /** Of the query, of a word or token by its index; each map as `maps`, [row][column]. */
  maps: (Pick<LayerMap, "of" | "index" | "note"> & { map: string | number[][] })[];
}

/**
 * A result, and what of it is in view.
 * @param options.arrays write the maps as nested arrays instead of base64
 */
export function explanationJson(of: Scene, options: MapOptions = {}): ExplanationJson {
  const { key, query, grid, maps, maxsim, domain, baseline, provenance } = of.explanation;
  const layers = layersOf(of);
  const { kind: _, ...scores } = maxsim;
  const packed = (data: Float32Array) => writtenMap({ ...grid, data }, options);
  return {
    schema: EXPLANATION_SCHEMA,
    key,
    model: provenance.model,
    page: provenance.page,
    query: { text: query.text, tokens: query.tokens, words: query.words, dropped: query.dropped },
    grid,
    maps: writtenMaps(maps, options),
    maxsim: scores,
    domain,
    chance: query.tokens.map((_, token) => selectionChance(of.explanation, { token })),
    baseline: baseline && {
      list: baseline.list,
      queries: baseline.queries,
      maxima: each(baseline.maxima, (values) => Array.from(values)),
      mean: each(baseline.mean, packed),
      ...(baseline.seed !== undefined && { seed: baseline.seed }),
      ...(baseline.controls && {
        controls: baseline.controls.map(({ about, words, tokens }) => ({
          about,
          words: Array.from(words),
          tokens: Array.from(tokens),
        })),
        controlsOf: baseline.controlsOf,
      }),
      ...(baseline.correction && { correction: baseline.correction }),
    },
    ...(layers.length > 0 && {
      layers: layers.map((layer) => ({
        quantity: layer.quantity,
        maps: layer.maps.map(({ of: subject, index, data, note }) => ({
          of: subject,
          index,
          map: packed(data),
          ...(note && { note }),
        })),
      })),
    }),
    hits: hitsJson(of),
    regions: regionsJson(of),
    provenance,
  };
}

/** Of what is read of attention there are the maps in the layer and head that are in view. */
function layersOf({ explanation, view }: Scene): Layer[] {
  const { layers = [], attention } = explanation;
  const inView = attention && isAttention(view.quantity) ? layerIn(explanation, view) : null;
  return inView
    ? [...layers.filter(({ quantity }) => quantity.name !== inView.quantity.name), inView]
    : layers;
}

function each<T>(
  of: Partial<Record<string, Float32Array>>,
  read: (data: Float32Array) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([key, data]) => [key, read(data as Float32Array)]));
}
