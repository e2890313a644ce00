// The inner loops of engine/processing/resample.ts in AssemblyScript, for WebAssembly SIMD. Built by build.mjs beside it.
// Callers keep 64 bytes free behind every buffer: vectors read (with weight 0) and write a little past the end of a row.

/** Weights are int16 (torch): two source pixels a multiplication. `quads`: groups of 4 pixels for each target position. */
export function across16(
  src: usize, width: i32, rows: i32, dst: usize, toWidth: i32,
  from: usize, quads: usize, weights: usize, stride: i32, bits: i32,
): void {
  // Red, green and blue of two pixels side by side, widened: an index with the top bit set gives 0.
  const first = i8x16(0, -128, 3, -128, 1, -128, 4, -128, 2, -128, 5, -128, -128, -128, -128, -128);
  const second = i8x16(6, -128, 9, -128, 7, -128, 10, -128, 8, -128, 11, -128, -128, -128, -128, -128);
  const half = i32x4.splat(1 << (bits - 1));
  for (let y = 0; y < rows; y++) {
    const row = src + <usize>(y * width * 3);
    let out = dst + <usize>(y * toWidth * 3);
    for (let x = 0; x < toWidth; x++) {
      let p = row + <usize>(load<i32>(from + (<usize>x << 2)) * 3);
      let w = weights + <usize>(x * stride * 2);
      let sum = half;
      for (let n = load<i32>(quads + (<usize>x << 2)); n > 0; n--) {
        const v = v128.load(p);
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(i8x16.swizzle(v, first), v128.load32_splat(w)));
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(i8x16.swizzle(v, second), v128.load32_splat(w, 4)));
        p += 12;
        w += 8;
      }
      store4(out, i32x4.shr_s(sum, bits));
      out += 3;
    }
  }
}

/** Weights are int16 (torch): two source rows a multiplication; `count` is even, the padding weight is 0. */
export function down16(
  src: usize, line: i32, dst: usize, toHeight: i32,
  from: usize, count: usize, weights: usize, stride: i32, bits: i32,
): void {
  const half = i32x4.splat(1 << (bits - 1));
  for (let y = 0; y < toHeight; y++) {
    const top = src + <usize>(load<i32>(from + (<usize>y << 2)) * line);
    const taps = load<i32>(count + (<usize>y << 2));
    const w = weights + <usize>(y * stride * 2);
    for (let x = 0; x < line; x += 16) {
      let a = half, b = half, c = half, d = half;
      let p = top + <usize>x;
      for (let i = 0; i < taps; i += 2) {
        const pair = v128.load32_splat(w + (<usize>i << 1));
        const even = v128.load(p);
        const odd = v128.load(p + <usize>line);
        const low = i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const high = i8x16.shuffle(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), pair));
        b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), pair));
        c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), pair));
        d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), pair));
        p += <usize>(line * 2);
      }
      v128.store(dst + <usize>(y * line + x), bytes16(a, b, c, d, bits));
    }
  }
}

/** Weights are int32 (Pillow). */
export function across32(
  src: usize, width: i32, rows: i32, dst: usize, toWidth: i32,
  from: usize, count: usize, weights: usize, stride: i32, bits: i32,
): void {
  const half = i32x4.splat(1 << (bits - 1));
  for (let y = 0; y < rows; y++) {
    const row = src + <usize>(y * width * 3);
    let out = dst + <usize>(y * toWidth * 3);
    for (let x = 0; x < toWidth; x++) {
      let p = row + <usize>(load<i32>(from + (<usize>x << 2)) * 3);
      let w = weights + <usize>(x * stride * 4);
      let sum = half;
      for (let n = load<i32>(count + (<usize>x << 2)); n > 0; n--) {
        const v = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)));
        sum = i32x4.add(sum, i32x4.mul(v, v128.load32_splat(w)));
        p += 3;
        w += 4;
      }
      store4(out, i32x4.shr_s(sum, bits));
      out += 3;
    }
  }
}

/** Weights are int32 (Pillow). */
export function down32(
  src: usize, line: i32, dst: usize, toHeight: i32,
  from: usize, count: usize, weights: usize, stride: i32, bits: i32,
): void {
  const half = i32x4.splat(1 << (bits - 1));
  for (let y = 0; y < toHeight; y++) {
    const top = src + <usize>(load<i32>(from + (<usize>y << 2)) * line);
    const taps = load<i32>(count + (<usize>y << 2));
    const w = weights + <usize>(y * stride * 4);
    for (let x = 0; x < line; x += 16) {
      let a = half, b = half, c = half, d = half;
      let p = top + <usize>x;
      for (let i = 0; i < taps; i++) {
        const weight = v128.load32_splat(w + (<usize>i << 2));
        const v = v128.load(p);
        const low = i16x8.extend_low_i8x16_u(v);
        const high = i16x8.extend_high_i8x16_u(v);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
        p += <usize>line;
      }
      v128.store(dst + <usize>(y * line + x), bytes16(a, b, c, d, bits));
    }
  }
}

// Narrowing saturates twice, which is the clamp to 0…255.
// @ts-ignore: decorator
@inline
function bytes16(a: v128, b: v128, c: v128, d: v128, bits: i32): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(i32x4.shr_s(a, bits), i32x4.shr_s(b, bits)),
    i16x8.narrow_i32x4_s(i32x4.shr_s(c, bits), i32x4.shr_s(d, bits)),
  );
}

// @ts-ignore: decorator
@inline
function store4(out: usize, sum: v128): void {
  const narrow = i16x8.narrow_i32x4_s(sum, sum);
  store<i32>(out, i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0));
}
