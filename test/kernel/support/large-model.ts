import {
  appendFileSync,
  closeSync,
  cpSync,
  ftruncateSync,
  openSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from "onnx-buf";
import { packageRoot } from "../../../kernel/package.js";

/** A square matrix of 64 MB; six of them are what the kernel calls large. */
const SIDE = 4096;
const LAYERS = 5;

/**
 * A folder with `mini`'s tokenizer, query graph and settings, and a graph for pages with 330 MB of weights beside it whose page
 * takes many processor seconds: 4,096 cells through five products with a 4,096 x 4,096 matrix each.
 * @param half weights in float16, which are half as many bytes
 */
export function largeModel(folder: string, half = false): void {
  cpSync(join(packageRoot, "models", "mini"), folder, { recursive: true });
  const weights = [
    { name: "first", dims: [588, SIDE] },
    ...Array.from({ length: LAYERS }, (_, i) => ({ name: `layer${i}`, dims: [SIDE, SIDE] })),
    { name: "last", dims: [SIDE, 128] },
  ];
  const bytes = ({ dims }: { dims: number[] }) => (half ? 2 : 4) * dims[0] * dims[1];
  let at = 0;
  const initializer = weights.map((weight) => {
    const offset = at;
    at += bytes(weight);
    return {
      name: weight.name,
      dims: weight.dims.map(BigInt),
      dataType: half ? TensorProto_DataType.FLOAT16 : TensorProto_DataType.FLOAT,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries({ location: "vision.onnx_data", offset, length: bytes(weight) }).map(
        ([key, value]) => ({ key, value: String(value) }),
      ),
    };
  });
  const shape = {
    name: "cells",
    dims: [3n],
    dataType: TensorProto_DataType.INT64,
    int64Data: [1n, 4096n, 588n],
  };
  const to = [{ name: "to", i: BigInt(TensorProto_DataType.FLOAT), type: AttributeProto_AttributeType.INT }];
  const casts = half
    ? weights.map(({ name }) => ({ opType: "Cast", input: [name], output: [`${name}.wide`], attribute: to }))
    : [];
  const products = weights.map(({ name }, i) => ({
    opType: "MatMul",
    input: [i === 0 ? "in" : `out${i - 1}`, half ? `${name}.wide` : name],
    output: [`out${i}`],
  }));
  const value = (name: string, dims: number[]) => ({
    name,
    type: {
      value: {
        case: "tensorType" as const,
        value: {
          elemType: TensorProto_DataType.FLOAT,
          shape: { dim: dims.map((d) => ({ value: { case: "dimValue" as const, value: BigInt(d) } })) },
        },
      },
    },
  });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 17n }],
    graph: {
      name: "large",
      node: [
        { opType: "Reshape", input: ["pixel_values", "cells"], output: ["in"] },
        ...casts,
        ...products,
        { opType: "LpNormalization", input: [`out${weights.length - 1}`], output: ["embeddings"] },
      ],
      initializer: [...initializer, shape],
      input: [value("pixel_values", [1, 3, 896, 896])],
      output: [value("embeddings", [1, 4096, 128])],
    },
  });
  writeFileSync(join(folder, "vision.onnx"), toBinary(ModelProtoSchema, model));
  const file = openSync(join(folder, "vision.onnx_data"), "w");
  const some = half
    ? Uint16Array.from({ length: (1 << 20) + 13 }, (_, i) => ((i * 40503) & 0x83ff) | 0x2000)
    : Float32Array.from({ length: 1 << 20 }, (_, i) => Math.sin(i * 12.9898) / 64);
  for (let done = 0; done < at; done += some.byteLength) writeSync(file, new Uint8Array(some.buffer));
  ftruncateSync(file, at);
  closeSync(file);
}

/** The checkpoint of a family that attends, with 330 MB of weights beside it that no node reads. */
export function largeAttending(folder: string): void {
  cpSync(join(packageRoot, "test", "fixtures", "golden", "colqwen2"), folder, { recursive: true });
  const length = 330 * 2 ** 20;
  const unread = {
    name: "unread",
    dims: [BigInt(length / 4)],
    dataType: TensorProto_DataType.FLOAT,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries({ location: "unread", offset: 0, length }).map(([key, value]) => ({
      key,
      value: String(value),
    })),
  };
  // Messages that lie behind each other are one.
  const more = create(ModelProtoSchema, { graph: { initializer: [unread] } });
  appendFileSync(join(folder, "model.onnx"), toBinary(ModelProtoSchema, more));
  const file = openSync(join(folder, "unread"), "w");
  ftruncateSync(file, length);
  closeSync(file);
}
