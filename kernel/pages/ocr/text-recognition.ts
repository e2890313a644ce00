import type { Feed, FloatTensor } from "../../../engine/runtime.js";
import type { Pixels, TurnedBox } from "./text-detection.js";

/** Height that the recognition takes, and how many columns of it make a step of its output. */
export const LINE_HEIGHT = 48;
const STEP = 8;

/** A line cut out of the page, turned level: grey values for finding gaps, colours for the recognition. */
export interface LinePicture {
  box: TurnedBox;
  /** Columns of its height of 48. */
  width: number;
  /** RGB, row-major. */
  data: Float32Array;
}

/** Cuts a line out; bilinear between pixels, the edge's colour beyond the page. */
export function cutLine({ data, width, height }: Pixels, box: TurnedBox): LinePicture {
  const wide = Math.max(STEP, Math.round((box.length * LINE_HEIGHT) / box.height));
  const scale = box.length / wide;
  const [cos, sin] = box.along;
  const line = new Float32Array(wide * LINE_HEIGHT * 3);
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  for (let v = 0; v < LINE_HEIGHT; v++)
    for (let u = 0; u < wide; u++) {
      const [a, b] = [(u + 0.5) * scale - box.length / 2, ((v + 0.5) / LINE_HEIGHT - 0.5) * box.height];
      const [x, y] = [box.x + a * cos - b * sin - 0.5, box.y + a * sin + b * cos - 0.5];
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [fx, fy] = [x - x0, y - y0];
      for (let k = 0; k < 3; k++) {
        const pixel = (i: number, j: number) =>
          data[(clamp(j, height - 1) * width + clamp(i, width - 1)) * 3 + k];
        const upper = pixel(x0, y0) * (1 - fx) + pixel(x0 + 1, y0) * fx;
        const lower = pixel(x0, y0 + 1) * (1 - fx) + pixel(x0 + 1, y0 + 1) * fx;
        line[(v * wide + u) * 3 + k] = upper * (1 - fy) + lower * fy;
      }
    }
  return { box, width: wide, data: line };
}

/** What the recognition is fed: lines of one width, shorter ones filled up with grey. */
export function recognitionInput(lines: readonly LinePicture[]): Feed {
  const width = Math.ceil(Math.max(...lines.map((line) => line.width)) / STEP) * STEP;
  const data = new Float32Array(lines.length * 3 * LINE_HEIGHT * width);
  for (const [i, line] of lines.entries())
    for (let k = 0; k < 3; k++)
      for (let y = 0; y < LINE_HEIGHT; y++)
        for (let x = 0; x < line.width; x++)
          data[((i * 3 + k) * LINE_HEIGHT + y) * width + x] =
            // Trained on blue, green, red.
            line.data[(y * line.width + x) * 3 + 2 - k] / 127.5 - 1;
  return { type: "float32", data, shape: [lines.length, 3, LINE_HEIGHT, width] };
}

/** A character, and the column of the line where it was seen. */
export interface SeenCharacter {
  text: string;
  x: number;
}

export interface SeenLine {
  characters: SeenCharacter[];
  /** Mean probability of its characters; 0 where there are none. */
  confidence: number;
}

/** The most probable characters, repetitions and "none" taken out (CTC, Graves et al. 2006). */
export function decode({ data, shape }: FloatTensor, index: number, characters: readonly string[]): SeenLine {
  const [, steps, classes] = shape;
  const found: SeenCharacter[] = [];
  let [sum, last] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const from = (index * steps + step) * classes;
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[from + c] > data[from + best]) best = c;
    if (best !== 0 && best !== last) {
      found.push({ text: characters[best - 1], x: (step + 0.5) * STEP });
      sum += data[from + best];
    }
    last = best;
  }
  return { characters: found, confidence: found.length === 0 ? 0 : sum / found.length };
}
