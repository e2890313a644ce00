/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import sharp from "sharp";
import { put, RGB, raw, renderFirst } from "./support/pages";
import { type SampleTiff, sampleTiff } from "./support/sample-tiff";

const quiet = { onWarning: () => {} };
const open = (bytes: Uint8Array) => renderFirst(bytes, quiet);
const tiff = (samples: SampleTiff["samples"], more: Partial<SampleTiff> = {}) =>
  sampleTiff({ width: 3, height: 2, samples, ...more });
/** Red of each pixel. */
const levels = async (samples: SampleTiff["samples"], more: Partial<SampleTiff> = {}) =>
  [...(await open(tiff(samples, more))).pixels].filter((_, i) => i % 3 === 0);

describe("samples become bytes by their range", () => {
  test.each<[string, SampleTiff["samples"], number[]]>([
    ["real numbers to 1", Float32Array.of(0, 0.25, 0.5, 0.75, 1, 0.1), [0, 64, 128, 191, 255, 26]],
    ["real numbers to 255", Float32Array.of(0, 25, 50.4, 175, 255, 0.1), [0, 25, 50, 175, 255, 0]],
    ["real numbers to 65535", Float32Array.of(0, 257, 514, 65535, 256, 0), [0, 1, 2, 255, 1, 0]],
    ["16 bits", Uint16Array.of(0, 257, 514, 65535, 25700, 0), [0, 1, 2, 255, 100, 0]],
    ["32 bits with values to 255", Uint32Array.of(0, 1, 100, 200, 250, 255), [0, 1, 100, 200, 250, 255]],
    ["32 bits with values to 65535", Uint32Array.of(0, 257, 514, 65535, 257, 0), [0, 1, 2, 255, 1, 0]],
    ["signed 8 bits", Int8Array.of(0, 1, 100, 127, 64, 0), [0, 2, 201, 255, 129, 0]],
    ["signed 16 bits", Int16Array.of(0, 32767, 16384, 0, 0, 0), [0, 255, 128, 0, 0, 0]],
  ])("%s", async (_, samples, expected) => {
    expect(await levels(samples)).toEqual(expected);
  });

  test.each([
    [1, 1, "of a mask"],
    [255, 255, "of 8 bits"],
    [1000, 1023, "of 10 bits"],
    [4000, 4095, "of 12 bits"],
  ])("16 bits of which %i is the greatest: white is %i, and that is told", async (high, white) => {
    const page = await open(tiff(Uint16Array.of(0, high, 0, 0, 0, 0)));
    expect(page.pixels[3]).toBe(Math.round((high / white) * 255));
    expect(page.warnings).toEqual([
      `its 16-bit samples run from 0 to ${high} only, so ${white} was taken for white`,
    ]);
    expect(page.source.renderer).toMatch(RegExp(`, samples of 0 to ${white} scaled to 0 to 255$`));
    const png = await sharp(Uint16Array.of(0, high, 0, 0, 0, 0), {
      raw: { width: 3, height: 2, channels: 1 },
    })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    expect((await open(png)).pixels).toEqual(page.pixels);
  });

  test("a black page of 16 bits stays black, and colours keep their ratios", async () => {
    expect(await levels(new Uint16Array(6))).toEqual([0, 0, 0, 0, 0, 0]);
    const rgb = Float32Array.from(RGB, (v) => v / 255);
    expect((await open(tiff(rgb, { channels: 3 }))).pixels).toEqual(RGB);
    const twelve = Uint16Array.from(RGB, (v) => Math.round((v / 255) * 4095));
    twelve[17] = 4095;
    expect((await open(tiff(twelve, { channels: 3 }))).pixels.subarray(0, 17)).toEqual(RGB.subarray(0, 17));
  });

  test("where white is the least sample", async () => {
    const photometric = 0;
    expect(await levels(Float32Array.of(0, 0.25, 1, 1, 1, 0), { photometric })).toEqual([
      255, 191, 0, 0, 0, 255,
    ]);
    expect(await levels(Uint8Array.of(0, 1, 100, 200, 250, 255), { photometric })).toEqual([
      255, 254, 155, 55, 5, 0,
    ]);
    expect(await levels(Uint8Array.of(0b10100000, 0b01000000), { photometric, bits: 1 })).toEqual([
      0, 255, 0, 255, 0, 255,
    ]);
    expect(await levels(Uint8Array.of(0b10100000, 0b01000000), { bits: 1 })).toEqual([
      255, 0, 255, 0, 255, 0,
    ]);
    expect(await levels(Uint16Array.of(0, 1000, 4000, 0, 0, 0), { photometric })).toEqual([
      255, 193, 6, 255, 255, 255,
    ]);
  });

  test.each<[string, SampleTiff["samples"], string]>([
    ["below 0", Float32Array.of(-1, 0, 0, 0, 0, 300), "its samples (float) run from -1 to 300"],
    ["no numbers", Float32Array.of(0, Number.NaN, 0, 0, 0, 1), "its samples (float) run from NaN to NaN"],
    ["beyond", Float32Array.of(0, 0, 0, 0, 0, 70000), "its samples (float) run from 0 to 70000"],
    ["beyond, in integers", Uint32Array.of(0, 1e6, 0, 0, 0, 0), "its samples (uint) run from 0 to 1000000"],
  ])("a range that does not say what is white is named: %s", async (_, samples, range) => {
    const path = put("range.tif", tiff(samples));
    await expect(renderFirst(path)).rejects.toThrow(
      `invalid image ${path}: ${range}, expected 0 to 1, 0 to 255 or 0 to 65535; scale them first`,
    );
  });
});

test("transparency: laid on white, or alpha dropped as colpali-engine drops it, which the provenance tells", async () => {
  const rgba = Uint8Array.from([
    10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128, 1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255,
  ]);
  const png = await raw(rgba, 4).png().toBuffer();
  const white = await renderFirst(png, { transparency: "white" });
  const strip = await renderFirst(png, { transparency: "strip" });
  expect([...white.pixels.subarray(0, 9)]).toEqual([10, 20, 30, 255, 255, 255, 127, 127, 127]);
  expect([...strip.pixels]).toEqual([...rgba].filter((_, i) => i % 4 !== 3));
  expect(strip.source.renderer).toBe(`${white.source.renderer}, alpha dropped`);
  const palette = await raw(rgba, 4).png({ palette: true }).toBuffer();
  expect((await renderFirst(palette, { transparency: "white" })).pixels.subarray(0, 6)).toEqual(
    Uint8Array.of(10, 20, 30, 255, 255, 255),
  );
  const opaque = await raw(RGB).png().toBuffer();
  expect(await renderFirst(opaque, { transparency: "strip" })).toEqual(await renderFirst(opaque));
  await expect(renderFirst(png, { transparency: "black" as never })).rejects.toThrow(
    'invalid transparency: black, expected "white" or "strip"',
  );
});
