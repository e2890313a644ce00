import { alpha, position } from "./scale.js";
import type { Scene } from "./scene.js";

/** RGBA bytes, row-major, not premultiplied. */
export interface Raster {
  kind: "raster";
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** Longest side of an interpolated raster. */
const SMOOTH_SIDE = 384;

/**
 * The coloured cells of a scene: one pixel a patch (columns x rows), or some more when cells are shown smooth.
 * Every host paints exactly these pixels. Colours are such that a canvas, which keeps them premultiplied,
 * gives back the same bytes.
 */
export function raster(scene: Scene): Raster {
  const { map } = scene.shown;
  const factor =
    scene.view.cells === "smooth"
      ? Math.max(1, Math.min(8, Math.floor(SMOOTH_SIDE / Math.max(map.rows, map.columns))))
      : 1;
  const values = factor === 1 ? map.data : interpolate(map.data, map.rows, map.columns, factor);
  const data = new Uint8ClampedArray(values.length * 4);
  if (scene.view.color.blend !== "outline") paint(scene, values, data);
  return { kind: "raster", width: map.columns * factor, height: map.rows * factor, data };
}

function paint(scene: Scene, values: Float32Array, data: Uint8ClampedArray): void {
  const { scale } = scene;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const a = Math.round(255 * alpha(scale, value));
    if (a === 0) continue;
    const at = 3 * Math.round(255 * position(scale, value));
    for (let k = 0; k < 3; k++) data[i * 4 + k] = stable(scale.colours[at + k], a);
    data[i * 4 + 3] = a;
  }
}

/**
 * The nearest colour that survives being premultiplied to a byte and divided again, however halves are rounded:
 * a product whose quotient would be a half gives way to its neighbour.
 */
function stable(colour: number, a: number): number {
  let product = Math.round((colour * a) / 255);
  const half = (2 * product * 255) % (2 * a) === a;
  if (half) product += product * 255 > colour * a ? -1 : 1;
  return Math.min(255, Math.round((product * 255) / a));
}

/** Bilinear between cell centres; beyond the outermost centres the edge cell goes on. */
function interpolate(data: Float32Array, rows: number, columns: number, factor: number): Float32Array {
  const width = columns * factor;
  const out = new Float32Array(width * rows * factor);
  for (let y = 0; y < rows * factor; y++) {
    const [r0, r1, fy] = between((y + 0.5) / factor - 0.5, rows);
    for (let x = 0; x < width; x++) {
      const [c0, c1, fx] = between((x + 0.5) / factor - 0.5, columns);
      const upper = data[r0 * columns + c0] * (1 - fx) + data[r0 * columns + c1] * fx;
      const lower = data[r1 * columns + c0] * (1 - fx) + data[r1 * columns + c1] * fx;
      out[y * width + x] = upper * (1 - fy) + lower * fy;
    }
  }
  return out;
}

function between(at: number, count: number): [number, number, number] {
  const clamped = Math.min(count - 1, Math.max(0, at));
  const low = Math.floor(clamped);
  return [low, Math.min(count - 1, low + 1), clamped - low];
}
