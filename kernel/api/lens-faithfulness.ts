import {
  agreements,
  decimal,
  type Page,
  printable,
  REMOVAL_COLUMNS,
  type RemovalRow,
  removalFigure,
  removalRows,
  removalVerdict,
  serialise,
  type WordAgreement,
} from "../../core/index.js";
import {
  type FaithfulnessOptions,
  type RemovalCurve,
  removalCurves,
} from "../../engine/explain/faithfulness.js";
import type { Report as Progress } from "../widgets/progress.js";
import { type Experiments, inView } from "./lens-occlusion.js";
import { LensReport } from "./lens-report.js";

export interface LensFaithfulnessOptions extends FaithfulnessOptions {
  /** Called with pages embedded and pages in all. Without it a notebook shows a bar in the cell. */
  onProgress?: Progress;
}

/** Whether the score rests on what the map points at: areas under curves of deletion and insertion, beside chance. */
export class Faithfulness extends LensReport<RemovalRow> {
  /** What the tests come to, in one sentence. */
  readonly verdict: string;
  readonly curves: readonly RemovalCurve[];
  /** Similarity against occlusion, word by word; null where `lens.occlusion()` has not measured the page. */
  readonly agreement: readonly WordAgreement[] | null;

  constructor(
    curves: readonly RemovalCurve[],
    agreement: readonly WordAgreement[] | null,
    about: Readonly<Record<string, unknown>>,
  ) {
    const rows = removalRows(curves);
    const verdict = removalVerdict(rows);
    super(
      rows,
      REMOVAL_COLUMNS,
      [verdict, ...notes(rows), ...agreementWords(agreement)],
      { kind: "faithfulness", ...about, verdict, agreement, curves },
      serialise(removalFigure(curves)),
    );
    this.verdict = verdict;
    this.curves = curves;
    this.agreement = agreement;
  }
}

/** Measures the page in view. */
export async function faithfulness(
  lens: Experiments,
  { onProgress, ...options }: LensFaithfulnessOptions,
): Promise<Faithfulness> {
  const { explanation, model, page } = inView(lens);
  const run = (report: Progress) => removalCurves(model, page, explanation, options, report);
  const curves = await (onProgress ? run(onProgress) : lens.watched("Dropping patches", "pages", run));
  const { query, provenance } = explanation;
  return new Faithfulness(curves, await agreementOn(page), { query: query.text, provenance });

  /** By what the lens has been told meanwhile, too. */
  async function agreementOn(of: Page): Promise<WordAgreement[] | null> {
    return agreements(inView(lens).explanation, of, await of.words({ signal: options.signal }));
  }
}

function notes(rows: readonly RemovalRow[]): string[] {
  const few = rows.find(({ level, orders }) => level === "pixels" && orders < 20);
  return [
    "Dropping vectors is exact, free, and true by construction: the score is made of the map. Dropping pixels is the real test.",
    ...(few
      ? [
          `On pixels there are ${few.orders} random orders and ${few.orders} permuted ones: “from” and “to” are the least and the greatest of the random ones, and p is at least ${decimal(1 / (few.orders + 1), 2)}.`,
        ]
      : []),
  ];
}

function agreementWords(agreement: readonly WordAgreement[] | null): string[] {
  if (!agreement) return ["For the rank agreement with occlusion, call `await lens.occlusion()` first."];
  return agreement.map(({ word, rank, among, similar, cause }) => {
    const [asked, a, b] = [word, similar, cause].map((text) => `“${printable(text, 40)}”`);
    const first = a === b ? `both point at ${a}` : `similarity points at ${a}, the cause is ${b}`;
    return `${asked}: similarity and occlusion agree by ${rank === null ? "–" : decimal(rank)} (Spearman, ${among} printed words); ${first}.`;
  });
}
