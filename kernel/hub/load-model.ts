import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { didYouMean } from "../../core/data/did-you-mean.js";
import { attentionConfig } from "../../engine/explain/attention-reader.js";
import { describe, findProfile, GraphModel, type Model, type ModelInfo } from "../../engine/explain/model.js";
import { familyOf } from "../../engine/families/families.js";
import type { Family, PromptProfile } from "../../engine/families/family.js";
import type { Engine } from "../../engine/graphs/loaded-graphs.js";
import type { ModelConfigs } from "../../engine/model-configs.js";
import { ModelError } from "../../engine/model-error.js";
import type { Backend } from "../../engine/processing/resample.js";
import type { Provider } from "../../engine/runtime.js";
import { openTokenizer } from "../../engine/text/tokenizer.js";
import { stopSignal } from "../interrupt.js";
import { packageRoot } from "../package.js";
import { freeMemory } from "../runtime/memory.js";
import { nodeRuntime } from "../runtime/node-runtime.js";
import { cacheFolder } from "../store/cache-folder.js";
import { embeddingCache } from "../store/embedding-cache.js";
import { userPath } from "../user-path.js";
import { checkInputs, checkTokenizer, embeddingDim, type GraphFile, readGraphFiles } from "./check-model.js";
import { type ModelFolder, readModelFolder } from "./folder.js";
import { fetchModel, isHubName } from "./hub.js";
import { attentionBytes, memoryNeed, memoryPlan } from "./memory-need.js";
import { mainType } from "./onnx-file.js";
import { openOnProvider } from "./open-graphs.js";
import { tappedGraphs } from "./tapped.js";
import { fileHash } from "./weights.js";

export type {
  EmbedOptions,
  EmbedProgress,
  Model,
  ModelInfo,
  PageEmbedding,
  QueryEmbedding,
  StopOptions,
} from "../../engine/explain/model.js";
export type { PromptProfile } from "../../engine/families/family.js";
export { ModelError } from "../../engine/model-error.js";

export interface LoadOptions {
  /** Prompt profile; the checkpoint's default when left out. */
  profile?: string;
  /** Execution provider. Default "auto". */
  provider?: Provider | "auto";
  /** Which backend of the reference the preprocessing reproduces bit for bit. Default "torch" (transformers 5's own). */
  backend?: Backend;
  /** Branch, tag or commit of a model on a hub. */
  revision?: string;
  /** A variant of the graph, by the end of its file's name: "quantized" is `onnx/model_quantized.onnx`. */
  graph?: string;
  /** Where downloads and embeddings are kept; null keeps embeddings in memory only. Default: the platform's cache folder. */
  cacheDir?: string | null;
  /** `done` and `total` are bytes of the step. */
  onProgress?: (progress: { step: string; done: number; total: number }) => void;
  onWarning?: (message: string) => void;
  /** Stops it, as an interrupt of the cell does in any case. What is downloaded is kept. */
  signal?: AbortSignal;
}

/**
 * Loads a late-interaction page model.
 * @param ref "mini" or "mini-context" (embedded), a folder with ONNX graphs, or "owner/name" on a model hub
 * @throws ModelError naming the model, what is wrong and what to do
 */
export async function loadModel(ref: string, given: LoadOptions = {}): Promise<Model> {
  const options = { ...given, signal: stopSignal(given.signal) };
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    (options.onWarning ?? console.warn)(message);
  };
  const cacheDir =
    options.cacheDir === undefined ? cacheFolder() : options.cacheDir && userPath(options.cacheDir);
  const folder = await locate(ref, cacheDir ?? cacheFolder(), options, warn);
  const { configs } = folder;
  if (folder.unused.length > 0)
    warn(
      `several graphs for pages in ${ref}: ${basename(folder.graphs.page)} is used, ${folder.unused.join(" and ")} not; remove or rename what is not meant`,
    );
  const family = familyOf(configs, ref);
  const profiles = family.profiles(configs);
  const profile = findProfile(profiles, options.profile, ref);
  const tokenizer = openTokenizer(ref, folder.tokenizer, folder.tokenizerConfig);
  const files = readGraphFiles(folder);
  const imageToken = checkTokenizer(folder, family, tokenizer, files);
  const processorOf = ({ pixels }: PromptProfile) =>
    family.processor(
      pixels ? withPixels(configs, pixels) : configs,
      options.backend ?? "torch",
      imageToken?.text ?? "",
    );
  const processor = processorOf(profile);
  const layout = processor.layout(...A4);
  const onnx = files.map(({ file }) => file);
  const free = freeMemory();
  const needOf = (keeps: boolean) => memoryNeed(family.name, configs, layout, onnx, keeps);
  const { need, keepsFloat16, warning: scarce } = memoryPlan(ref, needOf, folder.variants, free);
  const weights = await hashWeights(folder, files, cacheDir, options);

  const attention = attentionBytes(family.name, configs, layout);
  const engine = await openOnProvider(folder, files, { ...options, attention, scarce, keepsFloat16 }, warn);
  try {
    return modelOf(engine);
  } catch (error) {
    await engine.dispose();
    throw error;
  }

  function modelOf(engine: Engine): Model {
    const { page: pageGraph, query: queryGraph } = engine.graphs;
    const provided = Object.keys(processor.emptyFeeds());
    checkInputs(folder, pageGraph, "page", provided);
    checkInputs(folder, queryGraph, "query", provided);
    return new GraphModel({
      family,
      profile,
      profiles,
      tokenizer,
      processor,
      processorOf,
      runtime: nodeRuntime,
      engine,
      taps: tappedGraphs(
        folder,
        () => engine.graphs.provider,
        keepsFloat16,
        options.onWarning ?? console.warn,
      ),
      ...attentionConfig(configs),
      cache: embeddingCache(cacheDir && join(cacheDir, "embeddings")),
      skipsImage: files.at(-1)!.file.skipsImage,
      warn: options.onWarning ?? console.warn,
      warned: new Set(),
      info: {
        id: folder.name,
        path: folder.path,
        revision: folder.revision,
        family: family.name,
        title: family.title,
        dim: embeddingDim(folder, pageGraph, queryGraph),
        dtype: mainType(files[0].file),
        ...cosineRange(family, configs, ref),
        profile,
        profiles: profiles.map(({ name, about }) => ({ name, about })),
        processor: describe(processor),
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
        variants: folder.variants,
        memory: { ...need, free: free.bytes, of: free.of },
        warnings,
      },
    });
  }
}

