import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { ModelError } from "../inference/error.js";
import { readOnnxFile } from "../inference/onnx-file.js";
import { download, type RemoteFile } from "./download.js";
import { CONFIG_FILES, PAGE_GRAPHS, QUERY_GRAPHS } from "./folder.js";

export interface HubOptions {
  revision?: string;
  /** Models are kept below it, one folder a commit. */
  cacheDir: string;
  onProgress?: (progress: { step: string; done: number; total: number }) => void;
  signal?: AbortSignal;
}

export interface HubModel {
  path: string;
  /** The commit that the revision stands for. */
  commit: string;
  /** Set when the hub could not be asked and an earlier download is used. */
  warning: string | null;
}

/** "owner/name" as the hub allows it. */
export const isHubName = (ref: string): boolean => /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(ref);

/** Lies in a commit's folder when everything is there. */
const COMPLETE = ".complete.json";

/**
 * Brings a model's files from the hub into the cache: only what is needed, resumed after a cut, checked by checksum, and
 * never twice. `HF_ENDPOINT` names another hub, `HF_TOKEN` opens gated models, `HF_HUB_OFFLINE=1` keeps off the network.
 * @throws ModelError naming the model, what happened and what to do
 */
export async function fetchModel(name: string, options: HubOptions): Promise<HubModel> {
  const revision = options.revision ?? "main";
  const root = join(options.cacheDir, "models", name.replace("/", "--"));
  const known = await readRefs(root);
  const cached = /^[0-9a-f]{40}$/.test(revision) ? revision : known[revision];
  const complete = cached !== undefined && existsSync(join(root, cached, COMPLETE));
  // A commit never changes; a branch is asked for again.
  if (complete && cached === revision) return { path: join(root, cached), commit: cached, warning: null };
  if (process.env.HF_HUB_OFFLINE === "1") {
    if (complete) return { path: join(root, cached), commit: cached, warning: null };
    throw new ModelError(
      `${name} (${revision}) is not in ${root} and HF_HUB_OFFLINE is set; load it once with a network`,
    );
  }
  let files: RemoteFile[];
  let commit: string;
  try {
    ({ commit, files } = await ask(name, revision, options.signal));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (complete && !(error instanceof HubApiError))
      return {
        path: join(root, cached),
        commit: cached,
        warning: `the hub cannot be reached, using ${name} at ${cached.slice(0, 12)} from an earlier download`,
      };
    throw explained(name, revision, error as Error);
  }
  const path = join(root, commit);
  if (!existsSync(join(path, COMPLETE))) {
    for (const file of chooseFiles(name, files)) await bring(name, commit, file, path, options);
    await bringExternalData(name, commit, files, path, options);
    await writeFile(join(path, COMPLETE), JSON.stringify({ name, commit }));
  }
  if (known[revision] !== commit) await writeRefs(root, { ...known, [revision]: commit });
  return { path, commit, warning: null };
}

const hubUrl = (): string => (process.env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/$/, "");
const token = (): string | undefined =>
  process.env.HF_TOKEN ?? process.env.HUGGING_FACE_HUB_TOKEN ?? undefined;

async function ask(
  name: string,
  revision: string,
  signal?: AbortSignal,
): Promise<{ commit: string; files: RemoteFile[] }> {
  const common = {
    hubUrl: hubUrl(),
    accessToken: token(),
    fetch: ((input, init) => {
      const timeout = AbortSignal.timeout(30_000);
      return fetch(input, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
    }) as typeof fetch,
  };
  const { sha: commit } = await modelInfo({ ...common, name, revision, additionalFields: ["sha"] });
  const files: RemoteFile[] = [];
  for await (const entry of listFiles({ ...common, repo: name, revision: commit, recursive: true })) {
    if (entry.type !== "file") continue;
    const checksum = entry.lfs
      ? ({ kind: "sha256", hex: entry.lfs.oid } as const)
      : ({ kind: "git", hex: entry.oid ?? "" } as const);
    files.push({ path: entry.path, size: entry.lfs?.size ?? entry.size, checksum });
  }
  return { commit, files };
}

/** Settings, tokenizer, and the graph or graphs; nothing else of a repository that may hold many variants. */
function chooseFiles(name: string, files: RemoteFile[]): RemoteFile[] {
  const byPath = new Map(files.map((f) => [f.path, f]));
  const first = (names: readonly string[]) => names.map((n) => byPath.get(n)).find((f) => f !== undefined);
  const page = first(PAGE_GRAPHS);
  if (!page)
    throw new ModelError(
      `no ONNX graph in ${name} on the hub, expected ${PAGE_GRAPHS.join(", ")}; a PyTorch checkpoint is exported with tools/export`,
    );
  const query = first(QUERY_GRAPHS);
  const configs = CONFIG_FILES.flatMap((path) => byPath.get(path) ?? []);
  return [...configs, ...(query ? [query] : []), page];
}

async function bringExternalData(
  name: string,
  commit: string,
  files: RemoteFile[],
  path: string,
  options: HubOptions,
) {
  const graphs = chooseFiles(name, files).filter((f) => f.path.endsWith(".onnx"));
  for (const graph of graphs)
    for (const location of readOnnxFile(join(path, graph.path)).externalData) {
      const wanted = posix.join(posix.dirname(graph.path), location);
      const file = files.find((f) => f.path === wanted);
      if (!file)
        throw new ModelError(
          `missing weights: ${graph.path} of ${name} keeps them in ${location}, which the hub does not have`,
        );
      await bring(name, commit, file, path, options);
    }
}

async function bring(name: string, commit: string, file: RemoteFile, folder: string, options: HubOptions) {
  const target = join(folder, file.path);
  if (existsSync(target)) return;
  const url = `${hubUrl()}/${name}/resolve/${commit}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
  await download(url, target, file, {
    token: token(),
    signal: options.signal,
    onBytes: (done, total) => options.onProgress?.({ step: `downloading ${file.path}`, done, total }),
  });
}

function explained(name: string, revision: string, error: Error): ModelError {
  const status = error instanceof HubApiError ? error.statusCode : 0;
  if (status === 401 || status === 403)
    return new ModelError(
      `no access to ${name} on the hub (${status}): it does not exist, or is gated; accept its terms there and set HF_TOKEN`,
      { cause: error },
    );
  if (status === 404)
    return new ModelError(
      `unknown model: ${name} (revision ${revision}) is neither a folder here nor on the hub`,
      {
        cause: error,
      },
    );
  const reason = (error as { cause?: Error }).cause?.message ?? error.message;
  return new ModelError(
    `cannot reach the hub for ${name}: ${reason}; check the network, or give a folder with the model`,
    { cause: error },
  );
}

async function readRefs(root: string): Promise<Record<string, string>> {
  const text = await readFile(join(root, "refs.json"), "utf8").catch(() => "{}");
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function writeRefs(root: string, refs: Record<string, string>): Promise<void> {
  const path = join(root, "refs.json");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(refs, null, 2));
}
