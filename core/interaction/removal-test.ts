import { mean, quantile } from "d3-array";

/** A curve of a removal test, as far as it is judged. */
export interface JudgedCurve {
  level: "vectors" | "pixels";
  test: "deletion" | "insertion" | "deletion, ROAD infill";
  order: "map" | "reversed" | "random" | "permuted";
  area: number;
}

/** One test: the area of the map's order beside those of random, permuted and reversed ones. */
export interface RemovalRow {
  level: JudgedCurve["level"];
  test: JudgedCurve["test"];
  /** Area under the score, relative to that of the page and of an empty one. */
  map: number;
  /** Mean over the random orders. */
  random: number;
  /** Where 95 of 100 random orders lie; with fewer than 20, the least and the greatest of them. */
  low: number;
  high: number;
  /** Mean over the orders of maps that mean nothing: of the model with its last projection permuted. */
  permuted: number;
  /** How many random orders there are, and how many permuted ones. */
  orders: number;
  reversed: number;
  /** `(1 + orders that do as well) / (orders + 1)`, of the random and of the permuted ones: the greater of both. */
  p: number;
  /** Whether the map does better than every random and every permuted order. */
  wins: boolean;
}

/** So many areas have quantiles; of fewer the extremes are told. */
const ENOUGH = 20;

/** Areas of one level and test, set against each other: in deletion the smaller area is better, in insertion the greater. */
export function removalRows(curves: readonly JudgedCurve[]): RemovalRow[] {
  const keys = [...new Set(curves.map(({ level, test }) => `${level} ${test}`))];
  return keys.map((key) => {
    const own = curves.filter(({ level, test }) => `${level} ${test}` === key);
    const { level, test } = own[0];
    const areas = (order: JudgedCurve["order"]) =>
      own.filter((curve) => curve.order === order).map(({ area }) => area);
    const [map] = areas("map");
    const [reversed] = areas("reversed");
    const random = areas("random").sort((a, b) => a - b);
    const ends = random.length >= ENOUGH ? [0.025, 0.975] : [0, 1];
    const [low, high] = ends.map((p) => quantile(random, p) as number);
    const permuted = areas("permuted");
    const asGood = [random, permuted].map(
      (of) => of.filter((area) => (test === "insertion" ? area >= map : area <= map)).length,
    );
    const p = (1 + Math.max(...asGood)) / (random.length + 1);
    return {
      level,
      test,
      map,
      random: mean(random) as number,
      low,
      high,
      permuted: mean(permuted) as number,
      orders: random.length,
      reversed,
      p,
      wins: Math.max(...asGood) === 0,
    };
  });
}

const NAMES: Record<RemovalRow["test"], string> = {
  deletion: "blanking what it points at",
  "deletion, ROAD infill": "filling in what it points at",
  insertion: "revealing what it points at",
};

/** What the tests come to, in one sentence. */
export function removalVerdict(rows: readonly RemovalRow[]): string {
  const pixels = rows.filter(({ level }) => level === "pixels");
  if (pixels.length === 0)
    return "Only vectors were dropped: that the map wins there is true by construction, and says nothing of the page’s pixels.";
  const { orders } = pixels[0];
  const beats =
    orders === 1
      ? "a random order and a map that means nothing"
      : `each of ${orders} random orders and of ${orders} maps that mean nothing`;
  const [won, lost] = [true, false].map((wins) =>
    pixels.filter((row) => row.wins === wins).map(({ test }) => NAMES[test]),
  );
  if (lost.length === 0)
    return `The map holds: blanking or filling in what it points at takes the score down faster than ${beats}, and revealing it brings the score back faster.`;
  if (won.length === 0) return `The map does not hold: no test on pixels sets it apart from ${beats}.`;
  return `The map holds in part: it beats ${beats} in ${won.join(" and in ")}, but not in ${lost.join(" and in ")}.`;
}