function withPixels(configs: ModelConfigs, { least, most }: { least: number; most: number }): ModelConfigs {
  return { ...configs, image: { ...configs.image, size: { shortest_edge: least, longest_edge: most } } };
}

/** What is assumed of a model that nobody has measured: unit vectors of a trained model seldom leave it. */
const ASSUMED: [number, number] = [0, 0.8];

function cosineRange(
  { domain }: Family,
  { model }: ModelConfigs,
  ref: string,
): Pick<ModelInfo, "domain" | "domainFrom"> {
  const stated = model.cosine_range;
  if (stated === undefined)
    return domain ? { domain, domainFrom: "measured" } : { domain: ASSUMED, domainFrom: "assumed" };
  const [low, high] = Array.isArray(stated) ? stated : [Number.NaN, Number.NaN];
  if (!(low >= -1 && high <= 1 && low < high))
    throw new ModelError(
      `invalid cosine_range in config.json of ${ref}: ${JSON.stringify(stated)}, expected two cosines, the lower first`,
    );
  return { domain: [low, high], domainFrom: "measured" };
}

/** Models that come with the package. */
const EMBEDDED = ["mini", "mini-context"];

/** mini-context lies beside mini and shares its files: the weights of the trunk, too, which its graph reads from mini's. */
function readEmbedded(ref: string, graph: string | undefined): ModelFolder {
  const path = join(packageRoot, "models", "mini");
  const folder = readModelFolder(path, { id: ref, name: ref, graph });
  if (ref === "mini") return folder;
  const model = JSON.parse(readFileSync(join(path, "context.json"), "utf8"));
  return {
    ...folder,
    configs: { ...folder.configs, model },
    graphs: { ...folder.graphs, page: join(path, "context.onnx") },
  };
}

async function locate(
  ref: string,
  cacheDir: string,
  { revision, graph, onProgress, signal }: LoadOptions,
  warn: (message: string) => void,
): Promise<ModelFolder> {
  if (EMBEDDED.includes(ref)) return readEmbedded(ref, graph);
  const path = resolve(userPath(ref));
  if (existsSync(path)) return readModelFolder(path, { id: ref, name: basename(path), graph });
  if (!isHubName(ref))
    throw new ModelError(
      `unknown model: ${ref}, expected "mini", "mini-context", a folder with an ONNX model, or "owner/name" on a model hub${didYouMean(ref, EMBEDDED)}`,
    );
  const fetched = await fetchModel(ref, { revision, graph, cacheDir, onProgress, signal });
  if (fetched.warning) warn(fetched.warning);
  const { path: folder, commit, variants } = fetched;
  return { ...readModelFolder(folder, { id: ref, name: ref, revision: commit, graph }), variants };
}

/** In pixels: A4 at 150 dpi. */
const A4 = [1240, 1754] as const;

async function hashWeights(
  folder: ModelFolder,
  files: GraphFile[],
  cacheDir: string | null,
  { onProgress, signal }: LoadOptions,
): Promise<Record<string, string>> {
  const paths = files.flatMap(({ path, file }) => [
    path,
    ...Array.from(file.externalData.keys(), (name) => join(dirname(path), name)),
  ]);
  const weights: Record<string, string> = {};
  for (const path of paths) {
    signal?.throwIfAborted();
    const total = statSync(path).size;
    const step = `checking ${basename(path)}`;
    onProgress?.({ step, done: 0, total });
    const onBytes = (done: number) => onProgress?.({ step, done, total });
    weights[relative(folder.path, path).replaceAll("\\", "/")] = await fileHash(path, {
      signal,
      cacheDir,
      onBytes,
    });
  }
  return weights;
}
