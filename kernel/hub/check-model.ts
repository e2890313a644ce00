import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Family } from "../../engine/families/family.js";
import type { ModelConfig } from "../../engine/model-configs.js";
import { ModelError } from "../../engine/model-error.js";
import type { Graph } from "../../engine/runtime.js";
import type { ModelTokenizer } from "../../engine/text/tokenizer.js";
import type { ModelFolder } from "./folder.js";
import { mistaken } from "./mistaken.js";
import { type OnnxFile, readOnnxFile } from "./onnx-file.js";

export interface GraphFile {
  path: string;
  file: OnnxFile;
}

/**
 * Looks into the ONNX files before they are loaded.
 * @throws ModelError for a file that is no graph, or whose external data are missing or cut, saying what it is instead
 */
export function readGraphFiles(folder: ModelFolder): GraphFile[] {
  return [folder.graphs.page, folder.graphs.query].flatMap((path) => {
    if (!path) return [];
    let file: OnnxFile;
    try {
      file = readOnnxFile(path);
    } catch (error) {
      const other = mistaken(path);
      const says = other
        ? `it is ${other.what}; ${other.remedy}`
        : `${(error as Error).message}, expected a complete file; copy or download it again`;
      throw new ModelError(`invalid ONNX file ${basename(path)} in ${folder.id}: ${says}`, { cause: error });
    }
    for (const [name, least] of file.externalData) checkWeights(folder, path, name, least);
    return [{ path, file }];
  });
}

function checkWeights(folder: ModelFolder, graph: string, name: string, least: number): void {
  const path = join(dirname(graph), name);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined)
    throw new ModelError(
      `missing weights: ${basename(graph)} in ${folder.id} keeps them in ${name}, which is not beside it; copy or download it too`,
    );
  if (size >= least) return;
  const other = mistaken(path);
  throw new ModelError(
    other
      ? `invalid weights ${name} in ${folder.id}: it is ${other.what}; ${other.remedy}`
      : `cut weights: ${name} in ${folder.id} has ${size} bytes, ${basename(graph)} needs ${least}; copy or download it again`,
  );
}

/**
 * The token that stands for a patch.
 * @throws ModelError if tokenizer and configuration disagree about it, or the tokenizer has more ids than the graph knows
 */
export function checkTokenizer(
  folder: ModelFolder,
  family: Family,
  tokenizer: ModelTokenizer,
  files: GraphFile[],
): { id: number; text: string } | null {
  const { model } = folder.configs;
  const foreign = `the tokenizer of ${folder.id} does not belong to the model`;
  for (const { path, file } of files)
    if (file.vocabulary !== null && tokenizer.size > file.vocabulary)
      throw new ModelError(
        `${foreign}: it has ${tokenizer.size} ids and ${basename(path)} knows ${file.vocabulary}; copy tokenizer.json from the original checkpoint`,
      );
  if (family.imageToken === null) return null;
  const own = tokenizer.idOf(family.imageToken);
  const stated = imageTokenId(model);
  if (own === undefined)
    throw new ModelError(
      `${foreign}: it has no ${family.imageToken}, which stands for a patch in ${family.title}; copy tokenizer.json from the original checkpoint`,
    );
  if (stated !== undefined && stated !== own)
    throw new ModelError(
      `${foreign}: ${family.imageToken} is ${own} in tokenizer.json and ${stated} in config.json; copy both from the original checkpoint`,
    );
  return { id: own, text: family.imageToken };
}

function imageTokenId(config: ModelConfig): number | undefined {
  return (
    config.image_token_id ??
    config.image_token_index ??
    (config.vlm_config ? imageTokenId(config.vlm_config) : undefined)
  );
}

const IMAGE_INPUTS = ["pixel_values", "pixel_attention_mask", "image_grid_thw"];
const TEXT_INPUTS = ["input_ids", "attention_mask"];

/** @throws ModelError for inputs that nobody can fill, or a missing image input */
export function checkInputs(
  folder: ModelFolder,
  graph: Graph,
  role: "page" | "query",
  provided: string[],
): void {
  const usual = new Set([...TEXT_INPUTS, ...provided]);
  const unknown = graph.inputs.filter((i) => !usual.has(i.name));
  if (unknown.length > 0)
    throw new ModelError(
      `unknown input of ${graph.name} in ${folder.id}: ${unknown.map((i) => `${i.name} (${i.type} [${i.shape.join(", ")}])`).join(", ")}, ` +
        `expected only ${[...usual].join(", ")}; export the model with tools/export`,
    );
  if (role === "page" && !graph.inputs.some((i) => IMAGE_INPUTS.includes(i.name)))
    throw new ModelError(
      `${graph.name} in ${folder.id} takes no image (inputs: ${graph.inputs.map((i) => i.name).join(", ")}), expected pixel_values`,
    );
}

/** @throws ModelError if two graphs give vectors of different lengths */
export function embeddingDim(folder: ModelFolder, page: Graph, query: Graph): number {
  const { model } = folder.configs;
  const [a, b] = [page, query].map((graph) => graph.outputs[0].shape.at(-1));
  if (typeof a === "number" && typeof b === "number" && a !== b)
    throw new ModelError(
      `graphs of ${folder.id} do not belong together: ${page.name} gives ${a} dimensions and ${query.name} ${b}`,
    );
  const stated = [a, b, model.embedding_dim, model.vlm_config?.embedding_dim];
  return stated.find((d): d is number => typeof d === "number") ?? 128;
}
