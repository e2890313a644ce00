import type { AttentionReading } from "./attention-reading.js";
import type { LensData, LensPage, LensPicture, Result } from "./lens-state.js";
import type { Layer } from "./vocabulary.js";
import { type PackedWord, packWords, unpackWords } from "./words-wire.js";

/** A lens on its way to the browser: pictures, with what is printed on them, and results travel apart from the rest, each once. */
export interface LensWire {
  data: Pick<LensData, "models" | "queries" | "order"> & {
    pages: Record<string, Omit<LensPage, "picture" | "words">>;
  };
  /** By the key of the page. */
  pictures: Record<
    string,
    Omit<LensPicture, "paper"> & { paper: Uint8Array | null; words: PackedWord[] | null }
  >;
  /** By the key of the result; what control queries reach, and further maps, come when they are measured. */
  results: Record<
    string,
    {
      result: Omit<Result, "baseline" | "layers" | "attention">;
      baseline: Result["baseline"];
      layers: Layer[] | null;
      attention: AttentionReading[] | null;
    }
  >;
}

export function splitLens({ models, queries, pages, results, order }: LensData): LensWire {
  return {
    data: { models, queries, pages: mapped(pages, ({ picture, words, ...page }) => page), order },
    pictures: mapped(pages, ({ picture: { paper = null, ...picture }, words }) => ({
      ...picture,
      paper,
      words: words ? packWords(words) : null,
    })),
    results: mapped(results, ({ baseline, layers = null, attention = null, ...result }) => ({
      result,
      baseline,
      layers,
      attention,
    })),
  };
}

/** Puts together what travelled apart, for `decodeLensData` to check. */
export function joinLens(data: unknown, pictures: unknown, results: unknown): unknown {
  if (!isRecord(data)) return data;
  const [shown, measured] = [pictures, results].map((of) => (isRecord(of) ? of : {}));
  return {
    ...data,
    pages:
      isRecord(data.pages) &&
      mapped(data.pages, (page, key) => (isRecord(page) ? { ...page, ...pictured(shown[key]) } : page)),
    results: mapped(measured, (of) =>
      isRecord(of) && isRecord(of.result)
        ? {
            ...of.result,
            baseline: of.baseline,
            ...(of.layers ? { layers: of.layers } : {}),
            ...(of.attention ? { attention: of.attention } : {}),
          }
        : of,
    ),
  };
}

/** What is null on the way is missing again. */
function pictured(of: unknown): Record<string, unknown> {
  if (!isRecord(of)) return { picture: of };
  const { words, paper, ...picture } = of;
  return {
    picture: paper ? { ...picture, paper } : picture,
    ...(words ? { words: unpackWords(words) } : {}),
  };
}

function mapped<T, U>(of: Record<string, T>, change: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value, key)]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
