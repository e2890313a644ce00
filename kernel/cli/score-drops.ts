import { type Explanation, type Page, scoreDropLayer } from "../../core/index.js";
import { type CoverOptions, cover } from "../../engine/explain/occlusion.js";
import { fillOf } from "../../engine/processing/cover.js";
import type { Model } from "../hub/load-model.js";
import { UsageError } from "./options.js";

/** @throws UsageError for a fill that cannot be */
export function coverFill(fill: string): void {
  try {
    fillOf(fill);
  } catch (error) {
    throw new UsageError((error as Error).message.replace("invalid ", "invalid --"));
  }
}

/** The explanation with maps of how much the score falls when parts of the page are covered. */
export async function withDrops(
  model: Model,
  page: Page,
  explanation: Explanation,
  options: CoverOptions,
): Promise<Explanation> {
  const so = await cover([{ model, explanation }], page, options);
  const { by = "word", fill = "paper" } = options;
  const own = { drops: so.drops[0], coarse: so.coarse[0], isComplete: so.isComplete, by, fill };
  return { ...explanation, layers: [scoreDropLayer(own, explanation, page)] };
}
