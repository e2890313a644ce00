import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MultiVector } from "../../core/index.js";

/** Keeps page embeddings by content: a page that a model has seen once is never embedded again. */
export interface EmbeddingCache {
  /** Returns what is kept under the key, or makes it once, also when asked twice at the same time. */
  get(key: string, make: () => Promise<MultiVector>): Promise<MultiVector>;
}

const MEMORY_LIMIT = 512 * 2 ** 20;
/** On disk the oldest go when there is more than this. */
const DISK_LIMIT = 4 * 2 ** 30;
const WRITES_BETWEEN_LOOKS = 100;

/**
 * @param folder where embeddings outlive the process (one safetensors file each, `embeddings` float32 [vectors, dim]), or
 *   null to keep them in memory only
 */
export function embeddingCache(folder: string | null): EmbeddingCache {
  const memory = new Map<string, Promise<MultiVector>>();
  const sizes = new Map<string, number>();
  let used = 0;
  let writes = 0;

  async function load(key: string, make: () => Promise<MultiVector>): Promise<MultiVector> {
    const file = folder && join(folder, `${key}.safetensors`);
    const stored = file && (await readVectors(file));
    if (stored) return stored;
    const vectors = await make();
    if (file) {
      await writeVectors(folder, file, vectors);
      if (writes++ % WRITES_BETWEEN_LOOKS === 0) await prune(folder, DISK_LIMIT);
    }
    return vectors;
  }

  return {
    get(key, make) {
      const held = memory.get(key);
      if (held) {
        memory.delete(key);
        memory.set(key, held);
        return held;
      }
      const work = load(key, make);
      memory.set(key, work);
      work.then(
        (vectors) => {
          sizes.set(key, vectors.data.byteLength);
          used += vectors.data.byteLength;
          for (const [old, size] of sizes) {
            if (used <= MEMORY_LIMIT || old === key) break;
            memory.delete(old);
            sizes.delete(old);
            used -= size;
          }
        },
        () => memory.delete(key),
      );
      return work;
    },
  };
}

/** Removes the files that were written longest ago until the folder is under the limit. */
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
  const bytes = await readFile(file).catch(() => null);
  if (!bytes || bytes.length < 8) return null;
  try {
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    const [count, dim] = header.embeddings.shape;
    const start = 8 + length;
    if (bytes.length !== start + count * dim * 4) return null;
    const data = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length),
    );
    return { kind: "vectors", data, count, dim };
  } catch {
    return null; // A damaged file is as good as none: the page is embedded again and the file replaced.
  }
}

async function writeVectors(folder: string, file: string, { data, count, dim }: MultiVector): Promise<void> {
  const json = JSON.stringify({
    embeddings: { dtype: "F32", shape: [count, dim], data_offsets: [0, data.byteLength] },
  });
  const header = Buffer.from(json.padEnd(Math.ceil((json.length + 8) / 8) * 8 - 8 + 8, " "));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const partial = `${file}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(
      partial,
      Buffer.concat([length, header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]),
    );
    await rename(partial, file);
  } catch {
    await unlink(partial).catch(() => {}); // A full or read-only disk must not cost the person the result.
  }
}
