import { readFileSync } from "node:fs";
import { join } from "node:path";
import { infilled, solveMeans } from "../../engine/processing/infill.js";

/** Made by test/fixtures/generators/road_reference.py, in exact fractions. */
const road: { width: number; height: number; removed: number[]; values: number[]; imputed: number[][] } =
  JSON.parse(readFileSync(join(__dirname, "../fixtures/road.json"), "utf8"));
const { width, height } = road;
const removed = new Uint8Array(width * height);
for (const pixel of road.removed) removed[pixel] = 1;

test("removed pixels are the solution of ROAD's equations, to 1e-6; all others stay", () => {
  const values = Float64Array.from(road.values, (v, i) => (removed[Math.floor(i / 3)] ? 0 : v));
  solveMeans(values, width, height, removed, 1e-10);
  for (const [i, pixel] of road.removed.entries())
    for (let c = 0; c < 3; c++)
      expect(Math.abs(values[3 * pixel + c] - road.imputed[i][c])).toBeLessThan(1e-6);
  expect(Array.from(values).filter((_, i) => !removed[Math.floor(i / 3)])).toEqual(
    road.values.filter((_, i) => !removed[Math.floor(i / 3)]),
  );
});

test("on a picture the infill is within half a grey level of that, and its noise a hundredth of the range", () => {
  const picture = { pixels: Uint8Array.from(road.values), width, height };
  const errors: number[] = [];
  for (let seed = 1; seed <= 200; seed++) {
    const { pixels } = infilled(picture, removed, seed);
    for (const [i, pixel] of road.removed.entries())
      for (let c = 0; c < 3; c++) errors.push(pixels[3 * pixel + c] - road.imputed[i][c]);
  }
  const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
  const deviation = Math.sqrt(errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / errors.length);
  expect(Math.abs(mean)).toBeLessThan(0.5);
  expect(Math.abs(deviation - 2.55)).toBeLessThan(0.2);
  expect(infilled(picture, removed, 3).pixels).toEqual(infilled(picture, removed, 3).pixels);
  expect([...picture.pixels]).toEqual(road.values);
});

test("a large hole is filled as a slope, not left grey in the middle; with nothing known it is paper", () => {
  const [wide, high] = [96, 64];
  // A slope is its own weighted mean everywhere.
  const slope = Uint8Array.from({ length: 3 * wide * high }, (_, i) => 2 * (Math.floor(i / 3) % wide));
  const hole = new Uint8Array(wide * high);
  for (let y = 8; y < 56; y++) hole.fill(1, y * wide + 8, y * wide + 88);
  const values = Float32Array.from(slope, (v, i) => (hole[Math.floor(i / 3)] ? 0 : v));
  solveMeans(values, wide, high, hole, 0.01);
  const worst = values.reduce((most, v, i) => Math.max(most, Math.abs(v - slope[i])), 0);
  expect(worst).toBeLessThan(2);
  const nothing = new Float32Array(12);
  solveMeans(nothing, 2, 2, new Uint8Array(4).fill(1), 0.1);
  expect([...nothing]).toEqual(Array(12).fill(255));
});
