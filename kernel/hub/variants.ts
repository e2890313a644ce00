import { didYouMean } from "../../core/data/did-you-mean.js";
import { ModelError } from "../../engine/model-error.js";

export const PAGE_GRAPHS: readonly string[] = [
  "model.onnx",
  "vision.onnx",
  "vision_model.onnx",
  "onnx/model.onnx",
  "onnx/vision_model.onnx",
];
const QUERY_GRAPHS: readonly string[] = ["text.onnx", "text_model.onnx", "onnx/text_model.onnx"];

/** The graphs of a model among the files of its folder or repository, by name. */
export interface ChosenGraphs {
  page: string;
  /** Null where one graph is for both. */
  query: string | null;
  /** Further ways of the same graph that can be asked for: `quantized` of `onnx/model_quantized.onnx`. */
  variants: string[];
  /** Further graphs for pages. */
  unused: string[];
}

/**
 * Finds the graphs for pages and queries.
 * @param wanted a variant's name, as exports call them: `quantized`, `fp16`, `q4`, …
 * @returns null where there is no graph for pages
 * @throws ModelError for a variant that is not there, and where there are only variants, naming those there are
 */
export function chooseGraphs(
  files: Iterable<string>,
  wanted: string | undefined,
  model: string,
): ChosenGraphs | null {
  const names = new Set(files);
  const find = (graphs: readonly string[], variant?: string) =>
    graphs
      .map((graph) => (variant === undefined ? graph : variantFile(graph, variant)))
      .find((n) => names.has(n));
  const variants = [...new Set(Array.from(names, variantOf).filter((v) => v !== null))].sort();
  const choices = variants.map((v) => `{ graph: ${JSON.stringify(v)} }`).join(", ");
  const query = find(QUERY_GRAPHS) ?? null;
  if (wanted !== undefined) {
    const page = find(PAGE_GRAPHS, wanted);
    if (!page)
      throw new ModelError(
        `invalid graph: ${wanted}, expected ${variants.length ? `one of ${variants.join(", ")}` : "none: there are no variants"} for ${model}${didYouMean(wanted, variants)}`,
      );
    return { page, query: find(QUERY_GRAPHS, wanted) ?? query, variants, unused: [] };
  }
  const page = find(PAGE_GRAPHS);
  if (page) {
    const unused = PAGE_GRAPHS.filter((name) => name !== page && names.has(name));
    return { page, query, variants, unused };
  }
  if (variants.length > 0)
    throw new ModelError(
      `${model} has no graph of the plain name, only variants: choose one with ${choices}`,
    );
  return null;
}

/** `onnx/model_fp16.onnx` for `onnx/model.onnx` and `fp16` */
const variantFile = (graph: string, variant: string): string => graph.replace(/\.onnx$/, `_${variant}.onnx`);

function variantOf(file: string): string | null {
  if (PAGE_GRAPHS.includes(file) || !file.endsWith(".onnx")) return null;
  // `vision_model_fp16` is no variant of `vision`.
  const stems = PAGE_GRAPHS.map((graph) => graph.replace(/onnx$/, "")).map((s) => `${s.slice(0, -1)}_`);
  const stem = stems.filter((s) => file.startsWith(s)).sort((a, b) => b.length - a.length)[0];
  const name = stem && file.slice(stem.length, -".onnx".length);
  return name && /^[\w.-]+$/.test(name) ? name : null;
}
