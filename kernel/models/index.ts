import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { embeddingCache } from "../inference/cache.js";
import { cacheFolder } from "../inference/cache-folder.js";
import { ModelError } from "../inference/error.js";
import { openMaxSim } from "../inference/maxsim-graph.js";
import { mainType, type OnnxFile, readOnnxFile } from "../inference/onnx-file.js";
import type { Provider } from "../inference/providers.js";
import { type Graph, openGraph } from "../inference/session.js";
import { packageRoot } from "../package.js";
import { familyOf } from "./families.js";
import type { ModelConfig, PromptProfile } from "./family.js";
import { type ModelFolder, readModelFolder } from "./folder.js";
import { Model } from "./model.js";
import { openTokenizer } from "./tokenizer.js";
import { fileHash } from "./weights.js";

export { ModelError } from "../inference/error.js";
export type { EmbedProgress, Model, ModelInfo, PageEmbedding, QueryEmbedding } from "./model.js";

export interface LoadOptions {
  /** Prompt profile; the family's default when left out. */
  profile?: string;
  /** Execution provider. Default "auto". */
  provider?: Provider | "auto";
  /** Branch, tag or commit of a model on a hub. */
  revision?: string;
  /** Where downloads and embeddings are kept; null keeps embeddings in memory only. Default: the platform's cache folder. */
  cacheDir?: string | null;
  onProgress?: (progress: { step: string; done: number; total: number }) => void;
  onWarning?: (message: string) => void;
  signal?: AbortSignal;
}

/**
 * Loads a late-interaction page model.
 * @param ref "mini" (embedded), a folder with ONNX graphs, or "owner/name" on a model hub
 * @throws ModelError naming the model, what is wrong and what to do
 */
export async function loadModel(ref: string, options: LoadOptions = {}): Promise<Model> {
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    (options.onWarning ?? console.warn)(message);
  };
  void warn;
  const folder = readModelFolder(locate(ref), ref);
  const { configs } = folder;
  const family = familyOf(configs.model, ref);
  const profile = chooseProfile(family.profiles(configs), options.profile, ref);
  const tokenizer = openTokenizer(ref, folder.tokenizer, folder.tokenizerConfig);
  const processor = family.processor(configs, "torch");
  const imageToken = imageTokenOf(configs.model, tokenizer, profile);

  options.signal?.throwIfAborted();
  const provider: Provider =
    options.provider === undefined || options.provider === "auto" ? "cpu" : options.provider;
  const files = readGraphFiles(folder);
  const weights = await hashWeights(folder, files, options);
  const pageGraph = await load(folder, folder.graphs.page, provider);
  const queryGraph = folder.graphs.query ? await load(folder, folder.graphs.query, provider) : pageGraph;
  const dim = embeddingDim(configs.model, pageGraph, queryGraph, ref);
  const layout = processor.layout(1240, 1754);
  const cacheDir = options.cacheDir === undefined ? cacheFolder() : options.cacheDir;
  return new Model({
    family,
    profile,
    tokenizer,
    processor,
    pageGraph,
    queryGraph,
    maxsim: await openMaxSim(provider),
    cache: embeddingCache(cacheDir && join(cacheDir, "embeddings")),
    info: {
      id: ref,
      path: folder.path,
      revision: folder.revision,
      family: family.name,
      title: family.title,
      dim,
      dtype: mainType(files[0].file),
      domain: family.domain,
      profile,
      profiles: family.profiles(configs).map((p) => p.name),
      provider,
      processor: {
        width: layout.width,
        height: layout.height,
        resample: processor.resample,
        backend: processor.backend,
      },
      imageToken,
      tokenizerSize: tokenizer.size,
      graphs: (queryGraph === pageGraph ? [pageGraph] : [pageGraph, queryGraph]).map((graph, i) => ({
        file: graph.name,
        inputs: graph.inputs,
        outputs: graph.outputs,
        opset: files[i].file.opset,
        producer: files[i].file.producer,
      })),
      weights,
      warnings,
    },
  });
}

function locate(ref: string): string {
  if (ref === "mini") return join(packageRoot, "models", "mini");
  if (existsSync(ref)) return resolve(ref);
  throw new ModelError(
    `unknown model: ${ref}, expected "mini", a folder with an ONNX model, or "owner/name" on a model hub`,
  );
}

function chooseProfile(profiles: PromptProfile[], wanted: string | undefined, name: string): PromptProfile {
  const found = wanted === undefined ? profiles[0] : profiles.find((p) => p.name === wanted);
  if (!found)
    throw new ModelError(
      `invalid profile: ${wanted}, expected one of ${profiles.map((p) => p.name).join(", ")} for ${name}`,
    );
  return found;
}

function imageTokenOf(
  config: ModelConfig,
  tokenizer: { textOf(id: number): string },
  profile: PromptProfile,
): { id: number; text: string } | null {
  const id = config.image_token_id ?? config.image_token_index ?? config.vlm_config?.image_token_index;
  return profile.page === null || id === undefined ? null : { id, text: tokenizer.textOf(id) };
}

/** @throws ModelError for a graph that is no ONNX file or whose external data are missing */
function readGraphFiles(folder: ModelFolder): { path: string; file: OnnxFile }[] {
  return [folder.graphs.page, folder.graphs.query].flatMap((path) => {
    if (!path) return [];
    let file: OnnxFile;
    try {
      file = readOnnxFile(path);
    } catch (error) {
      throw new ModelError(
        `invalid ONNX file ${basename(path)} in ${folder.id}: ${(error as Error).message}, expected a complete file; copy or download it again`,
        { cause: error },
      );
    }
    for (const name of file.externalData)
      if (!existsSync(join(dirname(path), name)))
        throw new ModelError(
          `missing weights: ${basename(path)} in ${folder.id} keeps them in ${name}, which is not beside it; copy or download it too`,
        );
    return [{ path, file }];
  });
}

async function hashWeights(
  folder: ModelFolder,
  files: { path: string; file: OnnxFile }[],
  { onProgress, signal }: LoadOptions,
): Promise<Record<string, string>> {
  const paths = files.flatMap(({ path, file }) => [
    path,
    ...file.externalData.map((name) => join(dirname(path), name)),
  ]);
  const weights: Record<string, string> = {};
  for (const [done, path] of paths.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ step: `checking ${basename(path)}`, done, total: paths.length });
    weights[path.slice(folder.path.length + 1)] = await fileHash(path);
  }
  return weights;
}

async function load(folder: ModelFolder, path: string, provider: Provider): Promise<Graph> {
  try {
    return await openGraph(path, provider);
  } catch (error) {
    throw new ModelError(
      `cannot load ${basename(path)} of ${folder.id} (${provider}): ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function embeddingDim(config: ModelConfig, page: Graph, query: Graph, name: string): number {
  const [a, b] = [page, query].map((graph) => graph.outputs[0].shape.at(-1));
  if (typeof a === "number" && typeof b === "number" && a !== b)
    throw new ModelError(
      `graphs of ${name} do not belong together: ${page.name} gives ${a} dimensions and ${query.name} ${b}`,
    );
  return numbers([a, b, config.embedding_dim, config.vlm_config?.embedding_dim])[0] ?? 128;
}

const numbers = (values: unknown[]): number[] => values.filter((v): v is number => typeof v === "number");
