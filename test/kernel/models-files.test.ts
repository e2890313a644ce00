/**
 * Files of a model that are something else, or cut: the message says what they are and what to do.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel } from "../../kernel/hub/load-model.js";
import { packageRoot } from "../../kernel/package.js";
import { writeSafetensors } from "../../kernel/store/safetensors.js";

const root = mkdtempSync(join(tmpdir(), "files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let copies = 0;
function copyOfMini(): string {
  const path = join(root, `model${copies++}`);
  const own = (file: string) => !/context\.\w+$/.test(file);
  cpSync(join(packageRoot, "models", "mini"), path, { recursive: true, filter: own });
  return path;
}
const open = (path: string) => loadModel(path, { cacheDir: null, provider: "cpu" });

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0f".repeat(32)}\nsize 8046592\n`;
const tensors = { weight: { data: new Float32Array(600), shape: [600] } };
const OTHERS: [name: string, bytes: string | Uint8Array, says: string][] = [
  [
    "a Git LFS pointer",
    POINTER,
    "it is a Git LFS pointer, not the file that it points to; run `git lfs pull` in the folder, or download the file",
  ],
  ["one with Windows' line ends", POINTER.replaceAll("\n", "\r\n"), "it is a Git LFS pointer"],
  [
    "a git-annex pointer",
    "/annex/objects/SHA256E-s8046592--0f.onnx\n",
    "it is a git-annex pointer, not the file that it points to; run `git annex get` in the folder",
  ],
  [
    "a web page",
    "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>",
    "it is a web page (HTML); download the file itself, not the page about it",
  ],
  ["a web page without a type", "<html lang=en><title>404</title>", "it is a web page (HTML)"],
  ["a web page behind a comment", "<!-- saved from url=(0042) -->\n<html>", "it is a web page (HTML)"],
  [
    "a storage's error",
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "it is a server's answer (XML); its link may have expired, download the file again",
  ],
  ["an empty file", "", "it is empty (0 bytes); copy or download it again"],
];
const WEIGHTS: typeof OTHERS = [
  ["a hub's error", '{"error":"Repository not found"}', "it is JSON text; download the file itself"],
  [
    "safetensors",
    writeSafetensors(tensors, { format: "pt" }),
    "it is PyTorch weights (safetensors), not a graph; export the checkpoint with tools/export",
  ],
  [
    "a PyTorch checkpoint",
    Buffer.from("PK\x03\x04\0\0\0\0archive/data.pkl", "latin1"),
    "it is a PyTorch checkpoint or another zip archive, not a graph; export",
  ],
  [
    "an old PyTorch checkpoint",
    Buffer.from("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "latin1"),
    "it is a PyTorch checkpoint (pickle), not a graph; export",
  ],
  [
    "GGUF",
    Buffer.from("GGUF\x03\0\0\0\0\0", "latin1"),
    "it is weights for llama.cpp (GGUF), not a graph; export",
  ],
  ["a packed file", Buffer.from("\x1f\x8b\x08\0\0\0\0\0\0\x03", "latin1"), "it is a packed file; unpack it"],
];

test.each([...OTHERS, ...WEIGHTS])("a graph that is %s", async (_, bytes, says) => {
  const path = copyOfMini();
  for (const file of ["vision.onnx", "text.onnx"]) {
    writeFileSync(join(path, file), bytes);
    await expect(open(path)).rejects.toThrow(`invalid ONNX file ${file} in ${path}: ${says}`);
    cpSync(join(packageRoot, "models", "mini", file), join(path, file));
  }
});

test.each(OTHERS)("settings and a tokenizer that are %s", async (_, bytes, says) => {
  const path = copyOfMini();
  for (const file of ["tokenizer.json", "config.json", "preprocessor_config.json"]) {
    writeFileSync(join(path, file), bytes);
    await expect(open(path)).rejects.toThrow(`invalid ${file} in ${path}: ${says}`);
    cpSync(join(packageRoot, "models", "mini", file), join(path, file));
  }
});

test("settings that are cut, no object, or begin with a mark of their encoding", async () => {
  const path = copyOfMini();
  const file = join(path, "config.json");
  const whole = readFileSync(file, "utf8");
  writeFileSync(file, whole.slice(0, -20));
  await expect(open(path)).rejects.toThrow(
    new RegExp(
      `^invalid config\\.json in ${path}: .+, expected a complete JSON file; copy or download it again$`,
    ),
  );
  for (const text of ["[]", "null", '"config"']) {
    writeFileSync(file, text);
    await expect(open(path)).rejects.toThrow(
      `invalid config.json in ${path}: not an object, expected the model's own file`,
    );
  }
  writeFileSync(file, `\ufeff${whole}`);
  await (await open(path)).dispose();
});

describe("weights beside the graph", () => {
  // protobuf merges repeated messages: a graph with one more initialiser, whose data lie elsewhere.
  const field = (number: number, body: Buffer) =>
    Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);
  const entry = (key: string, value: string) =>
    field(13, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]));
  function withWeights(...entries: [string, string][]): { path: string; data: string } {
    const path = copyOfMini();
    const tensor = Buffer.concat([
      // float32 [100]
      Buffer.from([8, 100, 16, 1]),
      field(8, Buffer.from("far")),
      ...[["location", "vision.onnx_data"], ...entries].map(([key, value]) => entry(key, value)),
    ]);
    appendFileSync(join(path, "vision.onnx"), field(7, field(5, tensor)));
    return { path, data: join(path, "vision.onnx_data") };
  }

  test("cut off: the bytes there are and those that are needed, by offset and length or by shape", async () => {
    for (const [entries, needed] of [
      [[], 400],
      [[["offset", "4096"]], 4496],
      [
        [
          ["offset", "4096"],
          ["length", "400"],
        ],
        4496,
      ],
    ] as [[string, string][], number][]) {
      const { path, data } = withWeights(...entries);
      writeFileSync(data, Buffer.alloc(needed));
      truncateSync(data, needed - 1);
      await expect(open(path)).rejects.toThrow(
        `cut weights: vision.onnx_data in ${path} has ${needed - 1} bytes, vision.onnx needs ${needed}; copy or download it again`,
      );
      writeFileSync(data, Buffer.alloc(needed));
      await (await open(path)).dispose();
    }
  });

  test.each(OTHERS)("%s", async (_, bytes, says) => {
    const { path, data } = withWeights(["offset", "4096"]);
    writeFileSync(data, bytes);
    await expect(open(path)).rejects.toThrow(`invalid weights vision.onnx_data in ${path}: ${says}`);
  });

  test("not there", async () => {
    const { path } = withWeights();
    await expect(open(path)).rejects.toThrow(
      `missing weights: vision.onnx in ${path} keeps them in vision.onnx_data, which is not beside it; copy or download it too`,
    );
  });
});

test("a folder in place of a file", async () => {
  const path = copyOfMini();
  for (const [file, says] of [
    ["config.json", "invalid config.json in"],
    ["vision.onnx", "invalid ONNX file vision.onnx in"],
  ]) {
    rmSync(join(path, file));
    mkdirSync(join(path, file));
    await expect(open(path)).rejects.toThrow(`${says} ${path}: it is a folder; copy or download the file`);
    rmSync(join(path, file), { recursive: true });
    cpSync(join(packageRoot, "models", "mini", file), join(path, file));
  }
});

test("a graph that is cut anywhere", async () => {
  const path = copyOfMini();
  const file = join(path, "text.onnx");
  for (const size of [2_000_000, 5_000, 300, 40, 1]) {
    truncateSync(file, size);
    await expect(open(path)).rejects.toThrow(
      new RegExp(
        `^invalid ONNX file text\\.onnx in ${path}: .+, expected a complete file; copy or download it again$`,
      ),
    );
  }
});

test("a folder without a graph by a known name says what it has and what to do", async () => {
  const path = copyOfMini();
  const message = (hint: string) =>
    `no ONNX graph in ${path}, expected model.onnx or vision.onnx or vision_model.onnx; ${hint}`;
  renameSync(join(path, "vision.onnx"), join(path, "encoder.onnx"));
  await expect(open(path)).rejects.toThrow(
    message("it has encoder.onnx and text.onnx: rename the one for pages to model.onnx"),
  );
  for (const name of ["encoder.onnx", "text.onnx"]) rmSync(join(path, name));
  await expect(open(path)).rejects.toThrow(message("a PyTorch checkpoint is exported with tools/export"));
  for (const name of ["model.safetensors", "pytorch_model.bin"]) writeFileSync(join(path, name), "");
  await expect(open(path)).rejects.toThrow(
    message(
      "it has weights of PyTorch or the like (model.safetensors, pytorch_model.bin): export the checkpoint with tools/export",
    ),
  );
});

test("a variant of the graph is loaded where it is asked for, and named where it is not", async () => {
  const path = copyOfMini();
  renameSync(join(path, "vision.onnx"), join(path, "vision_quantized.onnx"));
  await expect(open(path)).rejects.toThrow(
    `${path} has no graph of the plain name, only variants: choose one with { graph: "quantized" }`,
  );
  const model = await loadModel(path, { cacheDir: null, provider: "cpu", graph: "quantized" });
  await model.dispose();
  expect(Object.keys(model.info.weights)).toEqual(["vision_quantized.onnx", "text.onnx"]);
  expect(model.info.variants).toEqual(["quantized"]);
});

test("a folder with several graphs for pages says which one is used", async () => {
  const path = copyOfMini();
  mkdirSync(join(path, "onnx"));
  cpSync(join(path, "vision.onnx"), join(path, "onnx", "model.onnx"));
  const warnings: string[] = [];
  const model = await loadModel(path, {
    cacheDir: null,
    provider: "cpu",
    onWarning: (w) => warnings.push(w),
  });
  await model.dispose();
  expect(Object.keys(model.info.weights)).toEqual(["vision.onnx", "text.onnx"]);
  expect(warnings).toEqual([
    `several graphs for pages in ${path}: vision.onnx is used, onnx/model.onnx not; remove or rename what is not meant`,
  ]);
});

test("a file instead of its folder", async () => {
  const path = copyOfMini();
  await expect(open(join(path, "vision.onnx"))).rejects.toThrow(
    `invalid model: ${join(path, "vision.onnx")} is a file, expected the folder with the graph, its tokenizer and settings: ${JSON.stringify(path)}`,
  );
  writeFileSync(join(path, "model.safetensors"), "");
  await expect(open(join(path, "model.safetensors"))).rejects.toThrow(
    /; weights of PyTorch are exported with tools\/export$/,
  );
});
