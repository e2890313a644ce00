import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { ModelError } from "../inference/error.js";

/** A file of a repository with what proves that it arrived whole. */
export interface RemoteFile {
  path: string;
  size: number;
  /** SHA-256 of the content, or git's own SHA-1 of a blob for small files. */
  checksum: { kind: "sha256" | "git"; hex: string };
}

export interface DownloadOptions {
  token?: string;
  signal?: AbortSignal;
  onBytes?: (done: number, total: number) => void;
}

const ATTEMPTS = 5;

/**
 * Downloads to `target` by way of `target.part`, which is gone on from after a cut connection or a restart. The file appears
 * under its name only when its checksum is right.
 * @throws ModelError naming the file, what happened and what to do
 */
export async function download(
  url: string,
  target: string,
  file: RemoteFile,
  options: DownloadOptions,
): Promise<void> {
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  let failure = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    options.signal?.throwIfAborted();
    if (attempt > 0) await pause(200 * 2 ** attempt, options.signal);
    const before = await sizeOf(part);
    const result = await fetchRest(url, part, file, before, options);
    const after = await sizeOf(part);
    if (after >= file.size) break;
    failure = result;
    // A connection that still brings something is not yet a lost cause.
    if (after > before) attempt = 0;
  }
  const got = await sizeOf(part);
  if (got < file.size)
    throw new ModelError(
      `download of ${file.path} stopped after ${got} of ${file.size} bytes (${failure}); what is there is kept, try again to go on from it`,
    );
  const hex = await checksum(part, file);
  if (hex !== file.checksum.hex || got !== file.size) {
    await rm(part, { force: true });
    throw new ModelError(
      `wrong checksum: ${file.path} arrived as ${hex.slice(0, 12)}… (${got} bytes), expected ${file.checksum.hex.slice(0, 12)}… (${file.size} bytes); it was thrown away, try again`,
    );
  }
  await rename(part, target);
}

/** Appends what is missing; @returns what stopped it, "" if nothing did */
async function fetchRest(
  url: string,
  part: string,
  file: RemoteFile,
  from: number,
  { token, signal, onBytes }: DownloadOptions,
): Promise<string> {
  if (from >= file.size) return "";
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  // fetch drops this header when a redirect leads to another host.
  if (token) headers.authorization = `Bearer ${token}`;
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    const response = await fetch(url, { headers, signal });
    if (!response.ok || !response.body) return `the server answered ${response.status}`;
    const resumed = response.status === 206;
    let done = resumed ? from : 0;
    handle = await open(part, resumed ? "a" : "w");
    for await (const chunk of response.body) {
      await handle.write(chunk);
      done += chunk.length;
      onBytes?.(Math.min(done, file.size), file.size);
    }
    return done < file.size ? "the connection was closed" : "";
  } catch (error) {
    signal?.throwIfAborted();
    return ((error as { cause?: Error }).cause ?? (error as Error)).message;
  } finally {
    await handle?.close();
  }
}

/** @throws nothing; a missing file has 0 bytes */
const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

async function checksum(path: string, { checksum: { kind }, size }: RemoteFile): Promise<string> {
  const hash: Hash = createHash(kind === "sha256" ? "sha256" : "sha1");
  if (kind === "git") hash.update(`blob ${size}\0`);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
