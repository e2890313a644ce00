/** Safetensors files (github.com/huggingface/safetensors, README "Format"), as far as embeddings need them. */

export interface Tensor {
  data: Float32Array | Int32Array;
  shape: number[];
}

/**
 * The bytes of a file: 8 bytes of header length, a JSON header padded with spaces to 8 bytes, then the tensors'
 * little-endian bytes.
 */
export function writeSafetensors(
  tensors: Record<string, Tensor>,
  metadata?: Record<string, string>,
): Uint8Array {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    const dtype = data instanceof Float32Array ? "F32" : "I32";
    header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const bodies = Object.values(tensors).map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return new Uint8Array(Buffer.concat([length, padded, ...bodies]));
}

/**
 * One float32 tensor of a file, in the file's memory where that is aligned.
 * @throws Error where the bytes are not a whole file or do not hold it
 */
export function readSafetensor(bytes: Buffer, name: string): { data: Float32Array; shape: number[] } {
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { dtype, shape, data_offsets } = JSON.parse(bytes.toString("utf8", 8, start))[name];
  const [from, to] = data_offsets.map((offset: number) => start + offset);
  const size = shape.reduce((a: number, b: number) => a * b, 4);
  if (dtype !== "F32" || to - from !== size || to > bytes.length)
    throw new RangeError(
      `invalid tensor ${name}: ${dtype} [${shape}] in ${to - from} of ${bytes.length} bytes`,
    );
  const begin = bytes.byteOffset + from;
  const data =
    begin % 4 === 0
      ? new Float32Array(bytes.buffer, begin, size / 4)
      : new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer);
  return { data, shape };
}
