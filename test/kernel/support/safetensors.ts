import { readFileSync } from "node:fs";

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** Reads a safetensors file of float32 tensors. */
export function readTensors(path: string): Record<string, Tensor> {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> =
    JSON.parse(bytes.toString("utf8", 8, start));
  const tensors: Record<string, Tensor> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (dtype !== "F32") throw new Error(`${path}: ${name} is ${dtype}, expected F32`);
    const [from, to] = data_offsets;
    tensors[name] = {
      shape,
      data: new Float32Array(new Uint8Array(bytes.subarray(start + from, start + to)).buffer),
    };
  }
  return tensors;
}
