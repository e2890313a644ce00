/**
 * What loading leaves behind when it fails or is stopped. The runtime is real; loaded graphs are counted.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildOnnx } from "../../engine/graphs/onnx-build.js";
import { loadModel, type Model } from "../../kernel/hub/load-model.js";
import { packageRoot } from "../../kernel/package.js";

let [opened, disposed] = [0, 0];

jest.mock("../../kernel/runtime/node-graph.js", () => {
  const real = jest.requireActual("../../kernel/runtime/node-graph.js");
  return {
    ...real,
    async openGraph(...given: unknown[]) {
      const graph = await real.openGraph(...given);
      opened++;
      return {
        ...graph,
        dispose() {
          disposed++;
          return graph.dispose();
        },
      };
    },
  };
});

const root = mkdtempSync(join(tmpdir(), "loading-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let copies = 0;
function copyOfMini(): string {
  const path = join(root, `model${copies++}`);
  cpSync(join(packageRoot, "models", "mini"), path, { recursive: true });
  [opened, disposed] = [0, 0];
  return path;
}
const open = (path: string, signal?: AbortSignal, onProgress = () => {}) =>
  loadModel(path, { cacheDir: null, provider: "cpu", signal, onProgress });

/** input_ids -> [b, t], with a further input. */
const foreign = buildOnnx({
  nodes: [{ op: "Add", inputs: ["input_ids", "position_ids"], outputs: ["out"] }],
  inputs: ["input_ids", "position_ids"].map((name) => ({ name, type: "int64", shape: ["b", "t"] })),
  outputs: [{ name: "out", type: "int64", shape: ["b", "t"] }],
});

test("a check that fails after the graphs are loaded", async () => {
  const path = copyOfMini();
  writeFileSync(join(path, "text.onnx"), foreign);
  await expect(open(path)).rejects.toThrow("unknown input of text.onnx");
  expect([opened, disposed]).toEqual([3, 3]);
});

test("settings that turn out wrong at the end", async () => {
  const path = copyOfMini();
  const config = JSON.parse(readFileSync(join(path, "config.json"), "utf8"));
  writeFileSync(join(path, "config.json"), JSON.stringify({ ...config, cosine_range: [1, 0] }));
  await expect(open(path)).rejects.toThrow("invalid cosine_range");
  expect(opened - disposed).toBe(0);
});

test("a second graph that the runtime refuses", async () => {
  const path = copyOfMini();
  // No such operator: the file reads well, and does not load.
  const graph = buildOnnx({
    nodes: [{ op: "Nonsense", inputs: ["input_ids"], outputs: ["out"] }],
    inputs: [{ name: "input_ids", type: "int64", shape: ["b", "t"] }],
    outputs: [{ name: "out", type: "float32", shape: ["b", "t"] }],
  });
  writeFileSync(join(path, "text.onnx"), graph);
  await expect(open(path)).rejects.toThrow(/^cannot load text\.onnx of .*Nonsense/);
  expect([opened, disposed]).toEqual([1, 1]);
});

test("a signal that is given while it loads", async () => {
  const path = copyOfMini();
  const stop = new AbortController();
  const work = open(path, stop.signal, () => setImmediate(() => stop.abort("enough")));
  await expect(work).rejects.toBe("enough");
  expect(opened - disposed).toBe(0);
});

test("a model is disposed of at the end of its block, with all its graphs, once", async () => {
  const path = copyOfMini();
  let outside: Model;
  {
    await using model = await loadModel(path, { provider: "cpu", cacheDir: null });
    await using same = model.withProfile(model.profile);
    expect([opened > 0, disposed, same.profile]).toEqual([true, 0, "mini"]);
    outside = model;
  }
  expect(disposed).toBe(opened);
  await outside.dispose();
  expect(disposed).toBe(opened);
  await expect(outside.embedQuery("wind")).rejects.toThrow("the model was disposed of: load it again");
});

test("a block that throws disposes of its model, too", async () => {
  const path = copyOfMini();
  const work = async () => {
    await using model = await loadModel(path, { provider: "cpu", cacheDir: null });
    throw new Error(`${model.id} went wrong`);
  };
  await expect(work()).rejects.toThrow("went wrong");
  expect([opened > 0, disposed]).toEqual([true, opened]);
});
