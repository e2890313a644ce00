import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GraphFile } from "./check-model.js";
import { readOnnxFile } from "./onnx-file.js";

/** Weights from which on a graph takes seconds to load and to run, and so much memory that it may run out. */
export const LARGE = 256 * 2 ** 20;

/** Bytes of a graph and the files that hold its weights. */
export function weightSize({ path, file }: GraphFile): number {
  const files = [path, ...Array.from(file.externalData.keys(), (name) => join(dirname(path), name))];
  return files.reduce((sum, name) => sum + statSync(name).size, 0);
}

/** Whether a graph takes long enough to have a process of its own. */
export function isLarge(path: string): boolean {
  return weightSize({ path, file: readOnnxFile(path) }) >= LARGE;
}
