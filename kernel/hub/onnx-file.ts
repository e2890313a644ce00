import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { IMAGE_BRANCH } from "../../engine/graphs/image-branch.js";

/** What an ONNX file says about itself without being loaded. */
export interface OnnxFile {
  opset: number;
  producer: string;
  /** Bytes of weights by element type, for example `{ float16: 5600000 }`; `q4` packs two weights into a byte. */
  weightBytes: Record<string, number>;
  /** The same in numbers of weights. */
  weightCounts: Record<string, number>;
  /** Bytes of weights that lie in the file itself. */
  insideBytes: number;
  /** Files beside it that hold its weights, each with the bytes that it has at least. */
  externalData: Map<string, number>;
  /** Whether it leaves the image tower out where there is no image token, as tools/export writes it. */
  skipsImage: boolean;
  /** Whether its first attention, which is the image tower's where it has one, writes a matrix of patches x patches. */
  writesAttention: boolean;
  /** Whether it has attention in one operator. */
  fusesAttention: boolean;
  /** Rows of the table that `input_ids` look up, or null if it is not found. */
  vocabulary: number | null;
}

const TYPES: Record<number, [name: string, bytes: number]> = {
  1: ["float32", 4],
  2: ["uint8", 1],
  3: ["int8", 1],
  4: ["uint16", 2],
  5: ["int16", 2],
  6: ["int32", 4],
  7: ["int64", 8],
  9: ["bool", 1],
  10: ["float16", 2],
  11: ["float64", 8],
  16: ["bfloat16", 2],
  21: ["uint4", 0.5],
  22: ["int4", 0.5],
};

/**
 * Reads the few fields of `ModelProto` (onnx.proto3) that say what the weights are and where they lie. Large tensors are
 * skipped, not read.
 * @throws RangeError if the bytes are not a protobuf message with a graph
 */
export function readOnnxFile(path: string): OnnxFile {
  const fd = openSync(path, "r");
  try {
    const result: OnnxFile = {
      opset: 0,
      producer: "",
      weightBytes: {},
      weightCounts: {},
      insideBytes: 0,
      skipsImage: false,
      writesAttention: true,
      fusesAttention: false,
      externalData: new Map(),
      vocabulary: null,
    };
    const tensors = new Map<string, WeightTensor>();
    const packed = new Map<string, number>();
    let looked: string | null = null;
    let attention: GraphNode | null = null;
    let graph = false;
    for (const model of fields(fd, 0, fstatSync(fd).size)) {
      if (model.number === 2) result.producer = text(fd, model);
      if (model.number === 8) readOpset(fd, model, result);
      if (model.number !== 7 || model.wire !== 2) continue;
      graph = true;
      for (const inGraph of fields(fd, model.start, model.end)) {
        if (inGraph.number === 5 && inGraph.wire === 2) readTensor(fd, inGraph, result, tensors);
        if (inGraph.number !== 1 || inGraph.wire !== 2) continue;
        const node = readNode(fd, inGraph);
        attention ??= [node, ...node.inner].find(({ op }) => ATTENTION.has(op)) ?? null;
        if (node.op === "Gather" && node.inputs[1] === "input_ids") looked ??= node.inputs[0];
        if (node.op === "If" && node.name === IMAGE_BRANCH) result.skipsImage = true;
        // Weights of a few bits each lie in bytes, or in 32-bit numbers.
        for (const { op, inputs, bits } of [node, ...node.inner]) {
          if (op === "MatMulNBits") packed.set(inputs[1], bits);
          if (FUSED.has(op)) result.fusesAttention = true;
        }
      }
    }
    if (!graph) throw new RangeError("no graph");
    if (attention) result.writesAttention = !isBlockwise(attention);
    for (const [name, { type, count, bytes }] of tensors) {
      const bits = packed.get(name);
      const kind = bits === undefined ? type : `q${bits}`;
      result.weightBytes[kind] = (result.weightBytes[kind] ?? 0) + bytes;
      const weights = bits === undefined ? count : (bytes * 8) / bits;
      result.weightCounts[kind] = (result.weightCounts[kind] ?? 0) + weights;
    }
    const [rows, ...rest] = tensors.get(looked ?? "")?.shape ?? [];
    result.vocabulary = rest.length === 1 ? rows || null : null;
    return result;
  } finally {
    closeSync(fd);
  }
}

/** The type that most of the weights have; `q4` for weights of 4 bits. */
export function mainType(file: OnnxFile): string {
  const types = Object.entries(file.weightCounts).sort((a, b) => b[1] - a[1]);
  return types[0]?.[0] ?? "float32";
}

interface WeightTensor {
  type: string;
  shape: number[];
  count: number;
  bytes: number;
}

interface Field {
  number: number;
  wire: number;
  /** Varint value (wire type 0). */
  value: number;
  start: number;
  end: number;
}

