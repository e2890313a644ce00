import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImageConfig, ModelConfigs } from "../../engine/model-configs.js";
import { ModelError } from "../../engine/model-error.js";
import { mistaken } from "./mistaken.js";
import { chooseGraphs, PAGE_GRAPHS } from "./variants.js";

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
  /** Further graphs for pages, by name. */
  unused: string[];
  /** Further ways of the same graph, which `{ graph }` chooses. */
  variants: string[];
}

export const CONFIG_FILES: readonly string[] = [
  "config.json",
  "preprocessor_config.json",
  "processor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
];

/** How a model is named, and which of its graphs is meant. */
interface Naming {
  id: string;
  name: string;
  revision?: string | null;
  /** A variant's name. */
  graph?: string;
}

/** @throws ModelError naming the folder, what is missing and what to do */
export function readModelFolder(path: string, { id, name, revision = null, graph }: Naming): ModelFolder {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info && !info.isDirectory()) throw new ModelError(noFolder(id));
  if (!info) throw new ModelError(`no such model folder: ${id}`);
  const chosen = chooseGraphs(graphFiles(path), graph, id);
  if (!chosen)
    throw new ModelError(
      `no ONNX graph in ${id}, expected ${PAGE_GRAPHS.slice(0, 3).join(" or ")}; ${insteadOfGraph(path)}`,
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
    graphs: { page: join(path, chosen.page), query: chosen.query && join(path, chosen.query) },
    unused: chosen.unused,
    variants: chosen.variants,
  };
}

const WEIGHTS = /\.(safetensors|bin|pt|pth|ckpt|gguf|h5|msgpack)$/;

function noFolder(file: string): string {
  const weights = WEIGHTS.test(file) ? "; weights of PyTorch are exported with tools/export" : "";
  return `invalid model: ${file} is a file, expected the folder with the graph, its tokenizer and settings: ${JSON.stringify(dirname(file))}${weights}`;
}

/** Names of the files where graphs may lie. */
function fileNames(path: string): string[] {
  return ["", "onnx"].flatMap((under) => {
    const folder = join(path, under);
    const files = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
    return files.map((file) => (under ? `${under}/${file}` : file)).sort();
  });
}

const graphFiles = (path: string): string[] => fileNames(path).filter((name) => name.endsWith(".onnx"));

/** What to do with a folder as it is. */
function insteadOfGraph(path: string): string {
  const names = fileNames(path);
  const graphs = names.filter((name) => name.endsWith(".onnx"));
  if (graphs.length > 0) return `it has ${graphs.join(" and ")}: rename the one for pages to model.onnx`;
  const weights = names.filter((name) => WEIGHTS.test(name));
  return weights.length > 0
    ? `it has weights of PyTorch or the like (${weights.join(", ")}): export the checkpoint with tools/export`
    : "a PyTorch checkpoint is exported with tools/export";
}

function readJson(folder: string, file: string, id: string): Record<string, unknown> | null {
  const path = join(folder, file);
  if (!existsSync(path)) return null;
  try {
    // Some editors begin a file with a mark of its encoding.
    const value = JSON.parse(readFileSync(path, "utf8").replace(/^\ufeff/, ""));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    const other = mistaken(path);
    // JSON that is cut off is not mistaken for something else.
    const says = other && other.what !== "JSON text" ? `it is ${other.what}; ${other.remedy}` : null;
    throw new ModelError(
      `invalid ${file} in ${id}: ${says ?? `${(error as Error).message}, expected a complete JSON file; copy or download it again`}`,
      { cause: error },
    );
  }
  throw new ModelError(`invalid ${file} in ${id}: not an object, expected the model's own file`);
}
