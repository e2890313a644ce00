import {
  curveArea,
  mapOrder,
  randomOrder,
  ranks,
  removalRows,
  removalVerdict,
  spearman,
  vectorScores,
} from "../../core";

test("Spearman's rank correlation: ties share their mean rank", () => {
  expect([...ranks([30, 10, 20, 10])]).toEqual([4, 1.5, 3, 1.5]);
  expect(spearman([1, 2, 3, 4], [10, 20, 30, 40])).toBeCloseTo(1, 12);
  expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
  // 1 - 6 sum d^2 / (n (n^2 - 1)) without ties: d = 0, 2, 1, 1.
  expect(spearman([1, 2, 3, 4], [1, 4, 2, 3])).toBeCloseTo(1 - (6 * 6) / (4 * 15), 12);
  // With ties it is Pearson's of the ranks: (1, 2.5, 2.5, 4) with (1, 2, 3, 4).
  expect(spearman([5, 7, 7, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(() => spearman([1], [1, 2])).toThrow("invalid lists: 1 and 2 numbers, expected as many of each");
});

test("the area of RISE: even steps and uneven ones", () => {
  expect(curveArea([0, 0.25, 0.5, 0.75, 1], [1, 0.7, 0.4, 0.3, 0.2])).toBeCloseTo(0.5, 12);
  expect(curveArea([0, 0.1, 1], [1, 0, 0])).toBeCloseTo(0.05, 12);
  expect(curveArea([0, 0.5], [1, 0])).toBeCloseTo(0.5, 12);
});

test("an order has every patch once; the map's has ties by raster order", () => {
  expect([...mapOrder({ rows: 3, columns: 2, data: Float32Array.of(0.1, 0.5, 0.1, 0.9, 0.5, -1) })]).toEqual([
    3, 1, 4, 0, 2, 5,
  ]);
  const order = randomOrder(50, 3);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(randomOrder(50, 3)).toEqual(order);
  expect(randomOrder(50, 4)).not.toEqual(order);
});

test("dropping vectors is exact: what is left of the maxima, prompt vectors included", () => {
  // Two tokens, four vectors: the first is of the prompt; the patches are in another order than their vectors.
  const all = Float32Array.of(0.2, 0.9, 0.5, 0.1, -0.3, 0.4, 0.8, -0.5);
  const index = [2, 1, 3];
  const order = Int32Array.of(1, 0, 2);
  const of = (how: "deletion" | "insertion", tokens = [0, 1], patches = index) =>
    vectorScores(
      all,
      4,
      patches,
      tokens,
      order.slice(0, patches.length),
      [0, 1, 2, 3].slice(0, patches.length + 1),
      how,
    ).map((v) => Number(v.toFixed(6)));
  expect(of("deletion")).toEqual(
    [0.9 + 0.8, 0.5 + 0.8, 0.2 - 0.3, 0.2 - 0.3].map((v) => Number(v.toFixed(6))),
  );
  expect(of("insertion")).toEqual(
    [0.2 - 0.3, 0.9 + 0.4, 0.9 + 0.8, 0.9 + 0.8].map((v) => Number(v.toFixed(6))),
  );
  expect(of("deletion", [1])).toEqual([0.8, 0.8, -0.3, -0.3]);
  // Without prompt vectors nothing is left at the end, which counts 0.
  const alone = vectorScores(
    Float32Array.of(-0.4, 0.6),
    2,
    [0, 1],
    [0],
    Int32Array.of(1, 0),
    [0, 1, 2],
    "deletion",
  );
  expect(alone.map((v) => v.toFixed(2))).toEqual(["0.60", "-0.40", "0.00"]);
});

const curve = (
  test: "deletion" | "insertion" | "deletion, ROAD infill",
  order: "map" | "reversed" | "random" | "permuted",
  area: number,
  level: "pixels" | "vectors" = "pixels",
) => ({
  level,
  test,
  order,
  area,
});

test("areas are set against chance: less is better in deletion, more in insertion", () => {
  const [row] = removalRows([
    curve("deletion", "map", 0.1),
    curve("deletion", "reversed", 0.9),
    ...[0.3, 0.1, 0.5].map((area) => curve("deletion", "random", area)),
    ...[0.2, 0.4, 0.9].map((area) => curve("deletion", "permuted", area)),
  ]);
  expect(row).toMatchObject({ map: 0.1, reversed: 0.9, low: 0.1, high: 0.5, orders: 3, wins: false });
  expect(row.random).toBeCloseTo(0.3, 12);
  expect(row.permuted).toBeCloseTo(0.5, 12);
  // One random order does as well.
  expect(row.p).toBeCloseTo(0.5, 12);
  const [other] = removalRows([
    curve("insertion", "map", 0.8),
    curve("insertion", "reversed", 0.2),
    ...Array.from({ length: 41 }, (_, i) => curve("insertion", "random", 0.3 + i / 100)),
    ...Array.from({ length: 41 }, (_, i) => curve("insertion", "permuted", 0.2 + i / 100)),
  ]);
  expect(other).toMatchObject({ wins: true, orders: 41 });
  expect([other.low, other.high].map((v) => v.toFixed(3))).toEqual(["0.310", "0.690"]);
  expect(other.p).toBeCloseTo(1 / 42, 12);
});

test("a map must do better than maps that mean nothing, too: p is the greater of both", () => {
  const [row] = removalRows([
    curve("deletion", "map", 0.4),
    curve("deletion", "reversed", 0.9),
    ...[0.8, 0.9, 0.95].map((area) => curve("deletion", "random", area)),
    ...[0.3, 0.4, 1].map((area) => curve("deletion", "permuted", area)),
  ]);
  expect([row.p, row.wins]).toEqual([3 / 4, false]);
});

test("the verdict is one sentence, for what the tests come to", () => {
  const rows = (won: [boolean, boolean, boolean]) =>
    removalRows(
      (["deletion", "insertion", "deletion, ROAD infill"] as const).flatMap((test, i) => {
        const good = test === "insertion" ? 0.9 : 0.1;
        return [
          curve(test, "map", won[i] ? good : 0.5),
          curve(test, "reversed", 0.5),
          ...(["random", "random", "permuted", "permuted"] as const).map((order) => curve(test, order, 0.5)),
        ];
      }),
    );
  expect(removalVerdict(rows([true, true, true]))).toBe(
    "The map holds: blanking or filling in what it points at takes the score down faster than each of 2 random orders and of 2 maps that mean nothing, and revealing it brings the score back faster.",
  );
  expect(removalVerdict(rows([false, false, false]))).toBe(
    "The map does not hold: no test on pixels sets it apart from each of 2 random orders and of 2 maps that mean nothing.",
  );
  expect(removalVerdict(rows([true, false, false]))).toBe(
    "The map holds in part: it beats each of 2 random orders and of 2 maps that mean nothing in blanking what it points at, but not in revealing what it points at and in filling in what it points at.",
  );
  expect(
    removalVerdict(
      removalRows([
        curve("deletion", "map", 0, "vectors"),
        curve("deletion", "reversed", 1, "vectors"),
        curve("deletion", "random", 0.5, "vectors"),
        curve("deletion", "permuted", 0.5, "vectors"),
      ]),
    ),
  ).toBe(
    "Only vectors were dropped: that the map wins there is true by construction, and says nothing of the page’s pixels.",
  );
});
