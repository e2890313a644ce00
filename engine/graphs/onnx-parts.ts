import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";

/** A graph as a file holds it: what can be read and edited, and its weights, which stay the bytes that they are. */
export interface OnnxParts {
  /** Without the weights. */
  model: ModelProto;
  /** Encoded initialisers, one after the other, each with its field's tag. */
  weights: Uint8Array[];
}

const GRAPH = 7;
const INITIALISER = 5;
/** Smaller ones, such as axes and shapes, are read with the rest. */
const SMALL = 1024;

/**
 * Takes the bytes of an ONNX file apart without copying its weights.
 * @throws RangeError if they are no protobuf message with a graph
 */
export function splitOnnx(bytes: Uint8Array): OnnxParts {
  const kept: Uint8Array[] = [];
  const weights: Uint8Array[] = [];
  let hasGraph = false;
  for (const field of fieldsOf(bytes)) {
    if (field.number !== GRAPH) {
      kept.push(bytes.subarray(field.tag, field.end));
      continue;
    }
    hasGraph = true;
    const graph = bytes.subarray(field.start, field.end);
    for (const inner of fieldsOf(graph)) {
      const encoded = graph.subarray(inner.tag, inner.end);
      if (inner.number === INITIALISER && encoded.length > SMALL) weights.push(encoded);
      else kept.push(header(GRAPH, encoded.length), encoded);
    }
  }
  if (!hasGraph) throw new RangeError("no graph");
  // A message that comes in several pieces is their union.
  return { model: fromBinary(ModelProtoSchema, joined(kept)), weights };
}

/** The bytes of an ONNX file again. */
export function joinOnnx({ model, weights }: OnnxParts): Uint8Array<ArrayBuffer> {
  const size = weights.reduce((sum, { length }) => sum + length, 0);
  const rest = weights.length > 0 ? [header(GRAPH, size), ...weights] : [];
  return joined([toBinary(ModelProtoSchema, model), ...rest]);
}

interface Field {
  number: number;
  /** Where its tag begins, its content begins, and both end. */
  tag: number;
  start: number;
  end: number;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length; ) {
    const key = varint(bytes, at);
    const number = Math.floor(key.value / 8);
    const wire = key.value % 8;
    let start = key.end;
    let end: number;
    if (wire === 0) end = varint(bytes, start).end;
    else if (wire === 1) end = start + 8;
    else if (wire === 5) end = start + 4;
    else if (wire === 2) {
      const length = varint(bytes, start);
      start = length.end;
      end = start + length.value;
    } else throw new RangeError("not a protobuf message");
    if (number === 0 || end > bytes.length) throw new RangeError("not a protobuf message");
    yield { number, tag: at, start, end };
    at = end;
  }
}

function varint(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    value += (bytes[at + i] & 0x7f) * 2 ** (7 * i);
    if (bytes[at + i] < 0x80) return { value, end: at + i + 1 };
  }
  throw new RangeError("not a protobuf message");
}

/** Tag and length of a field that is a message. */
function header(number: number, length: number): Uint8Array {
  const out = [number * 8 + 2];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return Uint8Array.from([...out, rest]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
