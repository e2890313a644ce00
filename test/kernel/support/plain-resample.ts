/**
 * Separable antialiased resampling of bytes, bit for bit as the two image backends of the reference do it:
 * torch (`torch.nn.functional.interpolate(uint8, antialias=True)`: int16 weights) and Pillow (`Resample.c`, weights of 22 bits).
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
  const run = backend === "torch" ? "torch" : "pillow";
  const verticalFirst =
    backend === "pillow13" &&
    toWidth !== width &&
    toHeight < height &&
    height - toHeight > 2 * (width - toWidth);
  if (verticalFirst)
    return across(down(src, width, height, toHeight, filter, run), width, toHeight, toWidth, filter, run);
  return down(across(src, width, height, toWidth, filter, run), toWidth, height, toHeight, filter, run);
}

interface Weights {
  /** First source position and number of positions of each target position. */
  from: Int32Array;
  count: Int32Array;
  /** Fixed-point weights, `stride` a target position. */
  values: Int32Array;
  stride: number;
  bits: number;
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

const PILLOW_BITS = 22;

function weights(from: number, to: number, filter: Filter, backend: "torch" | "pillow"): Weights {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = FILTERS[filter].support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const exact = new Float64Array(to * stride);
  const result: Weights = {
    from: new Int32Array(to),
    count: new Int32Array(to),
    values: new Int32Array(to * stride),
    stride,
    bits: PILLOW_BITS,
  };
  let largest = 0;
  for (let t = 0; t < to; t++) {
    const center = (t + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - first;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      exact[t * stride + i] = FILTERS[filter].at((i + first - center + 0.5) * (1 / stretch));
      sum += exact[t * stride + i];
    }
    if (sum !== 0)
      for (let i = 0; i < count; i++) {
        exact[t * stride + i] /= sum;
        largest = Math.max(largest, exact[t * stride + i]);
      }
    result.from[t] = first;
    result.count[t] = count;
  }
  if (backend === "torch") {
    // ATen takes the most bits with which the largest weight still fits an int16.
    result.bits = 0;
    while (result.bits < 22 && Math.trunc(0.5 + largest * 2 ** (result.bits + 1)) < 2 ** 15) result.bits++;
  }
  const one = 2 ** result.bits;
  for (let i = 0; i < exact.length; i++)
    result.values[i] = Math.trunc((exact[i] < 0 ? -0.5 : 0.5) + exact[i] * one);
  return result;
}

function across(
  src: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  filter: Filter,
  backend: "torch" | "pillow",
): Uint8Array {
  if (toWidth === width) return src;
  const { from, count, values, stride, bits } = weights(width, toWidth, filter, backend);
  const out = new Uint8ClampedArray(toWidth * height * 3);
  const half = 2 ** (bits - 1);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++, o += 3) {
      let r = half;
      let g = half;
      let b = half;
      const end = x * stride + count[x];
      for (let i = x * stride, p = (y * width + from[x]) * 3; i < end; i++, p += 3) {
        const w = values[i];
        r += src[p] * w;
        g += src[p + 1] * w;
        b += src[p + 2] * w;
      }
      out[o] = r >> bits;
      out[o + 1] = g >> bits;
      out[o + 2] = b >> bits;
    }
  }
  return new Uint8Array(out.buffer);
}

function down(
  src: Uint8Array,
  width: number,
  height: number,
  toHeight: number,
  filter: Filter,
  backend: "torch" | "pillow",
): Uint8Array {
  if (toHeight === height) return src;
  const { from, count, values, stride, bits } = weights(height, toHeight, filter, backend);
  const line = width * 3;
  const out = new Uint8ClampedArray(toHeight * line);
  const sums = new Int32Array(line);
  for (let y = 0; y < toHeight; y++) {
    sums.fill(2 ** (bits - 1));
    for (let i = 0; i < count[y]; i++) {
      const w = values[y * stride + i];
      const row = (from[y] + i) * line;
      for (let x = 0; x < line; x++) sums[x] += src[row + x] * w;
    }
    for (let x = 0; x < line; x++) out[y * line + x] = sums[x] >> bits;
  }
  return new Uint8Array(out.buffer);
}
