/**
 * Fused attention gives the weights that the written-out form of it has.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  type ModelProto,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
} from "onnx-buf";
import { tapAttention } from "../../engine/graphs/attention-taps.js";
import { joinOnnx, splitOnnx } from "../../engine/graphs/onnx-parts.js";
import { runTapped } from "../../engine/graphs/tapped-graph.js";
import type { Feed } from "../../engine/runtime.js";
import { openGraph } from "../../kernel/runtime/node-graph.js";

const [N, HEADS, SIZE] = [5, 2, 8];
type Node = MessageInitShape<typeof NodeProtoSchema>;

const node = (
  opType: string,
  input: string[],
  output: string[],
  attributes: Record<string, number | number[]> = {},
  domain = "",
): Node => ({
  opType,
  domain,
  input,
  output,
  attribute: Object.entries(attributes).map(([name, v]) =>
    Array.isArray(v)
      ? { name, ints: v.map(BigInt), type: AttributeProto_AttributeType.INTS }
      : Number.isInteger(v)
        ? { name, i: BigInt(v), type: AttributeProto_AttributeType.INT }
        : { name, f: v, type: AttributeProto_AttributeType.FLOAT },
  ),
});

const input = (name: string, shape: (number | string)[], elemType: number = TensorProto_DataType.FLOAT) => ({
  name,
  type: {
    value: {
      case: "tensorType" as const,
      value: {
        elemType,
        shape: {
          dim: shape.map((d) => ({
            value:
              typeof d === "number"
                ? { case: "dimValue" as const, value: BigInt(d) }
                : { case: "dimParam" as const, value: d },
          })),
        },
      },
    },
  },
});

const integers = (name: string, values: number[], dataType: number = TensorProto_DataType.INT64) => ({
  name,
  dims: [BigInt(values.length)],
  dataType,
  ...(dataType === TensorProto_DataType.INT64 ? { int64Data: values.map(BigInt) } : { int32Data: values }),
});

/** A graph of `q`, `k`, `v` `[1, n, heads * size]` and a mask to add. */
function model(nodes: Node[], opset: number, initializer: ReturnType<typeof integers>[] = []): ModelProto {
  const all = {
    name: "past",
    dims: [1n, BigInt(HEADS), 0n, BigInt(SIZE)],
    dataType: TensorProto_DataType.FLOAT,
  };
  return create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [
      { domain: "", version: BigInt(opset) },
      { domain: "com.microsoft", version: 1n },
    ],
    graph: {
      name: "test",
      node: nodes,
      input: [
        ...["q", "k", "v"].map((name) => input(name, [1, N, HEADS * SIZE])),
        input("mask", [1, 1, N, N]),
      ],
      initializer: [...initializer, all],
      output: [{ name: "out" }],
    },
  });
}

const heads = (name: string): Node[] => [
  node("Reshape", [name, "split"], [`${name}.split`]),
  node("Transpose", [`${name}.split`], [`${name}.heads`], { perm: [0, 2, 1, 3] }),
];

/** `softmax(q k^T / sqrt(size) + mask)`, as exporters write it out; the order of the scale and guards differ. */
const writtenOut = (opset = 18) =>
  model(
    [
      ...["q", "k", "v"].flatMap(heads),
      node("Transpose", ["k.heads"], ["k.turned"], { perm: [0, 1, 3, 2] }),
      node("MatMul", ["q.heads", "k.turned"], ["product"]),
      node("Constant", [], ["scale"], {}),
      node("Mul", ["product", "scale"], ["scaled"]),
      node("Add", ["scaled", "mask"], ["masked"]),
      node("Softmax", ["masked"], ["weights"], { axis: -1 }),
      node("IsNaN", ["weights"], ["nan"]),
      node("Where", ["nan", "masked", "weights"], ["guarded"]),
      node("MatMul", ["guarded", "v.heads"], ["mixed"]),
      node("Transpose", ["mixed"], ["turned"], { perm: [0, 2, 1, 3] }),
      node("Reshape", ["turned", "joined"], ["out"]),
    ].map((one) =>
      one.opType === "Constant"
        ? {
            ...one,
            attribute: [{ name: "value_float", f: SIZE ** -0.5, type: AttributeProto_AttributeType.FLOAT }],
          }
        : one,
    ),
    opset,
    [integers("split", [1, N, HEADS, SIZE]), integers("joined", [1, N, HEADS * SIZE])],
  );

