import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "../../core/interaction/intervals";
import {
  areaF1,
  coverage,
  energy,
  intersectionOverUnion,
  localisation,
  percentile,
  rankAccuracy,
} from "../../core/interaction/localisation";

interface Case {
  rows: number;
  columns: number;
  map: number[];
  boxes: [number, number, number, number][];
  tolerance: number;
  expected: Record<string, number | boolean> & { chance: Record<string, number> };
}

const { fine, cases } = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/localisation.json"), "utf8"),
) as { fine: number; cases: Case[] };

test("metrics of random maps and boxes are those of the reference in Python", () => {
  expect(cases.length).toBe(60);
  for (const { rows, columns, map, boxes, tolerance, expected } of cases) {
    const page = { width: columns * fine, height: rows * fine };
    const rects = boxes.map(([x0, y0, x1, y1]) => ({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
    const covered = coverage({ rows, columns }, page, rects);
    const found = localisation({ rows, columns, data: Float32Array.from(map) }, covered, tolerance);
    expect([found.hit, found.near]).toEqual([expected.hit, expected.near]);
    expect(found.offset[0] ** 2 + found.offset[1] ** 2).toBe(expected.distance);
    for (const key of ["energy", "rank", "iou", "f1"] as const)
      expect(Math.abs(found[key] - (expected[key] as number))).toBeLessThan(1e-6);
    for (const [key, value] of Object.entries(expected.chance))
      expect(Math.abs(found.chance[key as "hit"] - value)).toBeLessThan(1e-6);
  }
});

describe("a map of 3 x 4 whose numbers were worked out by hand", () => {
  const rows = [
    [0.1, 0.2, 0.1, 0],
    [0.3, 0.9, 0.6, 0.1],
    [0, 0.4, 0.2, -0.1],
  ];
  const data = rows.flat();
  const covered = coverage({ rows: 3, columns: 4 }, { width: 4, height: 3 }, [
    { x: 1, y: 1, width: 2, height: 1 },
  ]);

  test("the box covers two of twelve patches, and the best one lies in it", () => {
    expect(covered.reduce((a, b) => a + b) / 12).toBeCloseTo(1 / 6, 9);
    const found = localisation({ rows: 3, columns: 4, data: Float32Array.from(data) }, covered, 0);
    expect([found.hit, found.offset, found.rank]).toEqual([true, [0, 0], 1]);
  });

  test("energy is the share of what is above the floor", () => {
    expect(energy(data, covered, 0)).toBeCloseTo(0.5172413793, 9);
    expect(energy(data, covered, -0.1)).toBeCloseTo(0.425, 9);
    expect(energy(data, covered, 0) / (1 / 6)).toBeCloseTo(3.1034483, 6);
    expect(rankAccuracy(data, covered)).toBe(1);
  });

  test.each([
    [0.5, 0.15, 1 / 3],
    [0.75, 0.325, 2 / 3],
    [0.9, 0.58, 1],
  ])("cut at its percentile %p, it is above %p: IoU %p", (p, threshold, iou) => {
    expect(percentile(data, p)).toBeCloseTo(threshold, 9);
    const cut = percentile(data, p);
    expect(intersectionOverUnion(data, cut, covered)).toBeCloseTo(iou, 9);
    // Dice and Jaccard say the same: F = 2 J / (1 + J).
    expect(areaF1(data, cut, covered)).toBeCloseTo((2 * iou) / (1 + iou), 9);
  });
});

test("boxes that overlap count once, and a box of a sixth of a patch is a sixth", () => {
  const page = { width: 20, height: 10 };
  const grid = { rows: 1, columns: 2 };
  const box = { x: 2, y: 2, width: 4, height: 4 };
  expect([...coverage(grid, page, [box, { ...box, x: 4 }])]).toEqual([(6 * 4) / 100, 0]);
  expect([...coverage(grid, page, [{ x: 8, y: 0, width: 4, height: 10 }])]).toEqual([0.2, 0.2]);
  expect([...coverage(grid, page, [])]).toEqual([0, 0]);
});

test("a map that is the same everywhere has no energy of its own", () => {
  const covered = Float64Array.from([1, 0, 0, 0]);
  const flat = localisation({ rows: 2, columns: 2, data: new Float32Array(4).fill(0.3) }, covered, 0);
  expect(flat).toMatchObject({ hit: true, energy: 0.25, iou: 0, f1: 0 });
});

test("the bootstrap draws pages, not words", () => {
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  expect(bootstrap([[], []], random)).toBeNull();
  expect(bootstrap([[1, 1], [1]], random)).toEqual({ n: 3, value: 1, low: 1, high: 1 });
  // Two pages, all words alike on each: a mean of half the time one page alone.
  const two = bootstrap(
    [
      [1, 1, 1],
      [0, 0, 0],
    ],
    random,
  );
  expect(two).toEqual({ n: 6, value: 0.5, low: 0, high: 1 });
  const many = bootstrap(
    Array.from({ length: 100 }, (_, i) => [i % 2]),
    random,
  );
  // The standard error of 100 coins is .05.
  expect(many?.low).toBeGreaterThan(0.37);
  expect(many?.low).toBeLessThan(0.43);
  expect(many?.high).toBeGreaterThan(0.57);
});
