import type { Readable } from "node:stream";

/**
 * What goes over a pipe: two lengths (uint32, little-endian), a JSON text of the first length, and bytes of the second. A binary
 * leaf of the JSON is `{ "$bytes": [offset, length], "type": "float32" }`, with offsets in the bytes, each a multiple of 8.
 */
const HEAD = 8;
const ALIGN = 8;

const TYPES = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array, float64: Float64Array };
type TypeName = keyof typeof TYPES;
type Bytes = Buffer<ArrayBuffer>;

/** A frame in parts to be written one after the other. */
export function frame(message: object): Uint8Array[] {
  const bytes: Uint8Array[] = [];
  let length = 0;
  const json = JSON.stringify(message, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const type = Object.keys(TYPES).find((name) => value instanceof TYPES[name as TypeName]) ?? "uint8";
    const at = length;
    bytes.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    const rest = -value.byteLength & (ALIGN - 1);
    if (rest > 0) bytes.push(new Uint8Array(rest));
    length += value.byteLength + rest;
    return { $bytes: [at, value.byteLength], type };
  });
  const text = Buffer.from(json);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(length, 4);
  return [head, text, ...bytes];
}

/** The messages of a stream, in order. It ends with the stream. */
export async function* frames(stream: Readable): AsyncGenerator<unknown> {
  const chunks = new Chunks();
  for await (const chunk of stream) {
    chunks.add(chunk as Buffer);
    for (;;) {
      const head = chunks.peek(HEAD);
      if (!head) break;
      const [text, binary] = [head.readUInt32LE(0), head.readUInt32LE(4)];
      if (chunks.length < HEAD + text + binary) break;
      chunks.take(HEAD);
      const json = chunks.take(text).toString("utf8");
      yield message(json, chunks.take(binary));
    }
  }
}

function message(json: string, bytes: Bytes): unknown {
  return JSON.parse(json, (_, value) => {
    const { $bytes: place, type } = (value ?? {}) as { $bytes?: [number, number]; type?: TypeName };
    if (!place) return value;
    const [at, length] = place;
    const View = TYPES[type ?? "uint8"];
    return new View(bytes.buffer, bytes.byteOffset + at, length / View.BYTES_PER_ELEMENT);
  });
}

/** What has come and is not read yet; nothing is copied until it is complete. */
class Chunks {
  readonly #parts: Buffer[] = [];
  length = 0;

  add(part: Buffer): void {
    this.#parts.push(part);
    this.length += part.length;
  }

  peek(count: number): Buffer | null {
    if (this.length < count) return null;
    if (this.#parts[0].length < count) this.#parts.unshift(this.#copy(count));
    return this.#parts[0];
  }

  /** Memory of its own, which starts where every type of number may. */
  take(count: number): Bytes {
    const taken = this.#copy(count);
    this.length -= count;
    return taken;
  }

  #copy(count: number): Bytes {
    const into = Buffer.from(new ArrayBuffer(count));
    for (let at = 0; at < count; ) {
      const [first] = this.#parts;
      const part = first.subarray(0, count - at);
      into.set(part, at);
      at += part.length;
      if (part.length === first.length) this.#parts.shift();
      else this.#parts[0] = first.subarray(part.length);
    }
    return into;
  }
}
