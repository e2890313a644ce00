import { covered, fillOf, type Picture } from "../../engine/processing/cover.js";

/** 20 x 12 pixels: the left half is paper of one colour, the right half of another; a mark of 4 x 2 black pixels on each. */
function picture(): Picture {
  const [width, height] = [20, 12];
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const marked = y >= 5 && y < 7 && x % 10 >= 3 && x % 10 < 7;
      pixels.set(marked ? [0, 0, 0] : x < 10 ? [250, 240, 230] : [20, 30, 60], 3 * (y * width + x));
    }
  return { pixels, width, height };
}
const at = ({ pixels, width }: Picture, x: number, y: number) => [
  ...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];
const MARKS = [
  { x: 3, y: 5, width: 4, height: 2 },
  { x: 13, y: 5, width: 4, height: 2 },
];

test("paper is the colour around each place: light on light, dark on dark", () => {
  const before = picture();
  const after = covered(before, MARKS, "paper");
  for (let y = 0; y < 12; y++)
    for (let x = 0; x < 20; x++) expect(at(after, x, y)).toEqual(x < 10 ? [250, 240, 230] : [20, 30, 60]);
  expect(at(before, 3, 5)).toEqual([0, 0, 0]);
});

test("a colour covers exactly the pixels that the rectangle touches, also over the edge", () => {
  const after = covered(picture(), [{ x: 17.5, y: -3, width: 90, height: 4.2 }], fillOf("#f80"));
  expect(at(after, 17, 0)).toEqual([255, 136, 0]);
  expect(at(after, 19, 1)).toEqual([255, 136, 0]);
  expect(at(after, 16, 0)).toEqual([20, 30, 60]);
  expect(at(after, 17, 2)).toEqual([20, 30, 60]);
});

test("mean is that of the whole page, the same at every place", () => {
  const { pixels } = picture();
  const mean = [0, 1, 2].map((c) =>
    Math.round(pixels.filter((_, i) => i % 3 === c).reduce((a, b) => a + b, 0) / 240),
  );
  const after = covered(picture(), MARKS, "mean");
  expect(at(after, 3, 5)).toEqual(mean);
  expect(at(after, 16, 6)).toEqual(mean);
});

test("blur leaves no letter, but its darkness: between the mark and its paper, and nothing outside the place", () => {
  const after = covered(picture(), [MARKS[0]], "blur");
  for (let x = 3; x < 7; x++) {
    const [red] = at(after, x, 5);
    expect(red).toBeGreaterThan(20);
    expect(red).toBeLessThan(240);
  }
  expect(at(after, 2, 5)).toEqual([250, 240, 230]);
  expect(at(after, 13, 5)).toEqual([0, 0, 0]);
});

test("a blurred page keeps its mean, and one of one colour its colour", () => {
  const flat = { width: 7, height: 5, pixels: new Uint8Array(105).fill(90) };
  expect([...new Set(covered(flat, [{ x: 1, y: 1, width: 3, height: 3 }], "blur").pixels)]).toEqual([90]);
});
