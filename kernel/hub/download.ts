import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { sharedName } from "../../core/index.js";
import { ModelError } from "../../engine/model-error.js";
import { type PartFile, removeParts, takePart } from "./part-file.js";

/** A file of a repository with what proves that it arrived whole. */
export interface RemoteFile {
  path: string;
  size: number;
  /** SHA-256 of the content, or git's own SHA-1 of a blob for small files. */
  checksum: { kind: "sha256" | "git"; hex: string };
}

export interface DownloadOptions {
  token?: string | null;
  signal?: AbortSignal;
  onBytes?: (done: number, total: number) => void;
}

/** The server refused the file: asking again changes nothing. */
export class RefusedError extends Error {
  constructor(readonly status: number) {
    super(`the server answered ${status}`);
  }
}

const ATTEMPTS = 5;
/** A connection that brings nothing for so long is given up. */
const STALLED_MS = 60_000;

/**
 * Downloads to `target` by way of a part file, which is gone on from after a cut connection or a restart. The file appears
 * under its name only when its checksum is right.
 * @throws ModelError naming the file, its address, what happened and what to do; RefusedError
 */
export async function download(
  url: string,
  target: string,
  file: RemoteFile,
  options: DownloadOptions,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const part = await takePart(target);
  try {
    await fetchAll(url, part, file, options);
    const hex = await checksum(part.path, file, options.signal);
    const got = await part.size();
    if (hex !== file.checksum.hex || got !== file.size) {
      await rm(part.path, { force: true });
      throw new ModelError(
        `wrong checksum: ${file.path} arrived as ${hex.slice(0, 12)}… (${got} bytes), expected ${file.checksum.hex.slice(0, 12)}… (${file.size} bytes); it was thrown away, try again`,
      );
    }
    await rename(part.path, target);
    await removeParts(target);
  } catch (error) {
    await part.leave();
    throw error;
  }
}

async function fetchAll(url: string, part: PartFile, file: RemoteFile, options: DownloadOptions) {
  let failure = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    options.signal?.throwIfAborted();
    if (attempt > 0) await pause(200 * 2 ** attempt, undefined, { signal: options.signal });
    const before = await part.size();
    if (before < file.size) failure = await fetchRest(url, part.path, file, before, options);
    const after = await part.size();
    if (after >= file.size) return;
    // A connection that still brings something is not yet a lost cause.
    if (after > before) attempt = 0;
  }
  throw new ModelError(
    `download of ${file.path} stopped after ${await part.size()} of ${file.size} bytes (${failure}), from ${sharedName(url)}; what is there is kept, try again to go on from it`,
  );
}

/** Appends what is missing; @returns what stopped it, "" if nothing did */
async function fetchRest(
  url: string,
  path: string,
  file: RemoteFile,
  from: number,
  { token, signal, onBytes }: DownloadOptions,
): Promise<string> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  // fetch drops this header when a redirect leads to another host.
  if (token) headers.authorization = `Bearer ${token}`;
  const stalled = new AbortController();
  const watch = setTimeout(
    () => stalled.abort(new Error(`nothing came for ${STALLED_MS / 1000} s`)),
    STALLED_MS,
  );
  const stop = signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal;
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    const response = await fetch(url, { headers, signal: stop });
    if (isFinal(response.status)) throw new RefusedError(response.status);
    if (!response.ok || !response.body) return `the server answered ${response.status}`;
    const resumed = response.status === 206;
    if (resumed && !isRestFrom(response, from)) return "the server sent another part than it was asked for";
    let done = resumed ? from : 0;
    handle = await open(path, resumed ? "a" : "w");
    for await (const chunk of response.body) {
      watch.refresh();
      await handle.write(chunk.subarray(0, file.size - done));
      done = Math.min(done + chunk.length, file.size);
      onBytes?.(done, file.size);
      // Whatever else comes: the checksum tells whether this is the file.
      if (done === file.size) break;
    }
    return done < file.size ? "the connection was closed" : "";
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RefusedError) throw error;
    return ((error as { cause?: Error }).cause ?? (error as Error)).message;
  } finally {
    clearTimeout(watch);
    await handle?.close();
  }
}

/** Refusals that stay; a busy server (408, 429, 5xx) may answer later, and 416 is about the part. */
const isFinal = (status: number): boolean =>
  status >= 400 && status < 500 && ![408, 416, 429].includes(status);

/** Not every server says which part it sends. */
function isRestFrom(response: Response, from: number): boolean {
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return !range || Number(range[1]) === from;
}

async function checksum(
  path: string,
  { checksum: { kind }, size }: RemoteFile,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(kind === "sha256" ? "sha256" : "sha1");
  if (kind === "git") hash.update(`blob ${size}\0`);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
}
