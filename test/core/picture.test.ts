import sharp from "sharp";
import { pictureSize } from "../../core/data/picture";

const pixels = sharp({ create: { width: 30, height: 20, channels: 3, background: "#abc" } });

test.each([
  ["PNG", pixels.clone().png()],
  ["JPEG", pixels.clone().jpeg()],
  ["progressive JPEG", pixels.clone().jpeg({ progressive: true })],
  ["lossy WebP", pixels.clone().webp()],
  ["lossless WebP", pixels.clone().webp({ lossless: true })],
  ["WebP with alpha", sharp({ create: { width: 30, height: 20, channels: 4, background: "#abc8" } }).webp()],
])("reads width and height of a %s from its header", async (_, image) => {
  expect(pictureSize(new Uint8Array(await image.toBuffer()))).toEqual({ width: 30, height: 20 });
});

test("cut-off headers and other bytes are refused, not read past their end", async () => {
  const whole = new Uint8Array(await pixels.clone().jpeg().toBuffer());
  for (const length of [0, 2, 5, 20]) expect(pictureSize(whole.subarray(0, length))).toBeNull();
});
