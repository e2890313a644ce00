import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ModelError } from "../inference/error.js";
import type { ImageConfig, ModelConfigs } from "./family.js";

/** The files of a model on disk, found and parsed, nothing loaded yet. */
export interface ModelFolder {
  /** As the person named it, for messages. */
  id: string;
  /** For provenance: without the folders that lead to it. */
  name: string;
  path: string;
  revision: string | null;
  configs: ModelConfigs;
  tokenizer: object;
  tokenizerConfig: object;
  /** One graph for pages and queries, or one for each; paths. */
  graphs: { page: string; query: string | null };
}

export const PAGE_GRAPHS: readonly string[] = [
  "model.onnx",
  "vision.onnx",
  "vision_model.onnx",
  "onnx/model.onnx",
  "onnx/vision_model.onnx",
];
export const QUERY_GRAPHS: readonly string[] = ["text.onnx", "text_model.onnx", "onnx/text_model.onnx"];

export const CONFIG_FILES: readonly string[] = [
  "config.json",
  "preprocessor_config.json",
  "processor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
];

/** @throws ModelError naming the folder, what is missing and what to do */
export function readModelFolder(
  path: string,
  { id, name, revision = null }: { id: string; name: string; revision?: string | null },
): ModelFolder {
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new ModelError(`no such model folder: ${id}`);
  const find = (names: readonly string[]) => names.map((n) => join(path, n)).find(existsSync) ?? null;
  const page = find(PAGE_GRAPHS);
  if (!page)
    throw new ModelError(
      `no ONNX graph in ${id}, expected ${PAGE_GRAPHS.slice(0, 3).join(" or ")}; a PyTorch checkpoint is exported with tools/export`,
    );
  if (!existsSync(join(path, "tokenizer.json")))
    throw new ModelError(
      `no tokenizer in ${id}, expected tokenizer.json beside the graph; copy it from the original checkpoint`,
    );
  const processor = readJson(path, "processor_config.json", id) ?? {};
  const image =
    readJson(path, "preprocessor_config.json", id) ?? (processor.image_processor as ImageConfig | undefined);
  if (!image)
    throw new ModelError(
      `no image settings in ${id}, expected preprocessor_config.json or processor_config.json; copy it from the original checkpoint`,
    );
  return {
    id,
    name,
    path,
    revision,
    configs: { model: readJson(path, "config.json", id) ?? {}, image, processor },
    tokenizer: readJson(path, "tokenizer.json", id)!,
    tokenizerConfig: readJson(path, "tokenizer_config.json", id) ?? {},
    graphs: { page, query: find(QUERY_GRAPHS) },
  };
}

function readJson(folder: string, file: string, id: string): Record<string, unknown> | null {
  const path = join(folder, file);
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ModelError(`invalid ${file} in ${id}: ${(error as Error).message}`, { cause: error });
  }
}
