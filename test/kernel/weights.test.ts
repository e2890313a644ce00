/** SHA-256 of weights, kept beyond the process; and what weights are of. */
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, type NodeProtoSchema, type TensorProtoSchema } from "onnx-buf";
import { mainType, readOnnxFile } from "../../kernel/hub/onnx-file.js";

const root = mkdtempSync(join(tmpdir(), "weights-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** As a process that starts knows it: nothing but what is on disk. */
async function fresh() {
  jest.resetModules();
  return import("../../kernel/hub/weights.js");
}

test("a file is read once: not again by another process, and again when it changed", async () => {
  const file = join(root, "model.onnx");
  const cacheDir = join(root, "cache");
  writeFileSync(file, "weights");
  const read: number[] = [];
  const hash = async () => {
    read.length = 0;
    const { fileHash } = await fresh();
    return fileHash(file, { cacheDir, onBytes: (done) => read.push(done) });
  };
  expect([await hash(), [...read]]).toEqual([sha("weights"), [7]]);
  expect([await hash(), [...read]]).toEqual([sha("weights"), []]);
  appendFileSync(file, "!");
  expect([await hash(), [...read]]).toEqual([sha("weights!"), [8]]);
  const [kept] = readdirSync(join(cacheDir, "digests"));
  const path = join(cacheDir, "digests", kept);
  writeFileSync(path, readFileSync(path, "utf8").slice(0, -20));
  expect([await hash(), [...read]]).toEqual([sha("weights!"), [8]]);
  expect(readdirSync(join(cacheDir, "digests"))).toHaveLength(1);
});

test("what a download was checked by is not computed again; without a folder nothing is kept", async () => {
  const file = join(root, "vision.onnx");
  writeFileSync(file, "bytes");
  const cacheDir = join(root, "other");
  await (await fresh()).rememberHash(cacheDir, file, sha("bytes"));
  const { fileHash } = await fresh();
  const onBytes = jest.fn();
  expect(await fileHash(file, { cacheDir, onBytes })).toBe(sha("bytes"));
  expect(onBytes).not.toHaveBeenCalled();
  expect(await (await fresh()).fileHash(file, { cacheDir: null, onBytes })).toBe(sha("bytes"));
  expect(onBytes).toHaveBeenCalledWith(5);
});

interface Node {
  opType: string;
  name?: string;
  input: string[];
  bits?: number;
  branch?: Node[];
}

function graph(nodes: Node[], initializer: MessageInitShape<typeof TensorProtoSchema>[]): string {
  const file = join(root, "graph.onnx");
  const made = ({ bits, branch, ...rest }: Node): MessageInitShape<typeof NodeProtoSchema> => ({
    ...rest,
    output: ["out"],
    attribute: [
      ...(bits === undefined ? [] : [{ name: "bits", i: BigInt(bits), type: 2 }]),
      ...(branch === undefined ? [] : [{ name: "then_branch", g: { node: branch.map(made) }, type: 5 }]),
    ],
  });
  const node = nodes.map(made);
  writeFileSync(file, toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: { node, initializer } })));
  return file;
}
const FLOAT = 1;
const UINT8 = 2;

test("weights of 4 bits in bytes are q4, also beside a larger table of float32", () => {
  // 64 x 2 x 16 bytes hold 4,096 weights; the table has 3,000 in 12,000 bytes.
  const initializer = [
    { name: "w", dims: [64n, 2n, 16n], dataType: UINT8, rawData: new Uint8Array(2048) },
    { name: "scales", dims: [128n], dataType: FLOAT, rawData: new Uint8Array(512) },
    { name: "table", dims: [30n, 100n], dataType: FLOAT, rawData: new Uint8Array(12000) },
  ];
  const lookup = { opType: "Gather", input: ["table", "input_ids"] };
  const product = { opType: "MatMulNBits", input: ["x", "w", "scales"], bits: 4 };
  const file = readOnnxFile(graph([lookup, product], initializer));
  expect(mainType(file)).toBe("q4");
  expect(file.weightBytes).toEqual({ q4: 2048, float32: 12512 });
  expect([file.vocabulary, file.skipsImage]).toEqual([30, false]);
  const eight = readOnnxFile(graph([{ ...product, bits: 8 }], initializer));
  expect([mainType(eight), eight.weightCounts.q8]).toEqual(["float32", 2048]);
});

test("whether the image tower's attention is written out: not where its operator has no mask, also in a branch", () => {
  const writes = (...nodes: Node[]) => readOnnxFile(graph(nodes, [])).writesAttention;
  const fused = { opType: "MultiHeadAttention", input: ["q", "k", "v"] };
  const masked = { ...fused, input: ["q", "k", "v", "", "", "bias"] };
  expect(writes({ opType: "Softmax", input: ["x"] })).toBe(true);
  expect(writes({ opType: "MatMul", input: ["x", "w"] })).toBe(true);
  expect(writes(fused, masked)).toBe(false);
  expect(writes(masked, fused)).toBe(true);
  expect(writes({ opType: "If", input: ["any"], branch: [fused] }, masked)).toBe(false);
  expect(writes({ opType: "If", input: ["any"], branch: [{ opType: "Softmax", input: ["x"] }] }, fused)).toBe(
    true,
  );
});

test("weights of 8 bits in a branch are q8", () => {
  const initializer = [{ name: "w", dims: [64n, 2n, 32n], dataType: UINT8, rawData: new Uint8Array(4096) }];
  const product = { opType: "MatMulNBits", input: ["x", "w", "scales"], bits: 8 };
  const file = readOnnxFile(graph([{ opType: "If", input: ["any"], branch: [product] }], initializer));
  expect([mainType(file), file.weightBytes]).toEqual(["q8", { q8: 4096 }]);
});

test("attention in one operator is told from attention that is written out, in a branch, too", () => {
  const fuses = (opType: string) =>
    readOnnxFile(graph([{ opType: "If", input: ["any"], branch: [{ opType, input: ["q", "k", "v"] }] }], []))
      .fusesAttention;
  expect(["MultiHeadAttention", "GroupQueryAttention", "Attention"].map(fuses)).toEqual([true, true, true]);
  expect(["Softmax", "MatMul"].map(fuses)).toEqual([false, false]);
});

test("a graph that leaves its image tower out where there is no image says so", () => {
  const name = "image_tower_where_there_is_an_image";
  expect(readOnnxFile(graph([{ opType: "If", name, input: ["any_image"] }], [])).skipsImage).toBe(true);
  expect(readOnnxFile(graph([{ opType: "If", name: "other", input: ["c"] }], [])).skipsImage).toBe(false);
  const python = readFileSync(join(__dirname, "../../tools/export/skip_image.py"), "utf8");
  expect(python).toContain(`NAME = "${name}"`);
});
