import type {
  Baseline,
  Explanation,
  LensData,
  LensExplanation,
  LensPage,
  LensState,
  MaxSim,
  PageWord,
  QueryToken,
  ViewChange,
} from "../../core/index";
import { defaultView, LENS_STATE_VERSION } from "../../core/index";

/** A 2 x 2 white PNG: a picture that every decoder takes. */
export const PICTURE = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADklEQVQImWP4DwYMEAoAU7oL9W/sIDEAAAAASUVORK5CYII=",
  ),
  (c) => c.charCodeAt(0),
);

/**
 * "peak loads" as the prefix `Q`, the word `peak`, the word `loads` in two parts and an augmentation token, on a
 * grid of 2 rows x 3 columns. Cosines encode token, row and column: t / 10 + row / 20 + column / 100.
 */
export function explanation(change: Partial<LensExplanation> = {}): LensExplanation {
  const rows = 2;
  const columns = 3;
  const tokens: QueryToken[] = [
    { index: 0, id: 5, text: "Q", kind: "prefix", word: null },
    { index: 1, id: 17, text: "peak", kind: "word", word: 0 },
    { index: 2, id: 23, text: "load", kind: "word", word: 1 },
    { index: 3, id: 29, text: "##s", kind: "word", word: 1 },
    { index: 4, id: 2, text: "[MASK]", kind: "augmentation", word: null },
  ];
  const data = Float32Array.from({ length: tokens.length * rows * columns }, (_, i) => {
    const [t, row, column] = [Math.floor(i / 6), Math.floor((i % 6) / 3), i % 3];
    return t / 10 + row / 20 + column / 100;
  });
  const bests: MaxSim["tokens"] = tokens.map((_, t) => {
    const patchBest = data[t * 6 + 5];
    const offImage = t === 4;
    return {
      best: offImage ? patchBest + 0.25 : patchBest,
      bestIndex: offImage ? 0 : 6,
      patchBest,
      row: 1,
      column: 2,
      offImage,
    };
  });
  const patchScore = bests.reduce((sum, t) => sum + t.patchBest, 0);
  return {
    kind: "explanation",
    key: "r0",
    page: "p0",
    query: {
      kind: "query",
      text: "peak loads",
      tokens,
      words: [
        { index: 0, text: "peak", tokens: [1] },
        { index: 1, text: "loads", tokens: [2, 3] },
      ],
      dropped: [],
    },
    grid: { rows, columns },
    maps: { kind: "maps", data, tokens: tokens.length, rows, columns },
    maxsim: { kind: "maxsim", score: patchScore + 0.25, patchScore, residue: 0.25, tokens: bests },
    domain: [0.1, 0.5],
    baseline: null,
    provenance: {
      model: {
        id: "mini",
        revision: null,
        family: "mini",
        weights: { "vision.onnx": "ab".repeat(32) },
        dtype: "fp16",
        dim: 128,
        profile: "mini",
        provider: "cpu",
      },
      processor: { width: 30, height: 20, resample: "bicubic", backend: "engine" },
      page: {
        file: "report.pdf",
        number: 1,
        sha256: "cd".repeat(32),
        width: 300,
        height: 200,
        dpi: 150,
        renderer: "pdfium",
      },
      query: { text: "peak loads", ids: [5, 17, 23, 29, 2] },
      versions: { "colpali-lens": "0.1.0" },
      date: "2026-11-24T08:00:00Z",
    },
    ...change,
  };
}

/** 39 control words, of which 38 reach .1 and one .45 on their best patch. Their mean encodes row and column. */
export function baseline(change: Partial<Baseline> = {}): Baseline {
  const maxima = new Float32Array(39).fill(0.1);
  maxima[38] = 0.45;
  const mean = Float32Array.from({ length: 6 }, (_, j) => 0.05 + Math.floor(j / 3) / 100 + (j % 3) / 1000);
  return {
    kind: "baseline",
    list: "test@1",
    queries: 20,
    maxima: { words: maxima, word: maxima },
    mean: { word: mean },
    ...change,
  };
}

/** The only page of the examples. */
export function lensPage(change: Partial<LensPage> = {}): LensPage {
  return {
    name: "report.pdf",
    number: 1,
    of: 4,
    width: 300,
    height: 200,
    sha256: "cd".repeat(32),
    dpi: 150,
    renderer: "pdfium",
    picture: { mime: "image/png", data: PICTURE },
    ...change,
  };
}

/** "peak" over the first column of the example's grid, "loads" over the third, both on its second row. */
export function pageWords(): PageWord[] {
  const word = (text: string, x: number): PageWord => ({
    text,
    rect: { x, y: 130, width: 80, height: 40 },
    line: 0,
    block: 0,
    source: "pdf",
  });
  return [word("peak", 10), word("loads", 210)];
}

/** Explanations as a lens has them, with keys that say their places: `r0`, `r1`, on the page `p0`, … */
export function lensData(...explanations: Explanation[]): LensData {
  const data: LensData = { models: {}, queries: {}, pages: { p0: lensPage() }, results: {}, order: [] };
  for (const one of explanations.length > 0 ? explanations : [explanation()]) {
    const { processor, versions, date, model: provenance } = one.provenance;
    const { width, height, ...rest } = processor;
    const { maps, maxsim, baseline, layers, domain } = one;
    const model = keyIn(data.models, "m", { provenance, processor: rest, domain });
    const query = keyIn(data.queries, "q", one.query);
    const page = (one as Partial<LensExplanation>).page ?? "p0";
    const key = `r${data.order.push("") - 1}`;
    data.order[data.order.length - 1] = key;
    const numbers = { maps, maxsim, baseline, ...(layers && { layers }) };
    const own = { resized: { width, height }, ...numbers, versions, date };
    data.results[key] = { kind: "result", model, query, page, ...own };
  }
  return data;
}

/** The key of what is there already, or a new one. */
function keyIn<T>(all: Record<string, T>, letter: string, value: T): string {
  const same = Object.keys(all).find((key) => JSON.stringify(all[key]) === JSON.stringify(value));
  const key = same ?? `${letter}${Object.keys(all).length}`;
  all[key] ??= value;
  return key;
}

/** Colours that do not follow the page: one layer, in a palette whose entries are known. */
export const PLAIN = { palette: "viridis", diverging: "PuOr", blend: "alpha", opacity: 0.8 } as const;

/** @param view what is not as it is by default; its colours start from {@link PLAIN} */
export function lensState({ color, marks, ...view }: ViewChange = {}, data = lensData()): LensState {
  const base = defaultView(data);
  return {
    version: LENS_STATE_VERSION,
    data,
    view: {
      ...base,
      ...view,
      color: { ...base.color, ...PLAIN, ...color },
      marks: { ...base.marks, ...marks },
    } as LensState["view"],
  };
}
