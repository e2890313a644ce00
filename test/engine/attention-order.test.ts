/**
 * Each layer's matrix is let go of before the next layer's is made.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { joinOnnx, splitOnnx } from "../../engine/graphs/onnx-parts.js";
import { goldenRoot } from "../kernel/support/golden.js";

test.each(["colqwen2", "colidefics3"])(
  "%s: all that is made of a layer comes before the next softmax",
  async (family) => {
    const folder = mkdtempSync(join(tmpdir(), "colpali-lens-order-"));
    const parts = splitOnnx(readFileSync(join(goldenRoot, family, "model.onnx")));
    const layers = tapAttention(parts.model);
    expect(layers.length).toBe(4);
    const session = await InferenceSession.create(joinOnnx(parts), {
      logSeverityLevel: 3,
      enableProfiling: true,
      profileFilePrefix: join(folder, "run"),
    });
    const shapes: Record<string, number[]> = {
      pixel_values: family === "colqwen2" ? [1, 4, 1176] : [1, 1, 3, 512, 512],
      pixel_attention_mask: [1, 1, 512, 512],
      input_ids: [1, 6],
      attention_mask: [1, 6],
      image_grid_thw: [1, 3],
    };
    const feeds: Record<string, Tensor> = {};
    for (const meta of session.inputMetadata) {
      const { name } = meta;
      const shape =
        shapes[name] ??
        { tile: [1, 1, 1, 1], position: [1, 1, 1, 1], slot: [1, 1, 1], tiles: [1] }[name.split(".")[0]]!;
      const length = shape.reduce((a, b) => a * b, 1);
      const value = name === "image_grid_thw" ? [1n, 2n, 2n] : null;
      const ones = name.endsWith("mask") ? 1n : 0n;
      feeds[name] =
        meta.isTensor && meta.type === "float32"
          ? new Tensor("float32", new Float32Array(length), shape)
          : new Tensor(
              "int64",
              value ? BigInt64Array.from(value) : new BigInt64Array(length).fill(ones),
              shape,
            );
    }
    await session.run(feeds);
    session.endProfiling();
    const [file] = readdirSync(folder);
    const events: { name: string; ts: number; cat: string }[] = JSON.parse(
      readFileSync(join(folder, file), "utf8"),
    );
    const names = events
      .filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"))
      .sort((a, b) => a.ts - b.ts)
      .map(({ name }) => name.replace("_kernel_time", ""));
    const at = (pattern: RegExp) => names.flatMap((name, i) => (pattern.test(name) ? [i] : []));
    const softmaxes = at(/^node_Softmax/);
    expect(softmaxes.length).toBe(4);
    for (const [layer, begin] of softmaxes.entries()) {
      const made = at(new RegExp(`of (rows|received|rollout|tap)\\.${layer}(\\.|$)`));
      expect(made.length).toBeGreaterThan(10);
      expect(Math.min(...made)).toBeGreaterThan(begin);
      expect(Math.max(...made)).toBeLessThan(softmaxes[layer + 1] ?? names.length);
    }
    await session.release();
    rmSync(folder, { recursive: true });
  },
);
