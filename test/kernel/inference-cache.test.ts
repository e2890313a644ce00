/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MultiVector } from "../../core/index.js";
import { embeddingCache } from "../../kernel/store/embedding-cache.js";
import { readTensors } from "./support/safetensors.js";

const folder = mkdtempSync(join(tmpdir(), "cache-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 3 x 2 numbers: 24 bytes. */
const vectors = (first: number): MultiVector => ({
  kind: "vectors",
  data: Float32Array.from({ length: 6 }, (_, i) => first + i),
  count: 3,
  dim: 2,
});

test("in memory what was used longest ago goes first: what is used again and again stays", async () => {
  const cache = embeddingCache(null, { memory: 3 * 24, disk: 0 });
  const made: string[] = [];
  const get = (key: string) =>
    cache.get(key, async () => {
      made.push(key);
      return vectors(key.charCodeAt(0));
    });
  for (const key of ["a", "b", "c", "a", "d", "a", "e", "a", "f", "a"]) await get(key);
  expect(made).toEqual(["a", "b", "c", "d", "e", "f"]);
  await get("b");
  expect(made.at(-1)).toBe("b");
  expect((await get("a")).data).toEqual(vectors(97).data);
  expect(made).toHaveLength(7);
});

test("one that is larger than the memory is given, and drives nothing else out", async () => {
  const cache = embeddingCache(null, { memory: 2 * 24, disk: 0 });
  await cache.get("a", async () => vectors(1));
  const large = { ...vectors(0), data: new Float32Array(60), count: 30 };
  expect((await cache.get("large", async () => large)).count).toBe(30);
  const again = cache.get("a", () => Promise.reject(new Error("was driven out")));
  expect((await again).data[0]).toBe(1);
});

test("what failed is made again, and what others wait for is made once", async () => {
  const cache = embeddingCache(null);
  await expect(cache.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  let made = 0;
  const make = async () => {
    made++;
    return vectors(1);
  };
  const [one, two] = await Promise.all([cache.get("a", make), cache.get("a", make)]);
  expect([one === two, made]).toEqual([true, 1]);
});

test("on disk reading counts as use: what is read again and again stays", async () => {
  const path = join(folder, "disk");
  const size = async () => {
    await embeddingCache(path).get("a", async () => vectors(1));
    return readFileSync(join(path, "a.safetensors")).length;
  };
  // Room for two files; the folder is looked through at a cache's first write.
  const limits = { memory: 1000, disk: 2 * (await size()) };
  await embeddingCache(path, limits).get("b", async () => vectors(2));
  for (const [key, time] of [
    ["a", 1000],
    ["b", 2000],
  ] as const)
    utimesSync(join(path, `${key}.safetensors`), time, time);
  await embeddingCache(path, limits).get("a", () => Promise.reject(new Error("is on disk")));
  await embeddingCache(path, limits).get("c", async () => vectors(3));
  expect(readdirSync(path).sort()).toEqual(["a.safetensors", "c.safetensors"]);
});

test("its files are safetensors that others read, with a header of whole 8 bytes; a cut one is made again", async () => {
  const path = join(folder, "files");
  await embeddingCache(path).get("a", async () => vectors(1));
  const file = join(path, "a.safetensors");
  const { embeddings } = readTensors(file);
  expect([embeddings.shape, embeddings.data]).toEqual([[3, 2], vectors(1).data]);
  const bytes = readFileSync(file);
  const header = Number(bytes.readBigUInt64LE(0));
  expect(header % 8).toBe(0);
  const json = bytes.toString("utf8", 8, 8 + header);
  expect(json.length - json.trimEnd().length).toBeLessThan(8);
  expect(bytes.length).toBe(8 + header + 24);
  for (const length of [bytes.length - 4, 20, 4, 0]) {
    truncateSync(file, length);
    const made = await embeddingCache(path).get("a", async () => vectors(length));
    expect(made.data[0]).toBe(length);
  }
});
