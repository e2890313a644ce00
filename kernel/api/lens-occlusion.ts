import {
  type AttentionReading,
  type Explanation,
  explanationOf,
  FALL_COLUMNS,
  type Fall,
  fallSentences,
  fallsOf,
  type Layer,
  type LensData,
  type LensExplanation,
  type LensState,
  type Page,
  queryText,
  scoreDropLayer,
  type ViewChange,
} from "../../core/index.js";
import { type Covering, type CoverOptions, cover } from "../../engine/explain/occlusion.js";
import type { Model } from "../hub/load-model.js";
import type { Report as Progress } from "../widgets/progress.js";
import { LensReport } from "./lens-report.js";

export interface OcclusionOptions extends CoverOptions {
  /** Ends it with what is measured by then, without an error. */
  enough?: AbortSignal;
  /** Called with pages embedded and pages in all. Without it a notebook shows a bar in the cell. */
  onProgress?: Progress;
}

/** What an experiment needs of a lens. */
export interface Experiments {
  /** As it is at the moment. */
  readonly state: LensState;
  /** Given when the person has stopped it, or asks another query. */
  readonly enough: AbortSignal;
  sourceOf(explanation: Explanation): { model: Model; page: Page } | null;
  /** Adds maps to results, by their keys, and shows them where that is wanted. */
  putLayers(layers: ReadonlyMap<string, Layer>, show: boolean): void;
  /** Adds what was read of a result, and changes the view with it where that result is in view. */
  putAttention(key: string, read: readonly AttentionReading[], shows: ViewChange): void;
  watched<T>(label: string, unit: string, work: (report: Progress) => Promise<T>): Promise<T>;
}

/** How much the page score falls when a part of the page is covered: largest fall first. */
export class Occlusion extends LensReport<Fall> {
  /** False where it was stopped. */
  readonly isComplete: boolean;
  /** The page score with nothing covered. */
  readonly score: number;
  /** What the other models and profiles of the lens say. */
  readonly others: readonly Occlusion[];

  constructor(
    explanation: LensExplanation,
    so: Covering,
    at: number,
    { by = "word", fill = "paper" }: CoverOptions,
    others: readonly Occlusion[] = [],
  ) {
    const { query, provenance, maxsim } = explanation;
    const falls = fallsOf(so.drops[at], maxsim.score);
    super(falls, FALL_COLUMNS, fallSentences(falls, maxsim.score, by, so), {
      kind: "occlusion",
      query: query.text,
      score: maxsim.score,
      by,
      fill,
      isComplete: so.isComplete,
      provenance,
    });
    this.isComplete = so.isComplete;
    this.score = maxsim.score;
    this.others = others;
  }

  /** `Covering “battery” takes 0.46 of 3.39.`, the table, and in a sentence each what other models say. */
  override toString(): string {
    const rest = this.others.map(({ about, sentences }) => `${modelName(about)}: ${sentences[0]}`);
    return [super.toString(), ...rest].join("\n");
  }
}

/** Milliseconds up to the first picture, and between two: each is sent and checked as a whole. */
const [FIRST, BETWEEN] = [1_000, 2_000];

/** Covers the page in view, part after part, for each model of the lens; the maps come into the lens as they refine. */
export async function occlusion(lens: Experiments, options: OcclusionOptions): Promise<Occlusion> {
  const { onProgress, enough, ...how } = options;
  const { data, view } = lens.state;
  const explanations = besides(data, view.result).map((key) => explanationOf(data, key));
  const sources = explanations.map((explanation) => ({ ...sourceOf(lens, explanation), explanation }));
  const { width, height } = sources[0].page;
  let [last, isShown] = [performance.now(), false];
  const put = (so: Covering) => {
    const { by = "word", fill = "paper" } = how;
    const layers = explanations.map((explanation, i) => {
      const own = { drops: so.drops[i], coarse: so.coarse[i], isComplete: so.isComplete, by, fill };
      return [explanation.key, scoreDropLayer(own, explanation, { width, height })] as const;
    });
    lens.putLayers(new Map(layers), !isShown);
    isShown = true;
    last = performance.now();
  };
  let latest: Covering | null = null;
  const run = (report: Progress) =>
    cover(sources, sources[0].page, how, {
      enough: enough ? AbortSignal.any([enough, lens.enough]) : lens.enough,
      onStep(so) {
        latest = so;
        report(so.done, so.total);
        // The first one as soon as the coarse grid is measured, or what there is of it by then.
        const isCoarse = !isShown && so.drops[0].length > 0;
        if (isCoarse || performance.now() - last >= (isShown ? BETWEEN : FIRST)) put(so);
      },
    });
  let so: Covering;
  try {
    so = await (onProgress ? run(onProgress) : lens.watched("Covering", "parts of the page", run));
  } finally {
    // Interrupted or not, what is measured is kept.
    if (latest) put(latest);
  }
  const [, ...others] = explanations.map((explanation, i) => new Occlusion(explanation, so, i, how));
  return new Occlusion(explanations[0], so, 0, how, others);
}

function sourceOf(lens: Experiments, explanation: Explanation): { model: Model; page: Page } {
  const source = lens.sourceOf(explanation);
  if (!source) throw new Error("this result came from a file: explain its page again to measure it");
  return source;
}

/** What is in view, with the model and the page that it was made from. */
export function inView(lens: Experiments): { model: Model; page: Page; explanation: LensExplanation } {
  const { data, view } = lens.state;
  const explanation = explanationOf(data, view.result);
  return { ...sourceOf(lens, explanation), explanation };
}

/** Progress as a sentence: `Covering part 88 of 200. About 40 seconds left.` */
export function inWords(what: string, say: (words: string, fraction: number) => void): Progress {
  const start = performance.now();
  return (done, total) => {
    const left = Math.ceil(((performance.now() - start) / 1000 / done) * (total - done));
    say(
      `${what} ${done} of ${total}. About ${left} ${left === 1 ? "second" : "seconds"} left.`,
      done / total,
    );
  };
}

/** Keys of what all models say to the same query on the same page, that in view first. */
function besides(data: LensData, key: string): string[] {
  const { page } = data.results[key];
  const same = (other: string) =>
    other !== key && data.results[other].page === page && queryText(data, other) === queryText(data, key);
  return [key, ...data.order.filter(same)];
}

function modelName({ provenance }: Readonly<Record<string, unknown>>): string {
  const { id, profile } = (provenance as LensExplanation["provenance"]).model;
  return `${id}, ${profile}`;
}
