import type { LensData, LensPage } from "./lens-state.js";
import type { Baseline } from "./vocabulary.js";

/** A lens on its way to the browser: what is large and stays, and what comes later, travel apart from what a query says. */
export interface LensWire {
  /** Pages without pictures, explanations without baselines. */
  data: { pages: Omit<LensPage, "picture">[]; explanations: LensData["explanations"] };
  /** The pages' pictures by their sha256: each is sent once. */
  pictures: Record<string, LensPage["picture"]>;
  /** What control queries reach, in the order of the explanations; null where it was not measured, or not yet. */
  baselines: (Baseline | null)[];
}

export function splitLens({ pages, explanations }: LensData): LensWire {
  return {
    data: {
      pages: pages.map(({ picture, ...page }) => page),
      explanations: explanations.map((e) => ({ ...e, baseline: null })),
    },
    pictures: Object.fromEntries(pages.map(({ sha256, picture }) => [sha256, picture])),
    baselines: explanations.map((e) => e.baseline),
  };
}

/** Puts together what travelled apart, for `decodeLensData` to check. What has it in place already, as the first version saved it, stays. */
export function joinLens(data: unknown, pictures: unknown, baselines: unknown): unknown {
  if (!isRecord(data)) return data;
  return {
    ...data,
    pages: each(data, "pages", (page) => ({ picture: fields(pictures)[String(page.sha256)], ...page })),
    explanations: each(data, "explanations", (explanation, i) => ({
      ...explanation,
      baseline:
        explanation.baseline ?? explanation.controls ?? (Array.isArray(baselines) ? baselines[i] : null),
    })),
  };
}

function each(
  of: Record<string, unknown>,
  key: string,
  complete: (item: Record<string, unknown>, index: number) => object,
): unknown {
  const list = of[key];
  return Array.isArray(list) ? list.map((item, i) => (isRecord(item) ? complete(item, i) : item)) : list;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value);

const fields = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
