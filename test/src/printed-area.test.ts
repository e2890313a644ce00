import { printedArea } from "../../src/viewer/printed-area";
import { explanation, lensPage } from "../core/example";

/** What is shown of a page of 1000 x 1000 with these words, each from left to right, and no best patch elsewhere. */
function across(words: [left: number, right: number][], best: number[] = []) {
  const page = lensPage({
    width: 1000,
    height: 1000,
    words: words.map(([left, right], line) => ({
      text: "word",
      rect: { x: left, y: 100 + line * 50, width: right - left, height: 20 },
      line,
      block: 0,
      source: "pdf",
    })),
  });
  const { maxsim, ...rest } = explanation({ grid: { rows: 50, columns: 50 } });
  const tokens = best.map((column) => ({ ...maxsim.tokens[0], row: 10, column }));
  const { x, width } = printedArea(page, { ...rest, maxsim: { ...maxsim, tokens } });
  return [x, x + width].map((side) => Math.round(side * 1000));
}

test("what is ruled beyond the last word is shown up to the margin, read from either side", () => {
  // A table from 100 to 900, whose last column has short words.
  expect(
    across([
      [110, 200],
      [700, 760],
    ]),
  ).toEqual([82, 918]);
  expect(
    across([
      [240, 300],
      [800, 890],
    ]),
  ).toEqual([82, 918]);
});

test("print as wide as the margins allow has its own margin; a best patch beside it is shown, and widens nothing else", () => {
  expect(across([[150, 850]])).toEqual([122, 878]);
  expect(across([[150, 850]], [1])).toEqual([0, 878]);
});

test("a narrow column is not blown up, and a page is never wider than it is", () => {
  expect(across([[450, 550]])).toEqual([172, 828]);
  expect(across([[5, 995]])).toEqual([0, 1000]);
});
