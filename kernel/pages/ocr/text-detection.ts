import type { Feed } from "../../../engine/runtime.js";

/** Longest side that the detection sees; its sides are multiples of 32. */
const LONGEST = 1920;
const STEP = 32;
/** Per channel, of the pictures that it was trained on. */
const [MEAN, SPREAD] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];
/** A pixel of text, the mean of what becomes a line, and how far the lines were shrunk for training (DB, Liao et al. 2020). */
const [PIXEL, LINE, UNCLIP] = [0.3, 0.6, 1.5];
/** Least height of a line as it was shrunk. */
const LEAST = 3;

/** RGB bytes, row-major. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A rectangle on the page that may be turned: its centre, its sides, and the way that its lines run. In pixels. */
export interface TurnedBox {
  x: number;
  y: number;
  /** Along the line. */
  length: number;
  height: number;
  /** Cosine and sine of the angle from level, clockwise as y grows downwards. */
  along: readonly [number, number];
}

/** What the detection is fed: the page, made smaller where it is very large. */
export function detectionInput(page: Pixels): Feed {
  const scale = Math.min(1, LONGEST / Math.max(page.width, page.height));
  const side = (pixels: number) => Math.max(STEP, Math.round((pixels * scale) / STEP) * STEP);
  const [width, height] = [side(page.width), side(page.height)];
  const data = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [r, g, b] = mean(page, x / width, y / height, (x + 1) / width, (y + 1) / height);
      // Trained on blue, green, red.
      for (const [k, value] of [b, g, r].entries())
        data[(k * height + y) * width + x] = (value / 255 - MEAN[k]) / SPREAD[k];
    }
  return { type: "float32", data, shape: [1, 3, height, width] };
}

/** Mean colour of a part of the page, given in shares of its sides. */
function mean({ data, width, height }: Pixels, left: number, top: number, right: number, bottom: number) {
  const [x0, y0] = [Math.floor(left * width), Math.floor(top * height)];
  const x1 = Math.max(x0 + 1, Math.floor(right * width));
  const y1 = Math.max(y0 + 1, Math.floor(bottom * height));
  const sum = [0, 0, 0];
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) for (let k = 0; k < 3; k++) sum[k] += data[(y * width + x) * 3 + k];
  return sum.map((value) => value / ((x1 - x0) * (y1 - y0)));
}

/**
 * Lines of text in a map of probabilities.
 * @param map row-major, width x height
 * @param page whose pixels the boxes refer to
 */
export function textBoxes(
  map: Float32Array,
  width: number,
  height: number,
  page: { width: number; height: number },
): TurnedBox[] {
  const [scaleX, scaleY] = [page.width / width, page.height / height];
  const found: TurnedBox[] = [];
  const seen = new Uint8Array(map.length);
  for (let start = 0; start < map.length; start++) {
    if (seen[start] || map[start] <= PIXEL) continue;
    const cells = connected(map, width, height, start, seen);
    if (cells.reduce((sum, at) => sum + map[at], 0) / cells.length < LINE) continue;
    const box = boxOf(
      cells.map((at) => [((at % width) + 0.5) * scaleX, (Math.floor(at / width) + 0.5) * scaleY]),
    );
    if (Math.min(box.length, box.height) < LEAST) continue;
    const margin = (UNCLIP * box.length * box.height) / (2 * (box.length + box.height));
    found.push({ ...box, length: box.length + 2 * margin, height: box.height + 2 * margin });
  }
  return found;
}

function connected(
  map: Float32Array,
  width: number,
  height: number,
  start: number,
  seen: Uint8Array,
): number[] {
  const cells = [start];
  seen[start] = 1;
  for (const at of cells) {
    const [x, y] = [at % width, Math.floor(at / width)];
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const next = v * width + u;
        if (seen[next] || map[next] <= PIXEL) continue;
        seen[next] = 1;
        cells.push(next);
      }
  }
  return cells;
}

/** Only what is clearly longer than high says which way it runs. */
const ELONGATED = 3;
/** Angles that are taken for level: about half a degree. */
const LEVEL = 0.01;

/** The box round points whose longer side follows their principal axis. */
function boxOf(points: [number, number][]): TurnedBox {
  const count = points.length;
  const [mx, my] = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / count);
  let [xx, yy, xy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - mx) ** 2;
    yy += (y - my) ** 2;
    xy += (x - mx) * (y - my);
  }
  const spread = Math.hypot(xx - yy, 2 * xy);
  const isLong = xx + yy + spread > ELONGATED ** 2 * (xx + yy - spread);
  const angle = isLong ? Math.atan2(2 * xy, xx - yy) / 2 : 0;
  const along =
    Math.abs(Math.sin(angle)) < LEVEL ? ([1, 0] as const) : ([Math.cos(angle), Math.sin(angle)] as const);
  const ends = [along, [-along[1], along[0]]].map(([u, v]) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [x, y] of points) {
      const at = x * u + y * v;
      low = Math.min(low, at);
      high = Math.max(high, at);
    }
    return { middle: (low + high) / 2, size: high - low + 1 };
  });
  const [a, b] = ends;
  return {
    x: a.middle * along[0] - b.middle * along[1],
    y: a.middle * along[1] + b.middle * along[0],
    length: a.size,
    height: b.size,
    along,
  };
}
