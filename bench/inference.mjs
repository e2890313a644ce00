/**
 * Node's onnxruntime against Python's and torch on one graph, one thread each, in turn:
 * `npm run build:lib && BENCH_PYTHON=… node bench/inference.mjs`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { interleave, startPeer, table, time } from "./peer.mjs";

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const peer = await startPeer("tower", folder);
const session = await InferenceSession.create(join(folder, "tower.onnx"), {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
});
const x = new Tensor(
  "float32",
  Float32Array.from({ length: 1024 * 768 }, (_, i) => Math.sin(i)),
  [1, 1024, 768],
);
const rounds = Number(process.argv[2] ?? 15);
table(
  "12 layers, 768 wide, 1024 patches, float32",
  await interleave(rounds, {
    "onnxruntime-node": () => time(() => session.run({ x })),
    "onnxruntime (Python)": () => peer.run("onnxruntime"),
    torch: () => peer.run("torch"),
  }),
  "onnxruntime-node",
);
peer.stop();
rmSync(folder, { recursive: true });
