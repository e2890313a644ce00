import type { Colours } from "./palettes.js";
import { PAPER_TONES, paperTones } from "./paper-tone.js";
import { alpha, colourIndex, position } from "./scale.js";
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

/** Cells that meet the page in the same way, by the name that CSS and SVG have for it (`mix-blend-mode`). */
export interface RasterLayer {
  blend: "normal" | "multiply" | "screen";
  raster: Raster;
}

/**
 * The coloured cells of a scene: one pixel a patch (columns x rows), or some more when cells are shown smooth. Every host
 * paints exactly these pixels. A tint is parted into the cells on light paper, on dark paper and on pictures; each pixel is
 * painted in one layer at most, so their order does not matter. A layer without any is left out. Colours are such that a
 * canvas, which keeps them premultiplied, gives back the same bytes.
 */
export function rasters(scene: Scene): RasterLayer[] {
  const { map } = scene.shown;
  const factor =
    scene.view.cells === "smooth"
      ? Math.max(1, Math.min(8, Math.floor(SMOOTH_SIDE / Math.max(map.rows, map.columns))))
      : 1;
  const values = factor === 1 ? map.data : interpolate(map.data, map.rows, map.columns, factor);
  const [width, height] = [map.columns * factor, map.rows * factor];
  const layers = new Map<RasterLayer["blend"], Raster>();
  const layerOf = (blend: RasterLayer["blend"]): Raster => {
    const layer = layers.get(blend) ?? {
      kind: "raster",
      width,
      height,
      data: new Uint8ClampedArray(width * height * 4),
    };
    layers.set(blend, layer);
    return layer;
  };
  const paint = painter(scene, width, height, (blend, pixel, colours, index, a) => {
    const { data } = layerOf(blend);
    for (let k = 0; k < 3; k++) data[pixel * 4 + k] = stable(colours[index * 3 + k], a);
    data[pixel * 4 + 3] = a;
  });
  const { meant } = scene;
  const cellOf = (i: number) =>
    Math.floor(i / width / factor) * map.columns + Math.floor((i % width) / factor);
  for (let i = 0; i < values.length; i++) if (meant?.[cellOf(i)] !== 0) paint(values[i], i);
  return Array.from(layers, ([blend, raster]) => ({ blend, raster }));
}

/** Colours a pixel of a layer with one of 256 colours. @param a its alpha, 1 to 255 */
type Put = (blend: RasterLayer["blend"], pixel: number, colours: Colours, index: number, a: number) => void;

/** Paints a number at a pixel, or leaves it. Called for every pixel of every frame: it makes nothing that is thrown away. */
type Painter = (value: number, pixel: number) => void;

/** How a scene paints. */
function painter(scene: Scene, width: number, height: number, put: Put): Painter {
  const { blend } = scene.view.color;
  if (blend === "outline") return () => {};
  const { scale } = scene;
  if (scale.dark) return tintPainter(scene, scale.dark, width, height, put);
  const over = blend === "multiply" ? "multiply" : "normal";
  return (value, pixel) => {
    const a = Math.round(255 * alpha(scale, value));
    if (a > 0) put(over, pixel, scale.colours, colourIndex(scale, value), a);
  };
}

/** On pictures, where there is no paper to tint, colours lie over it, the fainter the more see-through. */
const OVER_PICTURES = { least: 0.12, more: 0.5 };

function tintPainter(
  { page, scale }: Scene,
  dark: Colours,
  width: number,
  height: number,
  put: Put,
): Painter {
  const tones = paperTones(page, width, height);
  const none = scale.kind === "diverging" ? 128 : 0;
  const { colours } = scale;
  return (value, pixel) => {
    const index = colourIndex(scale, value);
    if (index === none || alpha(scale, value) === 0) return;
    const tone = PAPER_TONES[tones[pixel]];
    if (tone === "light") put("multiply", pixel, colours, index, 255);
    else if (tone === "dark") put("screen", pixel, dark, index, 255);
    else {
      const at = position(scale, value);
      const t = scale.kind === "diverging" ? Math.abs(2 * at - 1) : at;
      const a = Math.round(255 * (scale.opacity * (OVER_PICTURES.least + OVER_PICTURES.more * t)));
      put("normal", pixel, colours, Math.round(255 * at), a);
    }
  };
}

/**
 * The nearest colour that survives being premultiplied to a byte and divided again, however halves are rounded:
 * a product whose quotient would be a half gives way to its neighbour.
 */
function stable(colour: number, a: number): number {
  if (a === 255) return colour;
  let product = Math.round((colour * a) / 255);
  const half = (2 * product * 255) % (2 * a) === a;
  if (half) product += product * 255 > colour * a ? -1 : 1;
  return Math.min(255, Math.round((product * 255) / a));
}

/** Bilinear between cell centres; beyond the outermost centres the edge cell goes on. */
function interpolate(data: Float32Array, rows: number, columns: number, factor: number): Float32Array {
  const width = columns * factor;
  const out = new Float32Array(width * rows * factor);
  const across = Array.from({ length: width }, (_, x) => between((x + 0.5) / factor - 0.5, columns));
  const [left, right, shift] = [0, 1, 2].map((k) => Float64Array.from(across, (each) => each[k]));
  for (let y = 0; y < rows * factor; y++) {
    const [r0, r1, fy] = between((y + 0.5) / factor - 0.5, rows);
    for (let x = 0; x < width; x++) {
      const [c0, c1, fx] = [left[x], right[x], shift[x]];
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
