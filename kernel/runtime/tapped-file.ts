import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { AttentionLayer } from "../../engine/graphs/attention-layers.js";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { joinOnnx, splitOnnx } from "../../engine/graphs/onnx-parts.js";
import type { EditedGraph } from "./node-graph.js";

/** What messages call a graph that gives its attention. */
export function tappedName(path: string): string {
  return `${basename(path)} with attention`;
}

/** An ONNX file with the nodes and outputs that give its attention; null where it has none to give. */
export async function tappedFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ layers: AttentionLayer[]; graph: EditedGraph | null }> {
  const parts = splitOnnx(await readFile(path, { signal }));
  const layers = tapAttention(parts.model);
  if (layers.every(({ weights }) => weights === null)) return { layers, graph: null };
  return { layers, graph: { bytes: joinOnnx(parts), name: tappedName(path), folder: dirname(path) } };
}
