import {
  type AttentionMap,
  type AttentionReading,
  attentionName,
  attentionPatch,
  type Explanation,
  explanationOf,
  isAttention,
  type Layer,
  LENS_LIMITS,
  type LensData,
  type LensExplanation,
  layerOf,
  layersWith,
  type MapSubject,
  type PatchOf,
  type ViewChange,
} from "../../core/index.js";
import type { AttentionChoice, PatchAttention } from "../../engine/explain/index.js";
import type { StopOptions } from "../hub/load-model.js";
import { stopSignal } from "../interrupt.js";
import { type Experiments, inView } from "./lens-occlusion.js";

export interface LensAttentionOptions extends AttentionChoice, StopOptions {}

/** A patch, or the best one of a word or of a token. */
export type AttentionOf = { row: number; column: number } | { word: number } | { token: number };

type Patch = { row: number; column: number };

/** Reads where a patch of the page in view attends to, and shows it. */
export async function attention(
  lens: Experiments,
  of: AttentionOf,
  options: LensAttentionOptions,
): Promise<AttentionMap> {
  const { explanation } = inView(lens);
  const patch = "row" in of ? of : bestPatch(explanation, of);
  const [read, ...others] = await readPatches(lens, [patch, ...bestPatches(explanation)], options);
  const map = read.map(options);
  const { stage, layer, head, isOverUniform } = map.source;
  const name = attentionName({ rollout: layer === null, overUniform: isOverUniform });
  const selects: ViewChange =
    "row" in of
      ? { region: { ...of, rows: 1, columns: 1 } }
      : { region: null, token: null, word: null, ...of };
  put(lens, explanation, [...others, read], {
    ...selects,
    quantity: name,
    stage,
    layer: options.layer === undefined ? null : layer,
    head,
  });
  return map;
}

/** Reads the patch that the view asks for, with those that stand for words, as the person at the widget wants it. */
export async function attentionInView(lens: Experiments, options: StopOptions): Promise<void> {
  const { explanation } = inView(lens);
  const { view } = lens.state;
  const patch = attentionPatch(explanation, view);
  const [read, ...others] = await readPatches(lens, [patch, ...bestPatches(explanation)], options);
  const isShown = isAttention(view.quantity);
  put(
    lens,
    explanation,
    [...others, read],
    isShown ? {} : { quantity: attentionName({ rollout: false, overUniform: false }) },
  );
}

/** Reads what the patches of the page in view receive, and shows it. */
export async function attentionReceived(
  lens: Experiments,
  options: Omit<LensAttentionOptions, "rollout">,
): Promise<AttentionMap> {
  const { explanation } = inView(lens);
  const [read] = await readPatches(lens, [{ row: 0, column: 0 }], options);
  const map = read.received(options);
  // Other maps may have come meanwhile.
  const { data } = lens.state;
  if (Object.hasOwn(data.results, explanation.key)) {
    const layer = attentionLayer(explanationOf(data, explanation.key), map, {});
    lens.putLayers(new Map([[explanation.key, layer]]), true);
  }
  return map;
}

/** The patch with the highest cosine; the first one of equal ones. */
export function bestPatch(explanation: Explanation, of: { word: number } | { token: number }): Patch {
  return attentionPatch(explanation, { token: null, word: null, ...of });
}

/** Words whose patches are read together with the one that is asked for: all come from the same run. */
const MOST_WORDS = 8;

/** The patch that is best for all words, and that of each word. */
function bestPatches(explanation: LensExplanation): Patch[] {
  const subjects: PatchOf[] = [
    { token: null, word: null },
    ...explanation.query.words.slice(0, MOST_WORDS).map(({ index }) => ({ token: null, word: index })),
  ];
  return subjects.map((subject) => attentionPatch(explanation, subject));
}

async function readPatches(
  lens: Experiments,
  patches: readonly Patch[],
  options: StopOptions,
): Promise<PatchAttention[]> {
  const { model, page } = inView(lens);
  const { enough } = lens;
  const signal = stopSignal(options.signal ? AbortSignal.any([options.signal, enough]) : enough);
  return lens.watched("Reading attention", "pages", async (report) => {
    report(0, 1);
    const all = await model.attention(page, patches, { signal });
    report(1, 1);
    return all;
  });
}

/** @param read the one that is asked for last */
function put(
  lens: Experiments,
  { key }: LensExplanation,
  read: readonly PatchAttention[],
  shows: ViewChange,
): void {
  // Another query may have come meanwhile.
  if (!Object.hasOwn(lens.state.data.results, key)) return;
  const readings = read.flatMap((one) => one.readings);
  lens.putAttention(key, readings, shows);
}

/**
 * A lens's data with what was read of a result, in place of what was read of the same patches. Where a lens would grow too large
 * for a notebook, what was read first is dropped, of other results before that of this one.
 */
export function withReadings(data: LensData, key: string, read: readonly AttentionReading[]): LensData {
  const isSame = (a: AttentionReading) => (b: AttentionReading) =>
    a !== b && a.stage === b.stage && a.row === b.row && a.column === b.column;
  const all = [...(data.results[key].attention ?? []), ...read];
  const own = all.filter((one, i) => !all.slice(i + 1).some(isSame(one)));
  const results = { ...data.results, [key]: { ...data.results[key], attention: own } };
  const size = (of: readonly AttentionReading[] = []) =>
    of.reduce((sum, { shares }) => sum + shares.length, 0);
  let total = Object.values(results).reduce((sum, { attention: of }) => sum + size(of), 0);
  for (const other of [...data.order.filter((one) => one !== key), key]) {
    const kept = [...(results[other].attention ?? [])];
    // What was just asked for is shown, however large it is.
    while (total > LENS_LIMITS.shares && kept.length > (other === key ? 1 : 0))
      total -= size([kept.shift()!]);
    if (kept.length === (results[other].attention?.length ?? 0)) continue;
    const { attention: _, ...rest } = results[other];
    results[other] = kept.length > 0 ? { ...rest, attention: kept } : rest;
  }
  return { ...data, results };
}

/** The layer of a map of attention, with the other words' maps that there are of the same quantity. */
export function attentionLayer(
  explanation: Pick<LensExplanation, "layers" | "query" | "grid">,
  map: AttentionMap,
  subject: MapSubject,
): Layer {
  return layerOf({ layers: layersWith(explanation, map, subject, map.note) }, map.quantity)!;
}
