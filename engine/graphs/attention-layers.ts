import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  TensorProto_DataType,
  type ValueInfoProto,
} from "onnx-buf";
import type { AttentionStage } from "../../core/index.js";

/** One layer of attention in a graph. */
export interface AttentionLayer {
  stage: AttentionStage;
  /** Operator that computes it: `Softmax` where it is written out. */
  operator: string;
  /** Value with its weights `[batch, heads, queries, keys]`, or null where it cannot be had. */
  weights: string | null;
  /** Whether that value still has to go through a softmax. */
  isBeforeSoftmax: boolean;
  /** Its element type, by ONNX's number. */
  elemType: number;
  /** Why it cannot be had, in words; null where it can. */
  missing: string | null;
}

const MICROSOFT = "com.microsoft";

/** Operators that attend and keep their weights to themselves. */
const CLOSED: Record<string, string> = {
  Attention: "a fused operator that does not give its weights",
  QAttention: "a fused, quantised operator that does not give its weights",
  PackedAttention: "packed attention, which does not give its weights",
  PackedMultiHeadAttention: "packed attention, which does not give its weights",
  DecoderMaskedMultiHeadAttention: "a fused operator that does not give its weights",
  DecoderMaskedSelfAttention: "a fused operator that does not give its weights",
  PagedAttention: "paged attention, which does not give its weights",
  SparseAttention: "sparse attention, which does not give its weights",
  LinearAttention: "linear attention, which has no matrix of weights",
};

/**
 * Finds the attention of every layer, in the order in which it is computed, and makes fused operators give their weights:
 * the model is changed for that.
 */
export function attentionLayers(model: ModelProto): AttentionLayer[] {
  const graph = model.graph!;
  const uses = usesOf(graph);
  const makers = makersOf(graph);
  const constant = new Set(graph.initializer.map(({ name }) => name));
  const textual = reachedFrom(graph, "input_ids", uses);
  const types = new Map(graph.valueInfo.map((info) => [info.name, elemTypeOf(info)]));
  const layers: AttentionLayer[] = [];
  // Files have their nodes in an order in which they can be computed; that of a chain of layers is the layers'.
  for (const [i, node] of graph.node.entries()) {
    const stage: AttentionStage = textual.has(node) ? "language" : "tower";
    const found =
      node.opType === "Softmax" && node.domain !== MICROSOFT
        ? writtenOut(node, uses, makers, constant)
        : fused(node, `attention.weights.${i}`);
    const elemType = types.get(node.input[0]) ?? TensorProto_DataType.FLOAT;
    const whole = { stage, operator: node.opType, isBeforeSoftmax: false, missing: null, elemType };
    if (found) layers.push({ ...whole, ...found });
  }
  return layers;
}

type Found = Pick<AttentionLayer, "weights"> & Partial<AttentionLayer>;

/** The values that a product of queries and keys becomes by its softmax, where it is multiplied with the values after that. */
function writtenOut(
  softmax: NodeProto,
  uses: Uses,
  makers: Makers,
  constant: ReadonlySet<string>,
): Found | null {
  const product = above(softmax.input[0], makers);
  if (!product || product.input.some((name) => constant.has(name))) return null;
  // What guards against rows that are masked whole, and casts, lies between.
  for (let value = softmax.output[0]; ; ) {
    const next = uses.get(value) ?? [];
    const through = next.find(
      ({ opType, input }) => PRODUCTS.has(opType) && input[0] === value && !constant.has(input[1]),
    );
    if (through) return { weights: value };
    const pass = next.find(({ opType }) => PASSES.has(opType));
    if (!pass) return null;
    value = pass.output[0];
  }
}

const PRODUCTS = new Set(["MatMul", "Einsum", "FusedMatMul"]);
const PASSES = new Set(["Where", "Cast", "Identity", "Dropout"]);
const SCALES = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Where",
  "Cast",
  "Identity",
  "Clip",
  "Tanh",
  "Softcap",
  "Reshape",
]);

/** The product of queries and keys that scaling, biases, masks and casts come after, or null for another softmax. */
function above(value: string, makers: Makers): NodeProto | null {
  const seen = new Set<string>();
  const waiting = [value];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const node = makers.get(name);
    if (!node || seen.has(name)) continue;
    seen.add(name);
    if (PRODUCTS.has(node.opType)) return node;
    if (SCALES.has(node.opType)) waiting.push(...node.input);
  }
  return null;
}

/** Lets a fused operator give its weights as one more output. */
function fused(node: NodeProto, name: string): Found | null {
  const { domain, opType } = node;
  if (domain === MICROSOFT && Object.hasOwn(CLOSED, opType))
    return { weights: null, missing: `${opType}: ${CLOSED[opType]}` };
  if (domain === MICROSOFT && opType === "MultiHeadAttention") {
    output(node, 3, name);
    return { weights: name, isBeforeSoftmax: true };
  }
  if (domain === MICROSOFT && opType === "GroupQueryAttention") {
    output(node, 3, name);
    attribute(node, "qk_output", 2);
    return { weights: name };
  }
  if (domain === "" && opType === "Attention") {
    output(node, 3, name);
    attribute(node, "qk_matmul_output_mode", 3);
    return { weights: name };
  }
  return null;
}

function output(node: NodeProto, at: number, name: string): void {
  while (node.output.length < at) node.output.push("");
  node.output[at] = name;
}

function attribute(node: NodeProto, name: string, value: number): void {
  const made: AttributeProto = create(AttributeProtoSchema, {
    name,
    i: BigInt(value),
    type: AttributeProto_AttributeType.INT,
  });
  node.attribute = [...node.attribute.filter((a) => a.name !== name), made];
}

function elemTypeOf({ type }: ValueInfoProto): number {
  return type?.value.case === "tensorType" ? type.value.value.elemType : TensorProto_DataType.FLOAT;
}

type Uses = ReadonlyMap<string, NodeProto[]>;
type Makers = ReadonlyMap<string, NodeProto>;

function usesOf({ node }: GraphProto): Uses {
  const uses = new Map<string, NodeProto[]>();
  for (const one of node)
    for (const name of one.input) {
      const list = uses.get(name);
      if (list) list.push(one);
      else uses.set(name, [one]);
    }
  return uses;
}

function makersOf({ node }: GraphProto): Makers {
  return new Map(node.flatMap((one) => one.output.filter(Boolean).map((name) => [name, one] as const)));
}

/** All nodes that depend on an input. */
function reachedFrom(graph: GraphProto, input: string, uses: Uses): Set<NodeProto> {
  const reached = new Set<NodeProto>();
  const waiting = [...(uses.get(input) ?? [])];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const name of node.output) waiting.push(...(uses.get(name) ?? []));
  }
  // What is fed to a graph without pixels is text, by whatever name.
  return graph.input.some(({ name }) => name === "pixel_values") ? reached : new Set(graph.node);
}
