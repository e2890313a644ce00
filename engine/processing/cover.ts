import { invalid } from "../../core/data/check.js";
import type { Rect } from "../../core/index.js";

/** RGB bytes, row-major. */
export interface Picture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

type Colour = readonly [red: number, green: number, blue: number];

/** What stands in the place of what is covered. */
export type Fill = "paper" | "blur" | "mean" | Colour;

const NAMED: Record<string, Colour> = {
  black: [0, 0, 0],
  white: [255, 255, 255],
  grey: [128, 128, 128],
  gray: [128, 128, 128],
};

/**
 * A fill as a person names it.
 * @param named "paper" (the colour that is commonest around the place), "blur", "mean" (the mean colour of the page), or a
 *   colour: "white", "black", "grey", "#rgb" or "#rrggbb"
 * @throws RangeError naming what there is
 */
export function fillOf(named: string): Fill {
  if (named === "paper" || named === "blur" || named === "mean") return named;
  if (Object.hasOwn(NAMED, named)) return NAMED[named];
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(String(named))?.[1];
  if (!hex) throw invalid("fill", named, 'paper, blur, mean, or a colour such as "white" or "#80a0ff"');
  const digits = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  const number = Number.parseInt(digits, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** The picture with rectangles covered; a copy, what is given stays as it is. Edges are rounded outwards. */
export function covered(picture: Picture, rects: readonly Rect[], fill: Fill): Picture {
  const out = { ...picture, pixels: picture.pixels.slice() };
  const mean = fill === "mean" ? meanColour(picture) : null;
  for (const rect of rects) {
    const box = boxOf(rect, picture);
    if (fill === "blur") blurBox(picture, box, out.pixels);
    else paint(out, box, mean ?? (fill === "paper" ? paperAround(picture, box) : (fill as Colour)));
  }
  return out;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function boxOf({ x, y, width, height }: Rect, within: Picture, margin = 0): Box {
  return {
    left: Math.max(0, Math.floor(x) - margin),
    top: Math.max(0, Math.floor(y) - margin),
    right: Math.min(within.width, Math.ceil(x + width) + margin),
    bottom: Math.min(within.height, Math.ceil(y + height) + margin),
  };
}

function paint({ pixels, width }: Picture, { left, top, right, bottom }: Box, colour: Colour): void {
  for (let y = top; y < bottom; y++)
    for (let i = 3 * (y * width + left); i < 3 * (y * width + right); i += 3) pixels.set(colour, i);
}

function meanColour({ pixels }: Picture): Colour {
  const sums = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) sums[i % 3] += pixels[i];
  const [red, green, blue] = sums.map((sum) => Math.round((3 * sum) / pixels.length));
  return [red, green, blue];
}

/**
 * The commonest colour of the ring around a place: print is never most of it. Colours count as one that share the upper five
 * bits of each channel; their mean is the paper.
 */
function paperAround(picture: Picture, box: Box): Colour {
  const { pixels, width } = picture;
  const margin = Math.max(3, Math.round((box.bottom - box.top) / 4));
  const outer = boxOf(
    { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top },
    picture,
    margin,
  );
  const bins = new Map<number, [count: number, red: number, green: number, blue: number]>();
  let most: [number, number, number, number] = [0, 255, 255, 255];
  for (let y = outer.top; y < outer.bottom; y++)
    for (let x = outer.left; x < outer.right; x++) {
      // Across the rows of the place itself there is only its left and right side to look at.
      if (y >= box.top && y < box.bottom && x === box.left && box.right > box.left) x = box.right;
      if (x >= outer.right) break;
      const i = 3 * (y * width + x);
      const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
      const key = ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
      const bin = bins.get(key) ?? [0, 0, 0, 0];
      bins.set(key, bin);
      bin[0]++;
      bin[1] += red;
      bin[2] += green;
      bin[3] += blue;
      if (bin[0] > most[0]) most = bin;
    }
  const [count, ...sums] = most;
  const [red, green, blue] = count > 0 ? sums.map((sum) => Math.round(sum / count)) : sums;
  return [red, green, blue];
}

/** Averages over a square as wide as the place is high, taken twice: letters are gone, their darkness stays. */
function blurBox(picture: Picture, box: Box, into: Uint8Array): void {
  const radius = Math.max(2, Math.round(Math.min(box.bottom - box.top, box.right - box.left) / 2));
  const outer: Box = {
    left: Math.max(0, box.left - 2 * radius),
    top: Math.max(0, box.top - 2 * radius),
    right: Math.min(picture.width, box.right + 2 * radius),
    bottom: Math.min(picture.height, box.bottom + 2 * radius),
  };
  const [wide, high] = [outer.right - outer.left, outer.bottom - outer.top];
  let part = new Float32Array(3 * wide * high);
  for (let y = 0; y < high; y++) {
    const from = 3 * ((outer.top + y) * picture.width + outer.left);
    part.set(picture.pixels.subarray(from, from + 3 * wide), 3 * y * wide);
  }
  for (let pass = 0; pass < 2; pass++) {
    part = boxBlur(part, 3, high, wide, radius);
    part = boxBlur(part, 3 * wide, wide, high, radius);
  }
  for (let y = box.top; y < box.bottom; y++)
    for (let x = box.left; x < box.right; x++)
      for (let channel = 0; channel < 3; channel++)
        into[3 * (y * picture.width + x) + channel] = Math.round(
          part[3 * ((y - outer.top) * wide + x - outer.left) + channel],
        );
}

/** The whole picture, blurred with a radius of pixels. */
export function blurred(picture: Picture, radius: number): Picture {
  const { width, height } = picture;
  let part = Float32Array.from(picture.pixels);
  for (let pass = 0; pass < 2; pass++) {
    part = boxBlur(part, 3, height, width, radius);
    part = boxBlur(part, 3 * width, width, height, radius);
  }
  return { ...picture, pixels: Uint8Array.from(part, Math.round) };
}

/**
 * Means along one axis over `2 radius + 1` values, fewer at the ends, of RGB numbers.
 * @param step distance of neighbours along the axis
 * @param lines how many lines there are across it
 * @param length of a line
 */
function boxBlur(
  from: Float32Array<ArrayBuffer>,
  step: number,
  lines: number,
  length: number,
  radius: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(from.length);
  const across = step === 3 ? 3 * length : 3;
  for (let line = 0; line < lines; line++)
    for (let channel = 0; channel < 3; channel++) {
      const base = line * across + channel;
      let [sum, count] = [0, 0];
      for (let i = 0; i < Math.min(radius, length); i++, count++) sum += from[base + i * step];
      for (let i = 0; i < length; i++) {
        if (i + radius < length) {
          sum += from[base + (i + radius) * step];
          count++;
        }
        if (i - radius > 0) {
          sum -= from[base + (i - radius - 1) * step];
          count--;
        }
        out[base + i * step] = sum / count;
      }
    }
  return out;
}
