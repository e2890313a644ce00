import assert from "node:assert/strict";
import { GRID } from "./lens.mjs";

/** The middle of the range that the lens paints for `mini`. */
const CLEARLY_WARM = (GRID.domain[0] + GRID.domain[1]) / 2;

/** Asserts that the hottest painted cell lies on one of the places where a page prints the word. */
export async function looksAt(lens, word, page) {
  const places = page.words
    .filter(({ text }) => text.toLowerCase().replace(/[^a-z]/g, "") === word)
    .map(({ x, y, width, height }) => ({
      x: x / page.width,
      y: y / page.height,
      width: width / page.width,
      height: height / page.height,
    }));
  assert.ok(places.length > 0, `the page does not print ${word}`);
  const { row, column, value, cell: hot } = await lens.map();
  const hit = places.some(
    (at) =>
      at.x < hot.x + hot.width &&
      at.x + at.width > hot.x &&
      at.y < hot.y + hot.height &&
      at.y + at.height > hot.y,
  );
  assert.ok(value > CLEARLY_WARM, `the hottest cell for ${word} is ${value}`);
  assert.ok(
    hit,
    `hottest cell for ${word}: row ${row}, column ${column}; printed at ${JSON.stringify(places)}`,
  );
  return `${row},${column}`;
}
