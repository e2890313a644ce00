import {
  type AttentionMap,
  explanationOf,
  type Layer,
  type LensExplanation,
  layerOf,
  layersWith,
  type MapSubject,
  tokenMap,
  topPatches,
  wordMap,
} from "../../core/index.js";
import type { AttentionChoice, PatchAttention } from "../../engine/explain/index.js";
import type { StopOptions } from "../hub/load-model.js";
import { stopSignal } from "../interrupt.js";
import { type Experiments, inView } from "./lens-occlusion.js";

export interface LensAttentionOptions extends AttentionChoice, StopOptions {}

/** A patch, or the best one of a word or of a token. */
export type AttentionOf = { row: number; column: number } | { word: number } | { token: number };

/** Reads where a patch of the page in view attends to, and shows it. */
export async function attention(
  lens: Experiments,
  of: AttentionOf,
  options: LensAttentionOptions,
): Promise<AttentionMap> {
  const { explanation } = inView(lens);
  const subject: MapSubject = "row" in of ? {} : of;
  const patch = "row" in of ? of : bestPatch(explanation, of);
  const read = await readPatch(lens, patch, options);
  return put(lens, explanation, read.map(options), subject);
}

/** Reads what the patches of the page in view receive, and shows it. */
export async function attentionReceived(
  lens: Experiments,
  options: Omit<LensAttentionOptions, "rollout">,
): Promise<AttentionMap> {
  const { explanation } = inView(lens);
  const read = await readPatch(lens, { row: 0, column: 0 }, options);
  return put(lens, explanation, read.received(options), {});
}

/** The patch with the highest cosine; the first one of equal ones. */
export function bestPatch(
  { maps, query }: Pick<LensExplanation, "maps" | "query">,
  of: { word: number } | { token: number },
): { row: number; column: number } {
  const map = "word" in of ? wordMap(maps, query.words[of.word].tokens) : tokenMap(maps, of.token);
  const [{ row, column }] = topPatches(map, 1);
  return { row, column };
}

async function readPatch(
  lens: Experiments,
  patch: { row: number; column: number },
  options: StopOptions,
): Promise<PatchAttention> {
  const { model, page } = inView(lens);
  const { enough } = lens;
  const signal = stopSignal(options.signal ? AbortSignal.any([options.signal, enough]) : enough);
  const [read] = await lens.watched("Reading attention", "pages", async (report) => {
    report(0, 1);
    const all = await model.attention(page, [patch], { signal });
    report(1, 1);
    return all;
  });
  return read;
}

function put(
  lens: Experiments,
  { key }: LensExplanation,
  map: AttentionMap,
  subject: MapSubject,
): AttentionMap {
  // Other maps may have come meanwhile.
  const { data } = lens.state;
  if (Object.hasOwn(data.results, key)) {
    const layer = attentionLayer(explanationOf(data, key), map, subject);
    lens.putLayers(new Map([[key, layer]]), true);
  }
  return map;
}

/** The layer of a map of attention, with the other words' maps that there are of the same quantity. */
export function attentionLayer(
  explanation: Pick<LensExplanation, "layers" | "query" | "grid">,
  map: AttentionMap,
  subject: MapSubject,
): Layer {
  return layerOf({ layers: layersWith(explanation, map, subject, map.note) }, map.quantity)!;
}
