import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { SharedWorks } from "../../engine/shared-work.js";

const digests = new Map<string, string>();
const running = new SharedWorks<string, string>();

/** SHA-256 (hex) of a file; read again only when its size or time changed. */
export async function fileHash(path: string, signal?: AbortSignal): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const key = `${path}\n${size}\n${mtimeMs}`;
  return digests.get(key) ?? running.get(key, (stop) => hashFile(path, key, stop), signal);
}

async function hashFile(path: string, key: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  const hex = hash.digest("hex");
  digests.set(key, hex);
  return hex;
}
