/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import type { Page } from "../../core/index.js";
import { openPages } from "../../kernel/pages/index.js";
import { samplePdf } from "./support/sample-pdf.js";

const folder = mkdtempSync(join(tmpdir(), "pages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

/** 3 x 2 pixels: value 10 x column + 100 x row in red, column in green, row in blue. */
const RGB = Uint8Array.from([0, 0, 0, 10, 1, 0, 20, 2, 0, 100, 0, 1, 110, 1, 1, 120, 2, 1]);
const raw = (data: Uint8Array, channels: 1 | 3 | 4 = 3, width = 3, height = 2) =>
  sharp(data, { raw: { width, height, channels } });
const sample = samplePdf([
  { width: 300, height: 200, texts: [{ text: "left", x: 20, y: 50, size: 24 }] },
  { width: 200, height: 300, texts: [{ text: "low", x: 120, y: 280, size: 24 }] },
  { width: 200.6, height: 300.4, texts: [] },
]);

/** Bounding box of what is darker than mid-gray, as fractions of the page. */
function ink({ pixels, width, height }: Page): { left: number; top: number; right: number; bottom: number } {
  const box = { left: 1, top: 1, right: 0, bottom: 0 };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (pixels[(y * width + x) * 3] < 128) {
        box.left = Math.min(box.left, x / width);
        box.right = Math.max(box.right, x / width);
        box.top = Math.min(box.top, y / height);
        box.bottom = Math.max(box.bottom, y / height);
      }
  return box;
}

describe("PDF", () => {
  test("renders each page at its size and the text where it stands", async () => {
    const pages = await openPages(sample, { dpi: 72 });
    expect(pages.map((p) => [p.width, p.height])).toEqual([
      [300, 200],
      [200, 300],
      [201, 300],
    ]);
    const [left, low] = pages.map(ink);
    expect(left.left).toBeGreaterThan(0.05);
    expect(left.right).toBeLessThan(0.25);
    expect(left.bottom).toBeLessThan(0.27);
    expect(low.left).toBeGreaterThan(0.58);
    expect(low.top).toBeGreaterThan(0.85);
    expect(pages[1].source).toMatchObject({ file: "bytes", number: 2, of: 3, dpi: 72 });
    expect(pages[0].source.renderer).toMatch(/^pdfium \(@hyzyla\/pdfium \d+\.\d+\.\d+\)$/);
  });

  test("has 150 dpi by default, and one picture always has one checksum", async () => {
    const [a] = await openPages(sample, { pages: [1] });
    const [b] = await openPages(put("again.pdf", sample), { pages: "1" });
    expect([a.width, a.height]).toEqual([625, 417]);
    expect(a.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(b.sha256).toBe(a.sha256);
  });

  test("pages are chosen by option or behind #, in the order asked for", async () => {
    const path = put("report.pdf", sample);
    const numbers = async (source: string, pages?: string | number[]) =>
      (await openPages(source, { pages, dpi: 20 })).map((p) => p.source.number);
    expect(await numbers(path, "2-3,1")).toEqual([2, 3, 1]);
    expect(await numbers(path, [3])).toEqual([3]);
    expect(await numbers(`${path}#3`)).toEqual([3]);
    expect(await numbers(`${path}#1,3`)).toEqual([1, 3]);
    await expect(openPages(path, { pages: "4" })).rejects.toThrow(
      /^invalid pages: 4, .*report\.pdf has pages 1 to 3$/,
    );
    await expect(openPages(path, { pages: "0" })).rejects.toThrow("invalid pages: 0,");
    await expect(openPages(path, { pages: "one" })).rejects.toThrow(
      'invalid pages: "one", expected numbers and ranges like "1-3,7"',
    );
    await expect(openPages(path, { pages: "3-1" })).rejects.toThrow("expected the smaller number first");
  });

  test("an encrypted one asks for its password and takes it", async () => {
    const path = put(
      "secret.pdf",
      samplePdf([{ width: 300, height: 200, texts: [{ text: "left", x: 20, y: 50, size: 24 }] }], "sesame"),
    );
    await expect(openPages(path)).rejects.toThrow(
      /^password needed: .*secret\.pdf is encrypted, give its password, for example openPages\(".*", \{ password: "…" \}\)$/,
    );
    await expect(openPages(path, { password: "open" })).rejects.toThrow(
      /^wrong password: .*secret\.pdf is encrypted/,
    );
    const [page] = await openPages(path, { password: "sesame", dpi: 72 });
    expect(page.sha256).toBe((await openPages(sample, { dpi: 72, pages: "1" }))[0].sha256);
  });

  test("what is cut off, damaged, empty or no PDF is named and refused", async () => {
    await expect(openPages(put("cut.pdf", sample.subarray(0, sample.length - 200)))).rejects.toThrow(
      /^invalid PDF .*cut\.pdf: cut off after \d+ bytes \(no end mark\), expected a complete file; copy it again$/,
    );
    await expect(openPages(put("bad.pdf", "%PDF-1.7\nrubbish\n%%EOF\n"))).rejects.toThrow(
      /^invalid PDF .*bad\.pdf: damaged/,
    );
    await expect(openPages(put("text.pdf", "Dear reader, this is a letter."))).rejects.toThrow(
      /^invalid document .*text\.pdf: not a PDF \(it starts with "Dear reader, this is a l"\), expected a PDF, PNG, JPEG, WebP or TIFF file$/,
    );
    await expect(openPages(put("none.pdf", samplePdf([])))).rejects.toThrow(
      /^invalid PDF .*none\.pdf: it has no pages/,
    );
    await expect(openPages(put("empty.pdf", ""))).rejects.toThrow("the file is empty");
    await expect(openPages(sample, { dpi: 0 })).rejects.toThrow(
      "invalid dpi: 0, expected a number from 10 to 1200",
    );
    const poster = samplePdf([{ width: 14400, height: 14400, texts: [] }]);
    await expect(openPages(poster)).rejects.toThrow(
      "invalid page size: bytes#1 has 30000 x 30000 pixels (900 megapixels), expected at most 100 megapixels; choose fewer dpi than 150",
    );
  });
});

describe("images", () => {
  test("PNG and WebP come as they are, by path and by bytes", async () => {
    const png = await raw(RGB).png().toBuffer();
    const [a] = await openPages(put("a.png", png));
    expect([a.width, a.height, a.source.dpi]).toEqual([3, 2, null]);
    expect(a.pixels).toEqual(RGB);
    expect((await openPages(new Uint8Array(png)))[0].pixels).toEqual(RGB);
    expect((await openPages(await raw(RGB).webp({ lossless: true }).toBuffer()))[0].pixels).toEqual(RGB);
  });

  test("alpha lies on white, gray becomes RGB, 16 bits become 8", async () => {
    const alpha = Uint8Array.from([
      10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128, 1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255,
    ]);
    const [laid] = await openPages(await raw(alpha, 4).png().toBuffer());
    expect([...laid.pixels.subarray(0, 9)]).toEqual([10, 20, 30, 255, 255, 255, 127, 127, 127]);
    const [gray] = await openPages(
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
    expect((await openPages(deep))[0].pixels).toEqual(RGB);
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
    const [page] = await openPages(jpeg);
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
    const [page] = await openPages(cmyk);
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
    const pages = await openPages(tiff);
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

describe("sources", () => {
  test("a folder gives its documents in natural order, a list all of its own", async () => {
    const inside = join(folder, "set");
    mkdirSync(inside);
    const png = await raw(RGB).png().toBuffer();
    for (const name of ["p10.png", "p2.png", "notes.txt"]) writeFileSync(join(inside, name), png);
    const names = (await openPages(inside)).map((p) => p.source.file.slice(inside.length + 1));
    expect(names).toEqual(["p2.png", "p10.png"]);
    const seen: string[] = [];
    const list = await openPages([inside, new Uint8Array(png)], {
      onProgress: ({ done, total, name }) => seen.push(`${done}/${total} ${name}`),
    });
    expect(list).toHaveLength(3);
    expect(seen).toEqual(["1/3 p2.png", "2/3 p10.png", "3/3 bytes"]);
  });

  test("a URL is downloaded; its failures name it", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/a.pdf") return response.end(sample);
      response.statusCode = 404;
      response.end("no");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const pages = await openPages(`${base}/a.pdf#2`, { dpi: 20 });
      expect(pages.map((p) => [p.source.file, p.source.number])).toEqual([[`${base}/a.pdf`, 2]]);
      await expect(openPages(`${base}/b.pdf`)).rejects.toThrow(
        `cannot download ${base}/b.pdf: the server answered 404`,
      );
    } finally {
      server.close();
    }
    await expect(openPages("http://127.0.0.1:1/x.pdf")).rejects.toThrow(
      /^cannot download http:\/\/127\.0\.0\.1:1\/x\.pdf: .*check the address/,
    );
  });

  test("what is missing is named", async () => {
    await expect(openPages("no/such.pdf")).rejects.toThrow(
      `no such file: no/such.pdf, looked from ${process.cwd()}`,
    );
    await expect(openPages("")).rejects.toThrow(
      'invalid source: "", expected a path, a URL or the bytes of a document',
    );
    await expect(openPages([])).rejects.toThrow("invalid source: an empty list");
    mkdirSync(join(folder, "bare"));
    await expect(openPages(join(folder, "bare"))).rejects.toThrow(/bare has no document, expected a PDF/);
    await expect(openPages("no/such.pdf")).rejects.toMatchObject({ name: "PageError" });
  });
});
