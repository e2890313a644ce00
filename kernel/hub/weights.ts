import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { SharedWorks } from "../../engine/shared-work.js";

interface HashOptions {
  signal?: AbortSignal;
  /** Where digests outlive the process, or null. */
  cacheDir: string | null;
  /** Bytes read so far; not called where the digest is known. */
  onBytes?: (done: number) => void;
}

const digests = new Map<string, string>();
const running = new SharedWorks<string, string>();

/** SHA-256 (hex) of a file; read again only when its path, size or times changed, also by another process. */
export async function fileHash(path: string, options: HashOptions): Promise<string> {
  const key = await fileKey(path);
  return digests.get(key) ?? running.get(key, (stop) => findHash(path, key, stop, options), options.signal);
}

/** Keeps what another way of knowing has said of a file as it is now. */
export async function rememberHash(cacheDir: string | null, path: string, hex: string): Promise<void> {
  await keep(await fileKey(path), hex, cacheDir);
}

/** The time of the last change of any kind goes along: it moves also where a copy is given its original's time. */
async function fileKey(path: string): Promise<string> {
  const { size, mtimeMs, ctimeMs } = await stat(path);
  return JSON.stringify([path, size, mtimeMs, ctimeMs]);
}

async function findHash(
  path: string,
  key: string,
  signal: AbortSignal,
  { cacheDir, onBytes }: HashOptions,
): Promise<string> {
  const known = cacheDir && (await readFile(digestFile(cacheDir, key), "utf8").catch(() => null));
  const [text, hex] = known?.split("\n") ?? [];
  if (text === key && /^[0-9a-f]{64}$/.test(hex ?? "")) {
    digests.set(key, hex);
    return hex;
  }
  const hash = createHash("sha256");
  let done = 0;
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  stream.on("data", (chunk) => {
    done += chunk.length;
    onBytes?.(done);
  });
  await pipeline(stream, hash, { signal });
  const digest = hash.digest("hex");
  await keep(key, digest, cacheDir);
  return digest;
}

async function keep(key: string, hex: string, cacheDir: string | null): Promise<void> {
  digests.set(key, hex);
  if (!cacheDir) return;
  const file = digestFile(cacheDir, key);
  const partial = `${file}.${randomUUID()}`;
  try {
    await mkdir(join(cacheDir, "digests"), { recursive: true });
    await writeFile(partial, `${key}\n${hex}\n`);
    await rename(partial, file);
  } catch {
    await rm(partial, { force: true }).catch(() => {}); // A full or read-only disk costs time, not the model.
  }
}

/** One small file a path, so that processes never write over each other's. */
function digestFile(cacheDir: string, key: string): string {
  const [path] = JSON.parse(key) as [string];
  return join(cacheDir, "digests", createHash("sha256").update(path).digest("hex").slice(0, 32));
}
