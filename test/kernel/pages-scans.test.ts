/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { openPages } from "../../kernel/pages";
import { tiffTags } from "../../kernel/pages/tiff-tags";
import { put, type Rendered, renderAll, renderFirst } from "./support/pages";
import { sampleTiff } from "./support/sample-tiff";

const open = (bytes: Uint8Array) => renderFirst(bytes);
const size = ({ width, height }: Rendered) => [width, height];

/** A black disc of 4 x 4 inches in a white square of 6 x 6, as a scanner of these resolutions sees it. */
function disc(x: number, y: number): { samples: Uint8Array; width: number; height: number } {
  const [width, height] = [6 * x, 6 * y];
  const samples = new Uint8Array(width * height).fill(255);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      if (Math.hypot((column + 0.5) / x - 3, (row + 0.5) / y - 3) < 2) samples[row * width + column] = 0;
  return { samples, width, height };
}

/** Width and height of what is dark. */
function extent({ pixels, width, height }: Rendered): [number, number] {
  const columns = new Set<number>();
  const rows = new Set<number>();
  for (let i = 0; i < width * height; i++)
    if (pixels[i * 3] < 128) {
      columns.add(i % width);
      rows.add(Math.floor(i / width));
    }
  return [columns.size, rows.size];
}

function pngWith(png: Buffer, x: number, y: number, unit: number): Buffer {
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write("pHYs", 4, "latin1");
  chunk.writeUInt32BE(x, 8);
  chunk.writeUInt32BE(y, 12);
  chunk[16] = unit;
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  // Behind the header.
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

async function jpegWith(x: number, y: number, unit: number): Promise<Buffer> {
  const { samples, width, height } = disc(x, y);
  const jpeg = await sharp(samples, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 95 })
    .toBuffer();
  const jfif = Buffer.from([0xff, 0xe0, 0, 16, ...Buffer.from("JFIF\0"), 1, 1, unit, 0, x, 0, y, 0, 0]);
  return Buffer.concat([jpeg.subarray(0, 2), jfif, jpeg.subarray(2)]);
}

