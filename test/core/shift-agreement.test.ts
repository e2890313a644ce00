/** How alike two maps are, and how alike they would be by chance. */
import { shiftAgreement } from "../../core/index";

const ROWS = 6;
const COLUMNS = 9;
const map = (value: (row: number, column: number) => number) => ({
  rows: ROWS,
  columns: COLUMNS,
  data: Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => value(Math.floor(i / COLUMNS), i % COLUMNS)),
});
/** A hill, as smooth maps have them. */
const hill = (row: number, column: number) => map((r, c) => -((r - row) ** 2) - (c - column) ** 2);

test("a map agrees with itself beyond what its shifts do, and against its reverse not at all", () => {
  const one = hill(2, 3);
  const { rank, chance, shifts } = shiftAgreement(one, one);
  expect(rank).toBeCloseTo(1, 9);
  expect(chance).toBeLessThan(0.9);
  expect(shifts).toBe(ROWS * COLUMNS - 1);
  const reverse = { ...one, data: one.data.map((v) => -v) };
  expect(shiftAgreement(one, reverse).rank).toBeCloseTo(-1, 9);
});

test("two smooth maps that have nothing to do with each other stay within chance, though mixed patches would call them alike", () => {
  const { rank, chance } = shiftAgreement(hill(1, 2), hill(2, 4));
  // As high as one in a thousand mixtures of 54 patches.
  expect(rank).toBeGreaterThan(0.41);
  expect(rank).toBeLessThan(chance);
});

test("a map that is transposed or shifted no longer agrees", () => {
  const spots = map((r, c) => ((r * 7 + c * 5) % 11) + (r * COLUMNS + c) / 100);
  expect(shiftAgreement(spots, spots).rank).toBeCloseTo(1, 9);
  const shifted = map((r, c) => spots.data[r * COLUMNS + ((c + 1) % COLUMNS)]);
  const { rank, chance } = shiftAgreement(spots, shifted);
  expect(rank).toBeLessThan(chance);
});

test("only patches that count are compared; where one map is the same everywhere there is nothing to say", () => {
  const rising = map((r, c) => r * COLUMNS + c);
  const half = map((r, c) => (r < 3 ? r * COLUMNS + c : -(r * COLUMNS + c)));
  expect(shiftAgreement(rising, half).rank).toBeLessThan(0.5);
  const upper = Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) => (i < 3 * COLUMNS ? 1 : 0));
  expect(shiftAgreement(rising, half, upper).rank).toBeCloseTo(1, 9);
  expect(
    shiftAgreement(
      rising,
      map(() => 0.5),
    ).rank,
  ).toBeNull();
});
