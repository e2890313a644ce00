import { createHash } from "node:crypto";
import type { Runtime } from "../../engine/runtime.js";
import { manifest } from "../package.js";
import { openGraph } from "./node-graph.js";

/** Node with onnxruntime-node. */
export const nodeRuntime: Runtime = {
  openGraph,
  sha256: (text) => createHash("sha256").update(text).digest("hex"),
  versions: {
    [manifest.name]: manifest.version,
    "onnxruntime-node": manifest.dependencies["onnxruntime-node"],
    "@huggingface/tokenizers": manifest.dependencies["@huggingface/tokenizers"],
    node: process.versions.node,
  },
};