function readOpset(fd: number, field: Field, result: OnnxFile): void {
  let domain = "";
  let version = 0;
  for (const f of fields(fd, field.start, field.end)) {
    if (f.number === 1) domain = text(fd, f);
    if (f.number === 2) version = f.value;
  }
  if (domain === "" || domain === "ai.onnx") result.opset = version;
}

const FUSED = new Set(["MultiHeadAttention", "GroupQueryAttention", "Attention"]);
const ATTENTION = new Set(["Softmax", ...FUSED]);

/** The runtime computes it block by block where it has no mask (inputs 4 and 5). */
const isBlockwise = ({ op, inputs }: GraphNode): boolean =>
  op === "MultiHeadAttention" && !inputs[4] && !inputs[5];

interface GraphNode {
  op: string;
  name: string;
  inputs: string[];
  /** 4 where the node does not say, as onnxruntime's operator has it. */
  bits: number;
  /** Of a branch, the nodes in it. */
  inner: GraphNode[];
}

function readNode(fd: number, node: Field): GraphNode {
  const inputs: string[] = [];
  const inner: GraphNode[] = [];
  let op = "";
  let name = "";
  let bits = 4;
  for (const f of fields(fd, node.start, node.end)) {
    if (f.number === 1) inputs.push(text(fd, f));
    if (f.number === 3) name = text(fd, f);
    if (f.number === 4) op = text(fd, f);
    if (f.number !== 5 || (op !== "MatMulNBits" && op !== "If")) continue;
    const attribute = [...fields(fd, f.start, f.end)];
    for (const graph of attribute.filter((a) => a.number === 6 && a.wire === 2))
      for (const one of fields(fd, graph.start, graph.end))
        if (one.number === 1) inner.push(readNode(fd, one));
    const key = attribute.find((a) => a.number === 1);
    if (key && text(fd, key) === "bits") bits = attribute.find((a) => a.number === 3)?.value ?? bits;
  }
  return { op, name, inputs, bits, inner };
}

function readTensor(fd: number, field: Field, result: OnnxFile, tensors: Map<string, WeightTensor>): void {
  const shape: number[] = [];
  let name = "";
  let type = 1;
  const external = new Map<string, string>();
  for (const f of fields(fd, field.start, field.end)) {
    if (f.number === 1 && f.wire === 0) shape.push(f.value);
    if (f.number === 1 && f.wire === 2) shape.push(...varints(fd, f));
    if (f.number === 8) name = text(fd, f);
    if (f.number === 2) type = f.value;
    if (f.number === 13) {
      const [key, value] = [...fields(fd, f.start, f.end)].map((entry) => text(fd, entry));
      external.set(key, value);
    }
  }
  const [typeName, each] = TYPES[type] ?? [`type ${type}`, 1];
  const count = shape.reduce((a, b) => a * b, 1);
  const size = count * each;
  tensors.set(name, { type: typeName, shape, count, bytes: size });
  const location = external.get("location");
  if (location === undefined) {
    result.insideBytes += size;
    return;
  }
  const end = Number(external.get("offset") ?? 0) + Number(external.get("length") ?? Math.ceil(size));
  result.externalData.set(location, Math.max(result.externalData.get(location) ?? 0, end));
}

function* fields(fd: number, start: number, end: number): Generator<Field> {
  const head = Buffer.alloc(20);
  for (let at = start; at < end; ) {
    const got = readSync(fd, head, 0, 20, at);
    const tag = varint(head, 0, got);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (number === 0) throw new RangeError("not a protobuf message");
    let begin = at + tag.bytes;
    let size: number;
    let value = 0;
    if (wire === 0) {
      const v = varint(head, tag.bytes, got);
      value = v.value;
      size = v.bytes;
    } else if (wire === 1) size = 8;
    else if (wire === 5) size = 4;
    else if (wire === 2) {
      const length = varint(head, tag.bytes, got);
      begin += length.bytes;
      size = length.value;
    } else throw new RangeError("not a protobuf message");
    if (begin + size > end) throw new RangeError("the file ends too early");
    yield { number, wire, value, start: begin, end: begin + size };
    at = begin + size;
  }
}

function varint(bytes: Buffer, offset: number, limit: number): { value: number; bytes: number } {
  let value = 0;
  for (let i = 0; i < 10 && offset + i < limit; i++) {
    const byte = bytes[offset + i];
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, bytes: i + 1 };
  }
  throw new RangeError("not a protobuf message");
}

function* varints(fd: number, field: Field): Generator<number> {
  const bytes = slice(fd, field);
  for (let at = 0; at < bytes.length; ) {
    const v = varint(bytes, at, bytes.length);
    yield v.value;
    at += v.bytes;
  }
}

const text = (fd: number, field: Field): string => slice(fd, field).toString("utf8");

function slice(fd: number, field: Field): Buffer {
  const bytes = Buffer.alloc(Math.min(field.end - field.start, 65536));
  readSync(fd, bytes, 0, bytes.length, field.start);
  return bytes;
}
