import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import type { MultiVector } from "../../core/index.js";
import type { EmbeddingCache } from "../../engine/runtime.js";
import { SharedWorks } from "../../engine/shared-work.js";
import { readSafetensor, writeSafetensors } from "./safetensors.js";

export interface CacheLimits {
  /** Bytes in memory, and on disk. Beyond, what was used longest ago goes. */
  memory: number;
  disk: number;
}

const DISK = 4 * 2 ** 30;
/** What goes from memory is read again where there is a folder, and made again where there is none. */
const MEMORY = { withFolder: 128 * 2 ** 20, alone: 512 * 2 ** 20 };
const WRITES_BETWEEN_LOOKS = 100;

/**
 * @param folder where embeddings outlive the process (one safetensors file each, `embeddings` float32 [vectors, dim]), or
 *   null to keep them in memory only
 */
export function embeddingCache(
  folder: string | null,
  limits: CacheLimits = { memory: folder ? MEMORY.withFolder : MEMORY.alone, disk: DISK },
): EmbeddingCache {
  const memory = new LRUCache<string, MultiVector>({
    maxSize: limits.memory,
    sizeCalculation: ({ data }) => data.byteLength || 1,
  });
  const running = new SharedWorks<string, MultiVector>();
  let writes = 0;

  async function load(
    key: string,
    make: (stop: AbortSignal) => Promise<MultiVector>,
    stop: AbortSignal,
  ): Promise<MultiVector> {
    const file = folder && join(folder, `${key}.safetensors`);
    const stored = file && (await readVectors(file));
    const vectors = stored || (await make(stop));
    memory.set(key, vectors);
    if (file && !stored) {
      await writeVectors(folder, file, vectors);
      if (writes++ % WRITES_BETWEEN_LOOKS === 0) await prune(folder, limits.disk);
    }
    return vectors;
  }

  return {
    async get(key, make, signal) {
      return memory.get(key) ?? running.get(key, (stop) => load(key, make, stop), signal);
    },
  };
}

/** Removes the files that were used longest ago until the folder is under the limit. */
export async function prune(folder: string, limit: number): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".safetensors"));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const info = await stat(path).catch(() => null);
      return { path, size: info?.size ?? 0, time: info?.mtimeMs ?? 0 };
    }),
  );
  let total = files.reduce((sum, f) => sum + f.size, 0);
  for (const { path, size } of files.sort((a, b) => a.time - b.time)) {
    if (total <= limit) return;
    await unlink(path).catch(() => {});
    total -= size;
  }
}

async function readVectors(file: string): Promise<MultiVector | null> {
  try {
    const { data, shape } = readSafetensor(await readFile(file), "embeddings");
    const [count, dim] = shape;
    const now = new Date();
    await utimes(file, now, now).catch(() => {}); // `prune` goes by it; another person's file cannot be touched.
    return { kind: "vectors", data, count, dim };
  } catch {
    return null; // A missing or damaged file: the page is embedded, and the file replaced.
  }
}

async function writeVectors(folder: string, file: string, { data, count, dim }: MultiVector): Promise<void> {
  const partial = `${file}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(partial, writeSafetensors({ embeddings: { data, shape: [count, dim] } }));
    await rename(partial, file);
  } catch {
    await unlink(partial).catch(() => {}); // A full or read-only disk must not cost the person the result.
  }
}
