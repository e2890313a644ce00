/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "../../core/index.js";
import { explainPage } from "../../engine/explain/index.js";
import { buildOnnx, type NodeSpec } from "../../engine/graphs/onnx-build.js";
import { loadModel, type Model } from "../../kernel/hub/load-model.js";
import { packageRoot } from "../../kernel/package.js";
import { goldenRoot } from "./support/golden.js";
import { pixelPage } from "./support/pixel-page.js";

const root = mkdtempSync(join(tmpdir(), "models-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let copies = 0;
function copyOf(source: string): string {
  const path = join(root, `model${copies++}`);
  cpSync(source, path, { recursive: true });
  return path;
}
const MINI = join(packageRoot, "models", "mini");
const golden = (family: string) => join(goldenRoot, family);
const open = (path: string) => loadModel(path, { cacheDir: null, provider: "cpu" });

/** input_ids -> [b, t, dim], each number of a vector the id after the given nodes ("x" to "y"). */
function textGraph(
  dim: number,
  nodes: NodeSpec[] = [{ op: "Identity", inputs: ["x"], outputs: ["y"] }],
  more: string[] = [],
) {
  const ids = (name: string) => ({ name, type: "int64" as const, shape: ["b", "t"] });
  return buildOnnx({
    nodes: [
      { op: "Cast", inputs: ["input_ids"], outputs: ["f"], attributes: { to: 1 } },
      { op: "Unsqueeze", inputs: ["f", "last"], outputs: ["x"] },
      ...nodes,
      { op: "Expand", inputs: ["y", "shape"], outputs: ["out"] },
    ],
    constants: { last: [2], shape: [1, 1, dim] },
    inputs: ["input_ids", "attention_mask", ...more].map(ids),
    outputs: [{ name: "out", type: "float32", shape: ["b", "t", dim] }],
  });
}

/** pixel_values -> [1, 1, dim] */
const pageGraph = (dim: number) =>
  buildOnnx({
    nodes: [
      { op: "ReduceMean", inputs: ["pixel_values", "axes"], outputs: ["m"], attributes: { keepdims: 0 } },
      { op: "Unsqueeze", inputs: ["m", "last"], outputs: ["u"] },
      { op: "Expand", inputs: ["u", "shape"], outputs: ["out"] },
    ],
    constants: { axes: [2, 3], last: [2], shape: [1, 1, dim] },
    inputs: [{ name: "pixel_values", type: "float32", shape: ["b", 3, "h", "w"] }],
    outputs: [{ name: "out", type: "float32", shape: ["b", 3, dim] }],
  });

function page(width: number, height: number): Page {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) & 255);
  return pixelPage(pixels, width, height, "sample.png");
}

