/** Writes small ONNX graphs: the few messages of onnx.proto3 that a handful of nodes needs. */

export interface NodeSpec {
  op: string;
  inputs: string[];
  outputs: string[];
  /** Integers only. */
  attributes?: Record<string, number>;
}

export interface ValueSpec {
  name: string;
  type: "float32" | "int64";
  /** Names are free dimensions. */
  shape: (number | string)[];
}

export interface GraphSpec {
  nodes: NodeSpec[];
  inputs: ValueSpec[];
  outputs: ValueSpec[];
  /** int64 vectors by name, for inputs such as the axes of a reduction. */
  constants?: Record<string, number[]>;
}

const TYPES = { float32: 1, int64: 7 } as const;
const OPSET = 18;
const IR_VERSION = 8;

/** @returns the bytes of a ModelProto */
export function buildOnnx(spec: GraphSpec): Uint8Array {
  const graph = [
    ...spec.nodes.map((n) => message(1, node(n))),
    text(2, "colpali-lens"),
    ...Object.entries(spec.constants ?? {}).map(([name, values]) => message(5, constant(name, values))),
    ...spec.inputs.map((v) => message(11, value(v))),
    ...spec.outputs.map((v) => message(12, value(v))),
  ];
  return Buffer.concat([
    int(1, IR_VERSION),
    text(2, "colpali-lens"),
    message(7, graph),
    message(8, [text(1, ""), int(2, OPSET)]),
  ]);
}

function node(n: NodeSpec): Buffer[] {
  return [
    ...n.inputs.map((i) => text(1, i)),
    ...n.outputs.map((o) => text(2, o)),
    text(4, n.op),
    ...Object.entries(n.attributes ?? {}).map(([name, v]) =>
      message(5, [text(1, name), int(3, v), int(20, 2)]),
    ),
  ];
}

function value(v: ValueSpec): Buffer[] {
  const dims = v.shape.map((d) => message(1, [typeof d === "number" ? int(1, d) : text(2, d)]));
  return [text(1, v.name), message(2, [message(1, [int(1, TYPES[v.type]), message(2, dims)])])];
}

function constant(name: string, values: number[]): Buffer[] {
  const data = Buffer.alloc(values.length * 8);
  values.forEach((v, i) => {
    data.writeBigInt64LE(BigInt(v), i * 8);
  });
  return [int(1, values.length), int(2, TYPES.int64), text(8, name), message(9, [data])];
}

const int = (field: number, v: number): Buffer => Buffer.concat([varint(field * 8), varint(v)]);
const text = (field: number, s: string): Buffer => message(field, [Buffer.from(s, "utf8")]);

function message(field: number, parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
}

function varint(v: number): Buffer {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(v));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(out);
}
