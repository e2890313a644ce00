import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type ValueInfoProtoSchema,
} from "onnx-buf";

/** Writes small ONNX graphs: a handful of nodes, nothing that would have to be read first. */

export interface NodeSpec {
  op: string;
  /** That of the operator, where it is not ONNX's own. */
  domain?: string;
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

const TYPES = { float32: TensorProto_DataType.FLOAT, int64: TensorProto_DataType.INT64 } as const;
const INTEGER = AttributeProto_AttributeType.INT;
const OPSET = 18n;
const IR_VERSION = 8n;

/** @returns the bytes of a ModelProto */
export function buildOnnx(spec: GraphSpec): Uint8Array {
  const foreign = new Set(spec.nodes.flatMap(({ domain }) => domain ?? []));
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: "colpali-lens",
    opsetImport: [
      { domain: "", version: OPSET },
      ...Array.from(foreign, (domain) => ({ domain, version: 1n })),
    ],
    graph: {
      name: "colpali-lens",
      node: spec.nodes.map(({ op, domain = "", inputs, outputs, attributes = {} }) => ({
        opType: op,
        domain,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, v]) => ({ name, i: BigInt(v), type: INTEGER })),
      })),
      initializer: Object.entries(spec.constants ?? {}).map(([name, values]) => ({
        name,
        dims: [BigInt(values.length)],
        dataType: TYPES.int64,
        int64Data: values.map(BigInt),
      })),
      input: spec.inputs.map(value),
      output: spec.outputs.map(value),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function value({ name, type, shape }: ValueSpec): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((d) => ({
    value:
      typeof d === "number"
        ? { case: "dimValue" as const, value: BigInt(d) }
        : { case: "dimParam" as const, value: d },
  }));
  return {
    name,
    type: { value: { case: "tensorType", value: { elemType: TYPES[type], shape: { dim } } } },
  };
}
