import { type Backend, type Filter, resample } from "../../engine/processing/resample.js";
import { resample as plain } from "../kernel/support/plain-resample.js";

/** Extreme values and noise: rounding and clamping errors show. */
function picture(width: number, height: number): Uint8Array {
  let state = width * 31 + height;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 15;
  };
  return Uint8Array.from({ length: width * height * 3 }, () =>
    next() % 3 === 0 ? (next() % 2) * 255 : next() & 255,
  );
}

const SIZES = [
  [37, 53, 11, 17],
  [5, 3, 64, 48],
  [300, 20, 17, 90],
  [1, 500, 32, 32],
  [500, 1, 32, 32],
  [123, 457, 123, 45],
  [123, 457, 45, 457],
  [17, 900, 12, 40],
];

describe.each<Backend>(["torch", "pillow", "pillow13"])("%s", (backend) => {
  test.each<Filter>(["bilinear", "bicubic", "lanczos"])(
    "%s is bit for bit what plain loops give",
    (filter) => {
      for (const [width, height, toWidth, toHeight] of SIZES) {
        const src = picture(width, height);
        const fast = resample(src, width, height, toWidth, toHeight, filter, backend);
        const slow = plain(src, width, height, toWidth, toHeight, filter, backend);
        expect(fast.length).toBe(toWidth * toHeight * 3);
        expect(Buffer.compare(fast, slow)).toBe(0);
      }
    },
  );
});

test("the same size gives the same pixels, and the source stays as it was", () => {
  const src = picture(6, 4);
  const before = src.slice();
  expect(Buffer.compare(resample(src, 6, 4, 6, 4, "bicubic", "torch"), before)).toBe(0);
  resample(src, 6, 4, 3, 2, "bicubic", "torch");
  expect(Buffer.compare(src, before)).toBe(0);
});
