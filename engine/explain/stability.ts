import {
  aggregate,
  type Explanation,
  type MapCells,
  maxsim,
  type Page,
  type PatchValue,
  similarityMaps,
  spearman,
  topPatches,
} from "../../core/index.js";
import { resample as resampleMap } from "../../core/view/difference.js";
import type { Picture } from "../processing/cover.js";
import { resample } from "../processing/resample.js";
import { stopSignal } from "../stop-signal.js";
import { wordTokens } from "./faithfulness.js";
import type { Model, StopOptions } from "./model.js";
import { inOrder } from "./occlusion.js";

/** What a harmless change of the page does to its map. */
export interface StabilityRow {
  /** What was changed, such as `1 pixel to the left`. */
  change: string;
  /** How far the map moves: the norm of the difference by that of the map (one term of max-sensitivity, arXiv 1901.09392). */
  sensitivity: number;
  /** Spearman's rank correlation with the map as it is; null where one of both is the same everywhere. */
  rank: number | null;
  /** The page score of the changed page less that of the page, of the tokens of words. */
  score: number;
  /** How many patches the highest one moves, across and down, the larger of both. */
  moved: number;
}

/** Changes that no reader would notice, and by what the host makes them that needs a codec. */
export interface Harmless {
  name: string;
  change(picture: Picture): Picture | Promise<Picture>;
}

/** The page moved by a pixel, and rendered a little smaller and larger. */
export const SHIFTS_AND_SIZES: readonly Harmless[] = [
  ...(
    [
      ["1 pixel to the left", 1, 0],
      ["1 pixel to the right", -1, 0],
      ["1 pixel up", 0, 1],
      ["1 pixel down", 0, -1],
    ] as const
  ).map(([name, dx, dy]) => ({ name, change: (picture: Picture) => shifted(picture, dx, dy) })),
  ...[0.75, 1.25].map((scale) => ({
    name: `resolution × ${scale}`,
    change: ({ pixels, width, height }: Picture) => {
      const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
      return {
        pixels: resample(pixels, width, height, wide, high, "bicubic", "pillow"),
        width: wide,
        height: high,
      };
    },
  })),
];

/** How the map (the maximum over the tokens of the query's words) answers to each change. */
export async function stabilityOf(
  model: Model,
  page: Page,
  explanation: Explanation,
  changes: readonly Harmless[],
  options: StopOptions = {},
  onStep: (done: number, total: number) => void = () => {},
): Promise<StabilityRow[]> {
  const signal = stopSignal(options.signal);
  const asked = await model.embedQuery(explanation.query.text, { signal });
  const tokens = wordTokens(explanation.query);
  const picture = { pixels: await page.pixels({ signal }), width: page.width, height: page.height };
  const before = aggregate(explanation.maps, "max", tokens);
  const [best] = topPatches(before, 1);
  const scoreOf = ({ tokens: of }: Explanation["maxsim"]) => tokens.reduce((sum, t) => sum + of[t].best, 0);
  const work = async ({ name, change }: Harmless): Promise<StabilityRow> => {
    const { vectors, grid } = await model.embedPicture(await change(picture), `the page, ${name}`, {
      signal,
    });
    const all = await model.maxsim.cosines(asked.vectors, vectors);
    // Another resolution may have another grid.
    const own = aggregate(similarityMaps(all, vectors.count, grid), "max", tokens);
    const after = resampleMap(own, before.rows, before.columns);
    return {
      change: name,
      sensitivity: distance(before, after),
      rank: spearman(before.data, after.data),
      score: scoreOf(maxsim(all, vectors.count, grid)) - scoreOf(explanation.maxsim),
      moved: steps(best, topPatches(after, 1)[0]),
    };
  };
  const rows: StabilityRow[] = [];
  for await (const row of inOrder(changes, model.batch, work)) onStep(rows.push(row), changes.length);
  return rows;
}

function distance(a: MapCells, b: MapCells): number {
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  return norm(a.data.map((v, j) => v - b.data[j])) / norm(a.data);
}

function steps(a: PatchValue, b: PatchValue): number {
  return Math.max(Math.abs(a.row - b.row), Math.abs(a.column - b.column));
}

/** What leaves the picture is gone; at the other edge the outermost pixels are there twice. */
function shifted({ pixels, width, height }: Picture, dx: number, dy: number): Picture {
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    const from = Math.min(height - 1, Math.max(0, y + dy));
    for (let x = 0; x < width; x++) {
      const at = 3 * (from * width + Math.min(width - 1, Math.max(0, x + dx)));
      out.set(pixels.subarray(at, at + 3), 3 * (y * width + x));
    }
  }
  return { pixels: out, width, height };
}
