/** Reads values back from what is painted on the screen, without asking the code that painted it. */
import { interpolateViridis } from "d3-scale-chromatic";
import sharp from "sharp";

const STEPS = 256;
/** How far a pixel may be from a colour to count as that colour: encoding and blending round. */
const TOLERANCE = 6;

/**
 * Cosines of the cells that are painted, with the palette viridis over `domain`, opacity 1, an alpha ramp
 * over the page. A cell with no colour is 0.
 * @param {Buffer} painted screenshot of the page with its map
 * @param {Buffer} bare the same screenshot with the map at opacity 0
 * @returns {Promise<Float32Array>} [row][column]
 */
export async function paintedMap(painted, bare, { rows, columns, domain }) {
  const [over, under] = await Promise.all([painted, bare].map(pixels));
  if (over.width !== under.width || over.height !== under.height) throw new Error("the page moved");
  const table = colourTable();
  const map = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const steps = samples(over, row / rows, column / columns, 1 / rows, 1 / columns)
        .map((at) => stepOf(over.data, under.data, at * 3, table))
        .filter((step) => step !== null)
        .sort((a, b) => a - b);
      const step = steps[steps.length >> 1] ?? 0;
      map[row * columns + column] =
        step === 0 ? 0 : domain[0] + (step / (STEPS - 1)) * (domain[1] - domain[0]);
    }
  }
  return map;
}

/** @returns {{row: number, column: number, value: number}} the first strongest cell */
export function hottest(map, columns) {
  const best = map.reduce((at, value, i) => (value > map[at] ? i : at), 0);
  return { row: Math.floor(best / columns), column: best % columns, value: map[best] };
}

/** Largest difference of a channel between two pictures of the same size, 0 to 255. */
export async function difference(a, b) {
  const [one, two] = await Promise.all([a, b].map(pixels));
  if (one.data.length !== two.data.length) return 255;
  return one.data.reduce((most, value, i) => Math.max(most, Math.abs(value - two.data[i])), 0);
}

/** Number of different colours: 1 for a blank picture. */
export async function colours(picture) {
  const { data } = await pixels(picture);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 3) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return seen.size;
}

async function pixels(png) {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function colourTable() {
  return Array.from({ length: STEPS }, (_, i) => {
    const colour = interpolateViridis(i / (STEPS - 1));
    return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  });
}

/** Nine points inside a cell, away from its edges; positions in fractions of the page. */
function samples({ width, height }, y, x, cellHeight, cellWidth) {
  const inside = [0.3, 0.5, 0.7];
  return inside.flatMap((v) =>
    inside.map(
      (u) => Math.floor((y + v * cellHeight) * height) * width + Math.floor((x + u * cellWidth) * width),
    ),
  );
}

/** The palette step that explains a pixel, given the page below it; null if none does. */
function stepOf(over, under, at, table) {
  let [best, found] = [TOLERANCE, null];
  for (let step = 0; step < STEPS; step++) {
    const opacity = step / (STEPS - 1);
    let worst = 0;
    for (let k = 0; k < 3 && worst <= best; k++) {
      const expected = table[step][k] * opacity + under[at + k] * (1 - opacity);
      worst = Math.max(worst, Math.abs(over[at + k] - expected));
    }
    if (worst < best) [best, found] = [worst, step];
  }
  return found;
}
