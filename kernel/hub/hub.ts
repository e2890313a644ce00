import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { ModelError } from "../../engine/model-error.js";
import { download, RefusedError, type RemoteFile } from "./download.js";
import { CONFIG_FILES } from "./folder.js";
import { type HubAccess, hubAccess } from "./hub-access.js";
import { readOnnxFile } from "./onnx-file.js";
import { chooseGraphs, PAGE_GRAPHS } from "./variants.js";
import { rememberHash } from "./weights.js";

export interface HubOptions {
  revision?: string;
  /** A variant of the graph, by its name. */
  graph?: string;
  /** Models are kept below it, one folder a commit. */
  cacheDir: string;
  onProgress?: (progress: { step: string; done: number; total: number }) => void;
  signal?: AbortSignal;
}

export interface HubModel {
  path: string;
  /** The commit that the revision stands for. */
  commit: string;
  /** Variants of the graph that the hub has at that commit. */
  variants: string[];
  /** Set when the hub could not be asked and an earlier download is used. */
  warning: string | null;
}

/** "owner/name" as the hub allows it. */
export const isHubName = (ref: string): boolean => /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(ref);

/** Lies in a commit's folder when everything is there that the graph needs. */
const completeFile = (graph: string | undefined): string =>
  graph === undefined ? ".complete.json" : `.complete-${graph.replace(/[^\w.-]/g, "")}.json`;

/**
 * Brings a model's files from the hub into the cache: only what is needed, resumed after a cut, checked by checksum, and
 * never twice. Where the hub is, and who is logged in, is as for Python's `huggingface_hub`: see {@link hubAccess}.
 * @throws ModelError naming the model, what happened and what to do
 */
export async function fetchModel(name: string, options: HubOptions): Promise<HubModel> {
  const revision = options.revision ?? "main";
  const root = join(options.cacheDir, "models", name.replace("/", "--"));
  const refs = await readRefs(root);
  const cached = /^[0-9a-f]{40}$/.test(revision) ? revision : refs[revision];
  const marker = completeFile(options.graph);
  const complete = cached !== undefined && existsSync(join(root, cached, marker));
  // A commit never changes; a branch is asked for again.
  const kept = async (warning: string | null): Promise<HubModel> => {
    const path = join(root, cached!);
    const { variants = [] } = JSON.parse(await readFile(join(path, marker), "utf8"));
    return { path, commit: cached!, variants, warning };
  };
  if (complete && cached === revision) return kept(null);
  const access = hubAccess();
  if (access.offline) {
    if (complete) return kept(null);
    throw new ModelError(
      `${name} (${revision}) is not in ${root} and HF_HUB_OFFLINE is set; load it once with a network`,
    );
  }
  let files: RemoteFile[];
  let commit: string;
  try {
    ({ commit, files } = await ask(access, name, revision, options.signal));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (complete && !(error instanceof HubApiError))
      return kept(
        `the hub cannot be reached, using ${name} at ${cached.slice(0, 12)} from an earlier download`,
      );
    throw explained(access, name, revision, error as Error);
  }
  const path = join(root, commit);
  const variants =
    chooseGraphs(
      files.map((f) => f.path),
      options.graph,
      name,
    )?.variants ?? [];
  if (!existsSync(join(path, marker))) {
    const bring = async (file: RemoteFile) => {
      if (existsSync(join(path, file.path))) return;
      try {
        await bringFile(access, `${name}/resolve/${commit}`, file, path, options);
        // What the download was checked by need not be computed again.
        if (file.checksum.kind === "sha256")
          await rememberHash(options.cacheDir, join(path, file.path), file.checksum.hex);
      } catch (error) {
        throw error instanceof RefusedError ? explained(access, name, revision, error) : error;
      }
    };
    const chosen = chooseFiles(name, files, options.graph);
    for (const file of chosen) await bring(file);
    for (const file of externalFiles(name, chosen, files, path)) await bring(file);
    await writeFile(join(path, marker), JSON.stringify({ name, commit, variants }));
  }
  if (refs[revision] !== commit) await writeRefs(root, { ...refs, [revision]: commit });
  return { path, commit, variants, warning: null };
}

async function ask(
  { url, token }: HubAccess,
  name: string,
  revision: string,
  signal?: AbortSignal,
): Promise<{ commit: string; files: RemoteFile[] }> {
  const common = {
    hubUrl: url,
    fetch: ((input, init) => {
      const timeout = AbortSignal.timeout(30_000);
      const headers = new Headers(init?.headers);
      // Not by the client's own option, which refuses the tokens of other hubs.
      if (token) headers.set("authorization", `Bearer ${token}`);
      return fetch(input, {
        ...init,
        headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
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
function chooseFiles(name: string, files: RemoteFile[], graph: string | undefined): RemoteFile[] {
  const byPath = new Map(files.map((f) => [f.path, f]));
  const chosen = chooseGraphs(byPath.keys(), graph, name);
  if (!chosen)
    throw new ModelError(
      `no ONNX graph in ${name} on the hub, expected ${PAGE_GRAPHS.join(", ")}; a PyTorch checkpoint is exported with tools/export`,
    );
  const wanted = [...CONFIG_FILES, chosen.query ?? "", chosen.page];
  return wanted.flatMap((path) => byPath.get(path) ?? []);
}

/** The files that hold the weights of graphs, which must be here. */
function externalFiles(name: string, chosen: RemoteFile[], files: RemoteFile[], path: string): RemoteFile[] {
  const graphs = chosen.filter((f) => f.path.endsWith(".onnx"));
  return graphs.flatMap((graph) =>
    Array.from(readOnnxFile(join(path, graph.path)).externalData.keys(), (location) => {
      const wanted = posix.join(posix.dirname(graph.path), location);
      const file = files.find((f) => f.path === wanted);
      if (!file)
        throw new ModelError(
          `missing weights: ${graph.path} of ${name} keeps them in ${location}, which the hub does not have`,
        );
      return file;
    }),
  );
}

async function bringFile(
  { url, token }: HubAccess,
  where: string,
  file: RemoteFile,
  folder: string,
  { signal, onProgress }: HubOptions,
): Promise<void> {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  await download(`${url}/${where}/${path}`, join(folder, file.path), file, {
    token,
    signal,
    onBytes: (done, total) => onProgress?.({ step: `downloading ${file.path}`, done, total }),
  });
}

function explained(access: HubAccess, name: string, revision: string, error: Error): ModelError {
  const status =
    error instanceof HubApiError ? error.statusCode : error instanceof RefusedError ? error.status : 0;
  if (status === 401 || status === 403)
    return new ModelError(
      `no access to ${name} on the hub (${status}): it does not exist, or is gated; accept its terms there and set HF_TOKEN or run "hf auth login" (${
        access.token
          ? `the token from ${access.tokenFrom} was sent`
          : `no token was found in ${access.tokenFrom}`
      })`,
      { cause: error },
    );
  if (status === 404)
    return new ModelError(
      `unknown model: ${name} (revision ${revision}) is neither a folder here nor on the hub`,
      { cause: error },
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
