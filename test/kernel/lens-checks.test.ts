/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { join } from "node:path";
import { inspect } from "node:util";
import { rearranged } from "../../engine/processing/patch-picture";
import { explain, loadModel, openPages } from "../../kernel/index";
import { colourModel, colourPage } from "./support/colour-model";

const REPORT = join(__dirname, "../../examples/energy-report.pdf");
const WHITE = 1 / Math.sqrt(3);

test("stability: a shift by a pixel moves the map by what is known in closed form", async () => {
  const { model, asked } = await colourModel();
  const lens = await explain(model, colourPage(["red", "white", "white", "white", "white", "white"]), "red", {
    baseline: false,
  });
  const before = asked.length;
  const rows = await lens.stability();
  expect(asked.length).toBe(before);
  const of = (change: string) => rows.find((row) => row.change === change);
  // Of six columns of red five are left, and one is white: (6, 1, 1) of length 1.
  const left = 6 / Math.sqrt(38);
  const size = Math.sqrt(1 + 5 * WHITE ** 2);
  expect(of("1 pixel to the left")?.sensitivity).toBeCloseTo((1 - left) / size, 5);
  expect(of("1 pixel to the left")?.score).toBeCloseTo(left - 1, 5);
  // To the right a column of red comes into the white patch beside it, and red stays what it is.
  const pink = 6 / Math.sqrt(36 + 25 + 25);
  expect(of("1 pixel to the right")?.sensitivity).toBeCloseTo((pink - WHITE) / size, 5);
  expect(of("1 pixel to the right")?.score).toBeCloseTo(0, 5);
  expect(rows.map(({ moved }) => moved)).toEqual(Array(rows.length).fill(0));
  expect(rows.map(({ change }) => change)).toEqual([
    "1 pixel to the left",
    "1 pixel to the right",
    "1 pixel up",
    "1 pixel down",
    "resolution × 0.75",
    "resolution × 1.25",
    "JPEG, quality 90",
    "JPEG, quality 50",
  ]);
  expect(inspect(rows)).toContain("Its highest patch stays where it is, to within one patch.");
  const one = await explain(model, colourPage(Array(6).fill("white")), "red", { baseline: false });
  const flat = await one.stability();
  // JPEG need not keep white to the last bit; shifts and sizes do.
  expect(flat.slice(0, 6).map(({ sensitivity, rank }) => [sensitivity.toFixed(6), rank])).toEqual(
    Array(6).fill(["0.000000", null]),
  );
  await model.dispose();
});

test("sanity: maps that mean nothing are unlike the real one, and lower", async () => {
  const model = await loadModel("mini", { cacheDir: null });
  const lens = await explain(model, (await openPages(`${REPORT}#1`))[0], "battery harbour", {
    baseline: false,
  });
  const rows = await lens.sanity();
  const [real, unrelated, shuffled, permuted] = rows;
  expect(rows.map(({ test, maps }) => [test, maps])).toEqual([
    ["the query itself", 1],
    ["unrelated query", 20],
    ["patches of the page shuffled", 2],
    ["last projection permuted", 20],
  ]);
  expect([real.rank, real.low, real.high]).toEqual([1, 1, 1]);
  for (const row of [unrelated, shuffled, permuted]) {
    expect(row.rank).toBeLessThan(0.9);
    expect(row.highest).toBeLessThan(real.highest - 0.1);
    expect([row.low <= row.rank, row.rank <= row.high]).toEqual([true, true]);
  }
  expect(Math.abs(permuted.rank)).toBeLessThan(0.2);
  expect(String(rows)).toContain(
    `The highest cosine is ${real.highest.toFixed(2)}; where it cannot mean anything it is up to`,
  );
  await model.dispose();
}, 120_000);

test("patches in another order: each is there once, also where the page does not divide evenly", () => {
  const [width, height] = [7, 5];
  const picture = {
    width,
    height,
    pixels: Uint8Array.from({ length: 3 * width * height }, (_, i) => Math.floor(i / 3)),
  };
  const grid = { rows: 2, columns: 3 };
  expect(rearranged(picture, grid, [0, 1, 2, 3, 4, 5]).pixels).toEqual(picture.pixels);
  const swapped = rearranged(picture, grid, [5, 1, 2, 3, 4, 0]);
  // Columns begin at 0, 2 and 5, rows at 0 and 3.
  expect(swapped.pixels[0]).toBe(3 * width + 5);
  expect(swapped.pixels[3 * (3 * width + 5)]).toBe(0);
  expect(swapped.pixels[3 * 2]).toBe(2);
});
