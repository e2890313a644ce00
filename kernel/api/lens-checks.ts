import sharp from "sharp";
import { decimal, type RowColumn } from "../../core/index.js";
import { type SanityRow, sanityOf } from "../../engine/explain/sanity.js";
import {
  type Harmless,
  SHIFTS_AND_SIZES,
  type StabilityRow,
  stabilityOf,
} from "../../engine/explain/stability.js";
import type { StopOptions } from "../hub/load-model.js";
import type { Report as Progress } from "../widgets/progress.js";
import { type Experiments, inView } from "./lens-occlusion.js";
import { LensReport } from "./lens-report.js";

export interface CheckOptions extends StopOptions {
  /** Called with pages embedded and pages in all. Without it a notebook shows a bar in the cell. */
  onProgress?: Progress;
}

const JPEG_QUALITIES = [90, 50];

const JPEGS: readonly Harmless[] = JPEG_QUALITIES.map((quality) => ({
  name: `JPEG, quality ${quality}`,
  async change({ pixels, width, height }) {
    const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer();
    const data = await sharp(file).toColourspace("srgb").removeAlpha().raw().toBuffer();
    return { pixels: new Uint8Array(data), width, height };
  },
}));

/** How the map of the page in view answers to changes that no reader would notice. */
export async function stability(
  lens: Experiments,
  { onProgress, signal }: CheckOptions,
): Promise<LensReport<StabilityRow>> {
  const { explanation, model, page } = inView(lens);
  const changes = [...SHIFTS_AND_SIZES, ...JPEGS];
  const run = (report: Progress) => stabilityOf(model, page, explanation, changes, { signal }, report);
  const rows = await (onProgress ? run(onProgress) : lens.watched("Changing the page", "pages", run));
  const worst = rows.reduce((a, b) => (b.sensitivity > a.sensitivity ? b : a));
  const moved = rows.filter(({ moved }) => moved > 1);
  const says = [
    `The map moves most with “${worst.change}”: by ${decimal(100 * worst.sensitivity, 0)} % of its size (maximum sensitivity ${decimal(worst.sensitivity)}).`,
    moved.length === 0
      ? "Its highest patch stays where it is, to within one patch."
      : `Its highest patch moves by more than one patch with ${moved.map(({ change }) => `“${change}”`).join(", ")}: do not read it alone.`,
  ];
  const { query, provenance } = explanation;
  return new LensReport(rows, STABILITY, says, { kind: "stability", query: query.text, provenance });
}

/** What maps look like on the page in view that cannot mean anything. */
export async function sanity(
  lens: Experiments,
  { onProgress, signal }: CheckOptions,
): Promise<LensReport<SanityRow>> {
  const { explanation, model, page } = inView(lens);
  const run = (report: Progress) => sanityOf(model, page, explanation, { signal }, report);
  const rows = await (onProgress ? run(onProgress) : lens.watched("Shuffling the page", "pages", run));
  const [real, ...others] = rows;
  const nearest = others.reduce((a, b) => (b.highest > a.highest ? b : a));
  const likest = others.reduce((a, b) => (b.rank > a.rank ? b : a));
  const says = [
    `The highest cosine is ${decimal(real.highest)}; where it cannot mean anything it is up to ${decimal(nearest.highest)} (${nearest.test}).`,
    `Of those maps the one of “${likest.test}” is most like the real one: rank correlation ${decimal(likest.rank)}. What they have in common is the page, not the match.`,
  ];
  const { query, provenance } = explanation;
  return new LensReport(rows, SANITY, says, { kind: "sanity", query: query.text, provenance });
}

function number<T>(head: string, value: (row: T) => number | null, places = 3): RowColumn<T> {
  const cell = (row: T) => {
    const of = value(row);
    return of === null ? "–" : decimal(of, places);
  };
  return { head, isNumber: true, value, cell };
}

const STABILITY: RowColumn<StabilityRow>[] = [
  { head: "change", value: ({ change }) => change, cell: ({ change }) => change },
  number("sensitivity", ({ sensitivity }) => sensitivity),
  number("rank correlation", ({ rank }) => rank),
  number("score", ({ score }) => score),
  number("patches moved", ({ moved }) => moved, 0),
];

const SANITY: RowColumn<SanityRow>[] = [
  { head: "map", value: ({ test }) => test, cell: ({ test }) => test },
  number("rank correlation", ({ rank }) => rank),
  number("from", ({ low }) => low),
  number("to", ({ high }) => high),
  number("highest cosine", ({ highest }) => highest),
  number("maps", ({ maps }) => maps, 0),
];