const MICROSOFT = "com.microsoft";
const FUSED: [name: string, model: ModelProto, causal: boolean][] = [
  ["written out, opset 12", writtenOut(12), false],
  ["written out, opset 17", writtenOut(17), false],
  [
    "MultiHeadAttention",
    model(
      [node("MultiHeadAttention", ["q", "k", "v", "", "", "mask"], ["out"], { num_heads: HEADS }, MICROSOFT)],
      18,
    ),
    false,
  ],
  [
    "GroupQueryAttention",
    model(
      [
        node(
          "GroupQueryAttention",
          ["q", "k", "v", "past", "past", "last", "total"],
          ["out", "present.k", "present.v"],
          { num_heads: HEADS, kv_num_heads: HEADS },
          MICROSOFT,
        ),
      ],
      18,
      [
        integers("last", [N - 1], TensorProto_DataType.INT32),
        { ...integers("total", [N], TensorProto_DataType.INT32), dims: [] },
      ],
    ),
    true,
  ],
  [
    "Attention-23",
    model(
      [node("Attention", ["q", "k", "v", "mask"], ["out"], { q_num_heads: HEADS, kv_num_heads: HEADS })],
      23,
    ),
    false,
  ],
  [
    "Attention-24",
    model(
      [
        node("Attention", ["q", "k", "v"], ["out"], {
          q_num_heads: HEADS,
          kv_num_heads: HEADS,
          is_causal: 1,
        }),
      ],
      24,
    ),
    true,
  ],
];

/** All rows of the one layer there is. */
async function weights(proto: ModelProto, mask: Float32Array): Promise<Float32Array> {
  const parts = splitOnnx(joinOnnx({ model: proto, weights: [] }));
  const layers = tapAttention(parts.model);
  expect(layers).toMatchObject([{ stage: "language", missing: null }]);
  const graph = await openGraph({ bytes: joinOnnx(parts), name: "tapped", folder: "" }, "cpu");
  const values = (seed: number): Feed => ({
    type: "float32",
    data: Float32Array.from({ length: N * HEADS * SIZE }, (_, i) => Math.sin(seed + i * (seed + 1.3)) * 2),
    shape: [1, N, HEADS * SIZE],
  });
  const feeds = {
    q: values(1),
    k: values(2),
    v: values(3),
    mask: { type: "float32" as const, data: mask, shape: [1, 1, N, N] },
  };
  const language = Array.from({ length: N }, (_, i) => ({ tile: 0, positions: [i] }));
  const [stage] = await runTapped({ layers, graph }, feeds, { language, tower: [] });
  await graph.dispose();
  const { rows } = [...stage.layers.values()][0];
  expect(rows.shape).toEqual([N, HEADS, N]);
  return rows.data;
}

const MASKS = {
  some: Float32Array.from({ length: N * N }, (_, i) => (i % N === 3 ? -1e9 : Math.cos(i))),
  causal: Float32Array.from({ length: N * N }, (_, i) => (i % N > Math.floor(i / N) ? -1e9 : 0)),
};

test.each(FUSED)("%s", async (_, proto, causal) => {
  const mask = causal ? MASKS.causal : MASKS.some;
  const expected = await weights(writtenOut(), mask);
  const got = await weights(proto, mask);
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(Math.abs(got[i] - expected[i])).toBeLessThanOrEqual(1e-6);
});

test("what cannot be had is said by layer", () => {
  const proto = model(
    [
      node("PackedMultiHeadAttention", ["q", "k", "v"], ["a"], { num_heads: HEADS }, MICROSOFT),
      node("LinearAttention", ["a", "k", "v"], ["b"], { num_heads: HEADS }, MICROSOFT),
      node("MultiHeadAttention", ["b", "k", "v"], ["out"], { num_heads: HEADS }, MICROSOFT),
    ],
    18,
  );
  expect(tapAttention(proto).map(({ missing }) => missing)).toEqual([
    "PackedMultiHeadAttention: packed attention, which does not give its weights",
    "LinearAttention: linear attention, which has no matrix of weights",
    null,
  ]);
});

test("a softmax that is no attention is left alone", () => {
  const proto = model(
    [
      node("MatMul", ["q", "router"], ["r"]),
      node("Softmax", ["r"], ["s"]),
      node("MatMul", ["s", "k"], ["out"]),
    ],
    18,
    [integers("router", [1, 2])],
  );
  const outputs = proto.graph!.output;
  expect(tapAttention(proto)).toEqual([]);
  expect(proto.graph!.output).toBe(outputs);
});
