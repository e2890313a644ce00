/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { openPages } from "../../kernel/pages";
import { put, RGB, raw, renderAll, renderFirst } from "./support/pages";

describe("images", () => {
  test("PNG and WebP come as they are, by path and by bytes", async () => {
    const png = await raw(RGB).png().toBuffer();
    const a = await renderFirst(put("a.png", png));
    expect([a.width, a.height, a.source.dpi]).toEqual([3, 2, null]);
    expect(a.pixels).toEqual(RGB);
    expect((await renderFirst(new Uint8Array(png))).pixels).toEqual(RGB);
    expect((await renderFirst(await raw(RGB).webp({ lossless: true }).toBuffer())).pixels).toEqual(RGB);
  });

  test("alpha lies on white, gray becomes RGB, 16 bits become 8", async () => {
    const alpha = Uint8Array.from([
      10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128, 1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255,
    ]);
    const laid = await renderFirst(await raw(alpha, 4).png().toBuffer());
    expect([...laid.pixels.subarray(0, 9)]).toEqual([10, 20, 30, 255, 255, 255, 127, 127, 127]);
    const gray = await renderFirst(
      await raw(Uint8Array.of(0, 50, 100, 150, 200, 250), 1)
        .toColourspace("b-w")
        .png()
        .toBuffer(),
    );
    expect([...gray.pixels.subarray(0, 6)]).toEqual([0, 0, 0, 50, 50, 50]);
    const deep = await sharp(
      Uint16Array.from(RGB, (v) => v * 257),
      { raw: { width: 3, height: 2, channels: 3 } },
    )
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expect((await renderFirst(deep)).pixels).toEqual(RGB);
  });

  test("EXIF orientation is applied", async () => {
    const jpeg = await raw(
      new Uint8Array(16 * 8 * 3).map((_, i) => (i % 48 < 24 ? 0 : 255)),
      3,
      16,
      8,
    )
      .jpeg({ quality: 100 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const page = await renderFirst(jpeg);
    expect([page.width, page.height]).toEqual([8, 16]);
    expect(page.pixels[0]).toBeLessThan(10);
    expect(page.pixels.at(-1)).toBeGreaterThan(245);
  });

  test("CMYK becomes RGB: no ink is white, full black is dark", async () => {
    const cmyk = await raw(
      new Uint8Array(16 * 8 * 3).map((_, i) => (i % 48 < 24 ? 0 : 255)),
      3,
      16,
      8,
    )
      .toColourspace("cmyk")
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe("cmyk");
    const page = await renderFirst(cmyk);
    expect(page.pixels.length).toBe(16 * 8 * 3);
    expect(page.pixels[0]).toBeLessThan(60);
    expect(page.pixels.at(-1)).toBeGreaterThan(245);
  });

  test("a TIFF gives all its pages", async () => {
    const tiff = await sharp(Buffer.concat([RGB, RGB.map((v) => v + 5)]), {
      raw: { width: 3, height: 4, channels: 3, pageHeight: 2 },
    })
      .tiff({ compression: "lzw" })
      .toBuffer();
    const pages = await renderAll(tiff);
    expect(pages.map((p) => [p.source.number, p.source.of, p.height])).toEqual([
      [1, 2, 2],
      [2, 2, 2],
    ]);
    expect(pages[1].pixels[0]).toBe(5);
  });

  test("what is cut off or too large is refused before it is decoded", async () => {
    const png = await raw(
      new Uint8Array(90 * 90 * 3).map((_, i) => i * 7),
      3,
      90,
      90,
    )
      .png()
      .toBuffer();
    await expect(openPages(put("half.png", png.subarray(0, png.length / 2)))).rejects.toThrow(
      /^invalid image .*half\.png: damaged or cut off \(.*\), expected a complete file; copy it again$/,
    );
    // Nothing but the header says 300 megapixels: a decoder would find the pixels missing.
    const huge = await raw(RGB).png().toBuffer();
    huge.writeUInt32BE(20000, 16);
    huge.writeUInt32BE(15000, 20);
    huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
    await expect(openPages(put("huge.png", huge))).rejects.toThrow(
      /^invalid page size: .*huge\.png has 20000 x 15000 pixels \(300 megapixels\), expected at most 100 megapixels; make it smaller first/,
    );
  });
});