describe("pixels become square", () => {
  test.each<[x: number, y: number, unit: 1 | 2 | 3]>([
    [20, 10, 2],
    [20, 10, 1],
    [20, 19, 3],
    [10, 20, 2],
  ])("TIFF of %i by %i (unit %i)", async (x, y, unit) => {
    const page = await open(sampleTiff({ ...disc(x, y), resolution: { x, y, unit } }));
    expect(size(page)).toEqual([120, 120]);
    const [wide, high] = extent(page);
    expect(Math.abs(wide - 80)).toBeLessThanOrEqual(1);
    expect(Math.abs(high - wide)).toBeLessThanOrEqual(1);
    expect(page.source.renderer).toMatch(RegExp(`, made square from pixels of ${x} by ${y} to the unit$`));
  });

  test("PNG and JPEG, whose unit may be the ratio alone", async () => {
    const { samples, width, height } = disc(20, 10);
    const png = await sharp(samples, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    for (const made of [
      pngWith(png, 8000, 4000, 1),
      pngWith(png, 2, 1, 0),
      await jpegWith(20, 10, 1),
      await jpegWith(20, 10, 0),
    ]) {
      const page = await open(made);
      expect(size(page)).toEqual([120, 120]);
      const [wide, high] = extent(page);
      expect(Math.abs(high - wide)).toBeLessThanOrEqual(1);
    }
  });

  test("in an EXIF block, on the side that the picture is turned to", async () => {
    const { samples, width, height } = disc(20, 10);
    const jpeg = await sharp(samples, { raw: { width, height: height - 10, channels: 1 } })
      .jpeg()
      .withMetadata({ orientation: 6, density: 20 })
      .toBuffer();
    // Both resolutions stand one behind the other, as 20000 / 1000.
    const tags = tiffTags(jpeg.subarray(jpeg.indexOf("Exif") + 6), 0);
    expect([tags?.get(282), tags?.get(283)]).toEqual([20, 20]);
    jpeg.writeUInt32LE(10_000, jpeg.indexOf(Buffer.from("204e0000e8030000204e0000", "hex")) + 8);
    expect(size(await open(jpeg))).toEqual([100, 120]);
  });

  test("each page of a TIFF by its own resolution", async () => {
    const first = sampleTiff({ ...disc(20, 10), resolution: { x: 20, y: 10, unit: 2 } });
    const second = sampleTiff({ ...disc(10, 10), resolution: { x: 10, y: 10, unit: 2 } });
    expect((await renderAll(joined(first, second))).map(size)).toEqual([
      [120, 120],
      [60, 60],
    ]);
  });

  test("not where the resolutions are one that was rounded, missing or nonsense", async () => {
    for (const [x, y] of [
      [300, 299.999],
      [72, 72],
      [300, 0],
      [300, 1],
    ])
      expect(size(await open(sampleTiff({ ...disc(20, 10), resolution: { x, y, unit: 2 } })))).toEqual([
        120, 60,
      ]);
    expect(size(await open(sampleTiff(disc(20, 10))))).toEqual([120, 60]);
  });
});

/** Two TIFFs as one: the second one's addresses are moved behind the first. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const file = Buffer.concat([first, second]);
  const next = (start: number) => start + 2 + file.readUInt16LE(start) * 12;
  const start = file.readUInt32LE(4);
  const moved = first.length + file.readUInt32LE(first.length + 4);
  file.writeUInt32LE(moved, next(start));
  for (let at = moved + 2; at < next(moved); at += 12)
    if ([273, 282, 283].includes(file.readUInt16LE(at)))
      file.writeUInt32LE(file.readUInt32LE(at + 8) + first.length, at + 8);
  return new Uint8Array(file);
}

describe("what is whole but cannot be read is not called damaged", () => {
  test.each([
    [50000, "ZSTD"],
    [34925, "LZMA"],
    [34712, "JPEG 2000"],
    [50002, "JPEG XL"],
    [34887, "LERC"],
    [6, "old JPEG"],
  ])("TIFF with compression %i: %s", async (compression, coding) => {
    const path = put(
      "coded.tif",
      sampleTiff({ width: 3, height: 2, samples: new Uint8Array(6), compression }),
    );
    await expect(openPages(path)).rejects.toThrow(
      `invalid image ${path}: coded in a way that cannot be read here (${coding}); save it as PNG or as a TIFF with LZW compression`,
    );
  });

  test("TIFF with samples of 64 bits", async () => {
    await expect(
      openPages(sampleTiff({ width: 3, height: 2, samples: new Float64Array(6) })),
    ).rejects.toThrow(
      /^invalid image bytes: coded in a way that cannot be read here \(.*samples out of range\); save it as PNG/,
    );
  });

  const box = (brand: string) => Buffer.from(`\0\0\0\x1cftyp${brand}\0\0\0\0`, "latin1");
  test.each<[string, Uint8Array, string]>([
    ["a.heic", box("heic"), "an HEIC image"],
    ["a.avif", box("avif"), "an AVIF image"],
    ["a.jxl", Buffer.from("\xff\x0a\xfa", "latin1"), "a JPEG XL image"],
    ["a.jp2", Buffer.from("\0\0\0\x0cjP  \r\n\x87\n", "latin1"), "a JPEG 2000 image"],
    ["a.gif", Buffer.from("GIF89a\x01\0\x01\0"), "a GIF image"],
    ["a.bmp", Buffer.from("BM\x46\0\0\0"), "a BMP image"],
    ["a.psd", Buffer.from("8BPS\0\x01"), "a Photoshop file"],
    ["a.svg", Buffer.from('<?xml version="1.0"?>\n<svg xmlns="x"/>'), "an SVG drawing"],
    ["a.docx", Buffer.from("PK\x03\x04\x14\0"), "a ZIP archive or an Office document"],
    ["a.pdf", Buffer.from("\n<!DOCTYPE html><html><body>Log in"), "a web page (HTML)"],
  ])("%s", async (name, bytes, what) => {
    const path = put(name, bytes);
    await expect(openPages(path)).rejects.toThrow(
      `invalid document ${path}: ${what}, expected a PDF, PNG, JPEG, WebP or TIFF file; `,
    );
  });

  test("what is cut off is", async () => {
    const tiff = sampleTiff({ width: 30, height: 20, samples: new Uint8Array(600).map((_, i) => i) });
    const short = Buffer.from(tiff);
    // The directory says that the pixels lie beyond the end.
    short.writeUInt32LE(1e6, short.readUInt32LE(4) + 2 + 5 * 12 + 8);
    await expect(openPages(short)).rejects.toThrow(/^invalid image bytes: damaged or cut off/);
    const jpeg = await sharp(tiff).jpeg().toBuffer();
    await expect(openPages(jpeg.subarray(0, jpeg.length / 2))).rejects.toThrow(
      /^invalid image bytes: damaged or cut off/,
    );
  });
});
