import { covered, type Picture } from "./cover.js";
import { infilled } from "./infill.js";

/** A rectangle of whole pixels: patches cut so leave no pixel out, and share none. */
function patchBox(
  grid: { rows: number; columns: number },
  cell: number,
  { width, height }: Picture,
): { x: number; y: number; width: number; height: number } {
  const [row, column] = [Math.floor(cell / grid.columns), cell % grid.columns];
  const [x, right] = [column, column + 1].map((c) => Math.round((c * width) / grid.columns));
  const [y, bottom] = [row, row + 1].map((r) => Math.round((r * height) / grid.rows));
  return { x, y, width: right - x, height: bottom - y };
}

/** The picture with patches blanked: each in the colour that is commonest around it. */
export function blanked(
  picture: Picture,
  grid: { rows: number; columns: number },
  cells: Iterable<number>,
): Picture {
  return covered(
    picture,
    Array.from(cells, (cell) => patchBox(grid, cell, picture)),
    "paper",
  );
}

/** The picture with patches filled in from around them, with noise (ROAD). */
export function imputed(
  picture: Picture,
  grid: { rows: number; columns: number },
  cells: Iterable<number>,
  seed: number,
): Picture {
  const removed = new Uint8Array(picture.width * picture.height);
  for (const cell of cells) {
    const box = patchBox(grid, cell, picture);
    for (let y = box.y; y < box.y + box.height; y++)
      removed.fill(1, y * picture.width + box.x, y * picture.width + box.x + box.width);
  }
  return infilled(picture, removed, seed);
}

/** A picture with the patches of another one laid over it. */
export function revealed(
  below: Picture,
  above: Picture,
  grid: { rows: number; columns: number },
  cells: Iterable<number>,
): Picture {
  const out = { ...below, pixels: below.pixels.slice() };
  for (const cell of cells) copyPatch(above, patchBox(grid, cell, above), out, patchBox(grid, cell, out));
  return out;
}

/** The picture with its patches in another order: `order[to]` is the patch that comes to stand at `to`. */
export function rearranged(
  picture: Picture,
  grid: { rows: number; columns: number },
  order: ArrayLike<number>,
): Picture {
  const out = { ...picture, pixels: picture.pixels.slice() };
  for (let to = 0; to < order.length; to++)
    copyPatch(picture, patchBox(grid, order[to], picture), out, patchBox(grid, to, out));
  return out;
}

type Box = ReturnType<typeof patchBox>;

/** Patches differ by a pixel where the page does not divide evenly: the last row or column is then there twice. */
function copyPatch(from: Picture, source: Box, into: Picture, target: Box): void {
  for (let y = 0; y < target.height; y++)
    for (let x = 0; x < target.width; x++) {
      const at =
        (source.y + Math.min(y, source.height - 1)) * from.width + source.x + Math.min(x, source.width - 1);
      const to = (target.y + y) * into.width + target.x + x;
      into.pixels.set(from.pixels.subarray(3 * at, 3 * at + 3), 3 * to);
    }
}
