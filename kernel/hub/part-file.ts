import { randomUUID } from "node:crypto";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The part of a file that has arrived so far. Its name is this download's own, so that two processes never write to one. */
export interface PartFile {
  readonly path: string;
  /** Bytes that are there. */
  size(): Promise<number>;
  /** Leaves the part under the common name, for whoever downloads the file next. */
  leave(): Promise<void>;
}

/** A part that nobody has written to for so long was left by a process that died: a living one gives up much sooner. */
const ABANDONED_MS = 10 * 60_000;

/**
 * Takes over the largest part of `target` that was left, by renaming it, which succeeds for one process only; without one,
 * the part is empty.
 */
export async function takePart(target: string): Promise<PartFile> {
  const path = `${target}.${randomUUID()}.part`;
  for (const left of await leftParts(target)) {
    const taken = await rename(left, path).then(
      () => true,
      () => false, // Another process was quicker.
    );
    if (taken) break;
  }
  return {
    path,
    size: () => sizeOf(path),
    async leave() {
      const common = `${target}.part`;
      if ((await sizeOf(path)) > (await sizeOf(common))) await rename(path, common);
      else await rm(path, { force: true });
    },
  };
}

/** Removes what was left of a file that is complete now. */
export async function removeParts(target: string): Promise<void> {
  for (const left of await leftParts(target)) await rm(left, { force: true });
}

/** Largest first. */
async function leftParts(target: string): Promise<string[]> {
  const [folder, name] = [dirname(target), basename(target)];
  const parts: { path: string; size: number }[] = [];
  for (const file of await readdir(folder).catch(() => [])) {
    if (!file.startsWith(`${name}.`) || !file.endsWith(".part")) continue;
    const path = join(folder, file);
    const info = await stat(path).catch(() => null);
    if (info && (file === `${name}.part` || Date.now() - info.mtimeMs > ABANDONED_MS))
      parts.push({ path, size: info.size });
  }
  return parts.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;
