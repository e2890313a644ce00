import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { PageError } from "./error.js";
import { download } from "./fetch-document.js";
import type { Document } from "./source.js";

/** A document's bytes, whenever a page of it is rendered. */
export interface DocumentBytes {
  /** As the person gave it, without the page selection. */
  name: string;
  /** @throws PageError where it is a file that changed or went since it was opened; what `signal` is aborted with */
  read(signal?: AbortSignal): Promise<Uint8Array>;
}

/**
 * Reads a document for the first time. A file is not kept but read again when needed; of anything else the bytes are kept.
 * @throws PageError naming the document; what `signal` is aborted with
 */
export async function readDocument(
  { from, name }: Document,
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array; document: DocumentBytes }> {
  if ("path" in from) return readPath(name, resolve(from.path), signal);
  const bytes = await ("url" in from ? download(from.url, signal) : copy(from));
  return { bytes, document: { name, read: async () => bytes } };
}

/** Whoever gave the bytes may write to them afterwards. */
async function copy(from: { bytes: Uint8Array } | { blob: Blob }): Promise<Uint8Array> {
  return "bytes" in from ? from.bytes.slice() : new Uint8Array(await from.blob.arrayBuffer());
}

async function readPath(name: string, path: string, signal: AbortSignal | undefined) {
  const opened = await readWhole(name, path, signal);
  const read = async (signal?: AbortSignal) => {
    const { bytes, stats } = await readWhole(name, path, signal);
    if (stats.size !== opened.stats.size || stats.mtimeMs !== opened.stats.mtimeMs) throw changed(name);
    return bytes;
  };
  return { bytes: opened.bytes, document: { name, read } };
}

async function readWhole(
  name: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Uint8Array; stats: Stats }> {
  try {
    const stats = await stat(path);
    return { bytes: await readFile(path, { signal }), stats };
  } catch (error) {
    signal?.throwIfAborted();
    throw new PageError(`cannot read ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Pages of two states of a document must not be taken for those of one. */
export function changed(name: string): PageError {
  return new PageError(`cannot render ${name}: it changed since it was opened, open it again with openPages`);
}
