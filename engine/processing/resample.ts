import { fromBase64 } from "../../core/index.js";
import { RESAMPLE_WASM } from "./resample-wasm.js";

/**
 * Separable antialiased resampling of bytes, bit for bit as the two image backends of the reference do it:
 * torch (`torch.nn.functional.interpolate(uint8, antialias=True)`: int16 weights) and Pillow (`Resample.c`: weights of 22 bits).
 * The loops run as WebAssembly SIMD (tools/resample).
 */

export type Filter = "bilinear" | "bicubic" | "lanczos";
/** `pillow` up to version 12; `pillow13` may run the vertical pass first. */
export type Backend = "torch" | "pillow" | "pillow13";

/** @param src RGB bytes, row-major; @returns RGB bytes of the new size */
export function resample(
  src: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
  filter: Filter,
  backend: Backend,
): Uint8Array {
  const int16 = backend === "torch";
  const verticalFirst =
    backend === "pillow13" &&
    toWidth !== width &&
    toHeight < height &&
    height - toHeight > 2 * (width - toWidth);
  if (verticalFirst)
    return across(down(src, width, height, toHeight, filter, int16), width, toHeight, toWidth, filter, int16);
  return down(across(src, width, height, toWidth, filter, int16), toWidth, height, toHeight, filter, int16);
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const FILTERS: Record<Filter, { support: number; at: (x: number) => number }> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    at: (value) => {
      const a = -0.5;
      const x = Math.abs(value);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

interface Weights {
  /** First source position of each target position. */
  from: Int32Array;
  /** Number of source positions of each target position. */
  count: Int32Array;
  /** Fixed-point weights, `stride` a target position, zeros behind the last. */
  values: Int16Array | Int32Array;
  stride: number;
  bits: number;
}

const PILLOW_BITS = 22;

function weights(from: number, to: number, filter: Filter, int16: boolean): Weights {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = FILTERS[filter].support * stretch;
  const stride = Math.ceil((Math.ceil(support) * 2 + 1) / 4) * 4;
  const exact = new Float64Array(to * stride);
  const first = new Int32Array(to);
  const counts = new Int32Array(to);
  let largest = 0;
  for (let t = 0; t < to; t++) {
    const center = (t + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - begin;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      exact[t * stride + i] = FILTERS[filter].at((i + begin - center + 0.5) * (1 / stretch));
      sum += exact[t * stride + i];
    }
    if (sum !== 0)
      for (let i = 0; i < count; i++) {
        exact[t * stride + i] /= sum;
        largest = Math.max(largest, exact[t * stride + i]);
      }
    first[t] = begin;
    counts[t] = count;
  }
  let bits = PILLOW_BITS;
  // ATen takes the most bits with which the largest weight still fits an int16.
  if (int16)
    for (bits = 0; bits < PILLOW_BITS && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15; ) bits++;
  const values = new (int16 ? Int16Array : Int32Array)(exact.length);
  for (let i = 0; i < exact.length; i++)
    values[i] = Math.trunc((exact[i] < 0 ? -0.5 : 0.5) + exact[i] * 2 ** bits);
  return { from: first, count: counts, values, stride, bits };
}

/** Rows are copied in and worked on by bands that stay in the processor's cache. */
const BAND = 1 << 19;

function across(
  src: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  filter: Filter,
  int16: boolean,
): Uint8Array {
  if (toWidth === width) return src;
  const w = weights(width, toWidth, filter, int16);
  const rows = Math.min(height, Math.max(1, Math.floor(BAND / (width * 3))));
  const at = place(
    w,
    int16 ? w.count.map((n) => Math.ceil(n / 4)) : w.count,
    rows * width * 3,
    rows * toWidth * 3,
  );
  const run = int16 ? wasm.across16 : wasm.across32;
  const out = new Uint8Array(toWidth * height * 3);
  for (let y = 0; y < height; y += rows) {
    const some = Math.min(rows, height - y);
    bytes.set(src.subarray(y * width * 3, (y + some) * width * 3), at.src);
    run(at.src, width, some, at.dst, toWidth, at.from, at.count, at.values, w.stride, w.bits);
    out.set(bytes.subarray(at.dst, at.dst + some * toWidth * 3), y * toWidth * 3);
  }
  return out;
}

function down(
  src: Uint8Array,
  width: number,
  height: number,
  toHeight: number,
  filter: Filter,
  int16: boolean,
): Uint8Array {
  if (toHeight === height) return src;
  const line = width * 3;
  const w = weights(height, toHeight, filter, int16);
  const at = place(
    w,
    int16 ? w.count.map((n) => n + (n % 2)) : w.count,
    (height + 1) * line,
    toHeight * line,
  );
  bytes.set(src, at.src);
  const run = int16 ? wasm.down16 : wasm.down32;
  run(at.src, line, at.dst, toHeight, at.from, at.count, at.values, w.stride, w.bits);
  return bytes.slice(at.dst, at.dst + toHeight * line);
}

interface Loops {
  across16: Loop10;
  across32: Loop10;
  down16: Loop9;
  down32: Loop9;
}
type Loop9 = (...numbers: [...Nine]) => void;
type Loop10 = (...numbers: [...Nine, number]) => void;
type Nine = [number, number, number, number, number, number, number, number, number];

const PAGE = 65536;
const memory = new WebAssembly.Memory({ initial: 16, maximum: PAGE });
let bytes = new Uint8Array(memory.buffer);
const compiled = new WebAssembly.Module(fromBase64(RESAMPLE_WASM));
const wasm = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Loops;

/** Free bytes behind every buffer: vectors read and write a little past the end. */
const SLACK = 64;

/** Lays tables and buffers out in the module's memory, which grows as needed; @returns their addresses */
function place(w: Weights, count: Int32Array, srcBytes: number, dstBytes: number) {
  let end = 1024;
  const take = (size: number): number => {
    const start = end;
    end += Math.ceil((size + SLACK) / 16) * 16;
    return start;
  };
  const at = {
    from: take(w.from.byteLength),
    count: take(count.byteLength),
    values: take(w.values.byteLength),
    src: take(srcBytes),
    dst: take(dstBytes),
  };
  if (end > bytes.length) {
    memory.grow(Math.ceil((end - bytes.length) / PAGE));
    bytes = new Uint8Array(memory.buffer);
  }
  new Int32Array(memory.buffer, at.from).set(w.from);
  new Int32Array(memory.buffer, at.count).set(count);
  bytes.set(new Uint8Array(w.values.buffer), at.values);
  return at;
}