describe("a model that does not fit together says what does not fit", () => {
  test("an ONNX file that was cut off", async () => {
    const path = copyOf(MINI);
    truncateSync(join(path, "vision.onnx"), 100_000);
    await expect(open(path)).rejects.toThrow(
      `invalid ONNX file vision.onnx in ${path}: the file ends too early, expected a complete file; copy or download it again`,
    );
  });

  test("weights in a file that is not there", async () => {
    const path = copyOf(MINI);
    // protobuf merges repeated messages: a graph with one more initialiser, whose data lie elsewhere.
    const field = (number: number, body: Buffer) =>
      Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);
    const location = Buffer.concat([
      field(1, Buffer.from("location")),
      field(2, Buffer.from("vision.onnx_data")),
    ]);
    const tensor = Buffer.concat([
      Buffer.from([8, 1, 16, 1]),
      field(8, Buffer.from("far")),
      field(13, location),
    ]);
    appendFileSync(join(path, "vision.onnx"), field(7, field(5, tensor)));
    await expect(open(path)).rejects.toThrow(
      `missing weights: vision.onnx in ${path} keeps them in vision.onnx_data, which is not beside it; copy or download it too`,
    );
  });

  test("the tokenizer of another family", async () => {
    const path = copyOf(golden("colpali"));
    cpSync(join(golden("colqwen2"), "tokenizer.json"), join(path, "tokenizer.json"));
    await expect(open(path)).rejects.toThrow(
      `the tokenizer of ${path} does not belong to the model: it has no <image>, which stands for a patch in ColPali (PaliGemma)`,
    );
    const small = copyOf(golden("colqwen2"));
    cpSync(join(golden("colpali"), "tokenizer.json"), join(small, "tokenizer.json"));
    await expect(open(small)).rejects.toThrow(
      /: it has 1747 ids and model\.onnx knows 512; copy tokenizer\.json/,
    );
    const other = copyOf(golden("colpali"));
    const config = JSON.parse(readFileSync(join(other, "config.json"), "utf8"));
    writeFileSync(join(other, "config.json"), JSON.stringify({ ...config, image_token_index: 7 }));
    await expect(open(other)).rejects.toThrow(": <image> is 1746 in tokenizer.json and 7 in config.json");
  });

  test("a patch size that gives another number of patches than the prompt has", async () => {
    const path = copyOf(golden("colpali"));
    const config = JSON.parse(readFileSync(join(path, "config.json"), "utf8"));
    config.vision_config.patch_size = 28;
    writeFileSync(join(path, "config.json"), JSON.stringify(config));
    await expect(open(path)).rejects.toThrow(
      "patch count does not fit: 16 x 16 patches make 256, image_seq_length says 1024; copy config.json and the image settings from the same checkpoint",
    );
  });

  test("graphs with vectors of different length", async () => {
    const path = copyOf(MINI);
    writeFileSync(join(path, "vision.onnx"), pageGraph(64));
    writeFileSync(join(path, "text.onnx"), textGraph(32));
    await expect(open(path)).rejects.toThrow(
      `graphs of ${path} do not belong together: vision.onnx gives 64 dimensions and text.onnx 32`,
    );
  });

  test("an input that nobody knows, and a page graph without an image", async () => {
    const path = copyOf(MINI);
    writeFileSync(join(path, "text.onnx"), textGraph(128, undefined, ["position_ids"]));
    await expect(open(path)).rejects.toThrow(
      `unknown input of text.onnx in ${path}: position_ids (int64 [b, t]), expected only input_ids, attention_mask, pixel_values; export the model with tools/export`,
    );
    const blind = copyOf(MINI);
    writeFileSync(join(blind, "vision.onnx"), textGraph(128));
    await expect(open(blind)).rejects.toThrow(
      `vision.onnx in ${blind} takes no image (inputs: input_ids, attention_mask), expected pixel_values`,
    );
  });

  test("numbers that are none, and fewer vectors than patches", async () => {
    const path = copyOf(MINI);
    writeFileSync(join(path, "vision.onnx"), pageGraph(128));
    writeFileSync(
      join(path, "text.onnx"),
      textGraph(128, [
        { op: "Neg", inputs: ["x"], outputs: ["n"] },
        { op: "Log", inputs: ["n"], outputs: ["y"] },
      ]),
    );
    const model = await open(path);
    await expect(model.embedQuery("wind")).rejects.toThrow(
      'invalid output of text.onnx for query "wind": NaN in vector 0, expected finite numbers; try another execution provider or weights in float32',
    );
    await expect(model.embedPage(page(30, 20))).rejects.toThrow(
      "invalid output of vision.onnx: 3 vectors, expected at least 4096 for 64 x 64 patches",
    );
    await model.dispose();
  });
});

describe("pages of odd sizes", () => {
  const grids = async (model: Model, width: number, height: number) => {
    const { grid, vectors } = await model.embedPage(page(width, height));
    expect(vectors.data.every(Number.isFinite)).toBe(true);
    return [grid.rows, grid.columns];
  };

  test("smaller than a patch", async () => {
    for (const [family, grid] of [
      ["colpali", [32, 32]],
      ["colqwen2", [2, 3]],
    ] as const) {
      const model = await open(golden(family));
      expect(await grids(model, 3, 2)).toEqual(grid);
      await model.dispose();
    }
  });

  test("1 x 5000 pixels: squashed, tiled, or refused with the reason", async () => {
    const squashed = await open(golden("colpali"));
    expect(await grids(squashed, 1, 5000)).toEqual([32, 32]);
    const tiled = await open(golden("colidefics3"));
    expect(await grids(tiled, 1, 5000)).toEqual([32, 8]);
    const patched = await open(golden("colqwen2"));
    await expect(patched.embedPage(page(1, 5000))).rejects.toThrow(
      "invalid page: 1 x 5000 pixels, expected sides that differ at most 200 times for this model; cut it into parts",
    );
    for (const model of [squashed, tiled, patched]) await model.dispose();
  }, 30_000);
});

test("colours span what was measured on the model, or what is assumed, and the provenance says which", async () => {
  const path = copyOf(golden("colqwen2"));
  const stated = (range: unknown) => {
    const config = JSON.parse(readFileSync(join(path, "config.json"), "utf8"));
    writeFileSync(join(path, "config.json"), JSON.stringify({ ...config, cosine_range: range }));
  };
  const about = async () => {
    const model = await open(path);
    const { domain, provenance } = await explainPage(model, page(90, 60), "wind");
    await model.dispose();
    return [domain, provenance.model.domain];
  };
  expect(await about()).toEqual([[0, 0.8], "assumed"]);
  stated([0.1, 0.65]);
  expect(await about()).toEqual([[0.1, 0.65], "measured"]);
  stated([0.7, 0.2]);
  await expect(open(path)).rejects.toThrow(
    `invalid cosine_range in config.json of ${path}: [0.7,0.2], expected two cosines, the lower first`,
  );
}, 30_000);

test("a query that spells the image token is refused, other special tokens are the tokenizer's", async () => {
  const model = await open(golden("colpali"));
  expect(() => model.tokenize("what is <image>?")).toThrow(
    "invalid query: it contains <image>, which stands for a page in this model; leave it out",
  );
  expect(model.tokenize("a <pad> b").tokens.filter((t) => t.id === 0)).toHaveLength(11);
  await model.dispose();
});
