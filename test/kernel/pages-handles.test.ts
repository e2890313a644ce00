/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { Page } from "../../core";
import { openPages, streamPages } from "../../kernel/pages";
import { KEPT_BYTES } from "../../kernel/pages/page";
import { PdfDocument } from "../../kernel/pages/pdf-document";
import { folder, put, RGB, raw, rendered } from "./support/pages";
import { onePage, rawPdf } from "./support/raw-pdf";
import { samplePdf } from "./support/sample-pdf";
import { sampleTiff } from "./support/sample-tiff";

const text = (number: number) => ({ text: `page ${number}`, x: 20, y: 50, size: 24 });
const report = (pages: number) =>
  samplePdf(Array.from({ length: pages }, (_, i) => ({ width: 300, height: 200, texts: [text(i)] })));
const gradient = (width: number, height: number) =>
  raw(
    Uint8Array.from({ length: width * height * 3 }, (_, i) => i),
    3,
    width,
    height,
  );

let painted: jest.SpyInstance;
beforeEach(() => {
  painted = jest.spyOn(PdfDocument.prototype, "render");
});
afterEach(() => painted.mockRestore());

test("opening renders nothing, whatever the number of pages; a page is rendered when it is asked for", async () => {
  const pages = await openPages(report(50));
  expect(pages).toHaveLength(50);
  expect(painted).not.toHaveBeenCalled();
  expect([pages[7].sha256, pages[7].warnings]).toEqual([null, null]);
  const pixels = await pages[7].pixels();
  expect([pixels.length, pages[7].width, pages[7].height]).toEqual([625 * 417 * 3, 625, 417]);
  expect(pages[7].sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(pages[7].warnings).toEqual([]);
  expect(painted.mock.calls.map(([number]) => number)).toEqual([8]);
  expect(pages[8].sha256).toBe(null);
});

test("a page holds no pixels: JSON of it is a line", async () => {
  const [page] = await openPages(report(1));
  await page.pixels();
  expect(JSON.stringify(page).length).toBeLessThan(400);
});

test("several who ask at once get one rendering, and a stop is for those who asked for it", async () => {
  const [page] = await openPages(report(1));
  const own = new AbortController();
  const asked = [page.pixels({ signal: own.signal }), page.pixels(), page.digest(), page.pixels()];
  own.abort("enough");
  await expect(asked[0]).rejects.toBe("enough");
  const [, one, sha256, other] = await Promise.all(asked.map((each) => each.catch(() => null)));
  expect(other).toBe(one);
  expect(sha256).toBe(page.sha256);
  expect(painted).toHaveBeenCalledTimes(1);
  await expect(page.pixels({ signal: AbortSignal.abort("too late") })).rejects.toBe("too late");
});

test("pixels of few pages are kept; what is known of a page stays known without them", async () => {
  const few = Math.floor(KEPT_BYTES / (2500 * 1667 * 3));
  const pages = await openPages(report(few + 2), { dpi: 600 });
  const first = await pages[0].pixels();
  expect(await pages[0].pixels()).toBe(first);
  for (const page of pages.slice(1)) await page.pixels();
  expect(painted).toHaveBeenCalledTimes(few + 2);
  expect(await pages.at(-1)?.digest()).toBe(pages.at(-1)?.sha256);
  expect(await pages[0].digest()).toBe(pages[0].sha256);
  expect(painted).toHaveBeenCalledTimes(few + 2);
  const again = await pages[0].pixels();
  expect(painted).toHaveBeenCalledTimes(few + 3);
  expect(again).not.toBe(first);
  expect(Buffer.compare(again, first)).toBe(0);
});

test("few PDFs are open at a time; the others are opened again when they are needed", async () => {
  const closed = jest.spyOn(PdfDocument.prototype, "close");
  const files = Array.from({ length: 9 }, (_, i) => put(`many-${i}.pdf`, report(i + 1)));
  const pages = await openPages(files, { dpi: 20 });
  expect(pages).toHaveLength(45);
  expect(closed.mock.calls.length).toBeGreaterThanOrEqual(5);
  const all = await Promise.all(pages.map(rendered));
  expect(all.map((page) => page.source.number)).toEqual(pages.map((page) => page.source.number));
  const alone = await openPages(files[3], { dpi: 20 });
  expect(await alone[2].digest()).toBe(all[6 + 2].sha256);
  closed.mockRestore();
});

describe("a file that is no longer what was opened", () => {
  const asImage = async (name: string) => {
    const path = put(name, await gradient(30, 20).png().toBuffer());
    return { path, page: (await openPages(path))[0] };
  };

  test("is refused: changed, gone, or of the same size and time with other pixels", async () => {
    const changed = await asImage("changed.png");
    writeFileSync(changed.path, await gradient(30, 21).png().toBuffer());
    await expect(changed.page.pixels()).rejects.toThrow(
      `cannot render ${changed.path}: it changed since it was opened, open it again with openPages`,
    );
    const gone = await asImage("gone.png");
    rmSync(gone.path);
    await expect(gone.page.pixels()).rejects.toThrow(`cannot read ${gone.path}: ENOENT`);
    const path = put("same.tif", sampleTiff({ width: 3, height: 2, samples: RGB.subarray(0, 6) }));
    const time = new Date(1e12);
    utimesSync(path, time, time);
    const [page] = await openPages(path);
    await page.digest();
    // Two that take all the place that pixels have.
    const large = await sharp({ create: { width: 4000, height: 2500, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    for (const other of await Promise.all([openPages(large), openPages(large)])) await other[0].pixels();
    writeFileSync(path, sampleTiff({ width: 3, height: 2, samples: RGB.subarray(6, 12) }));
    utimesSync(path, time, time);
    await expect(page.pixels()).rejects.toThrow(`cannot render ${path}: it changed since it was opened`);
  });

  test("what was rendered before is still there, and so is the page when the file is as it was", async () => {
    const { path, page } = await asImage("back.png");
    const bytes = await gradient(30, 20).png().toBuffer();
    await page.pixels();
    rmSync(path);
    expect((await page.pixels()).length).toBe(30 * 20 * 3);
    const other = await asImage("touched.png");
    const time = new Date(1e12);
    utimesSync(other.path, time, time);
    await expect(other.page.pixels()).rejects.toThrow("it changed since it was opened");
    writeFileSync(path, bytes);
  });

  test("a PDF that must be opened again, too", async () => {
    const path = put("revised.pdf", report(2));
    const [page] = await openPages(path, { dpi: 20 });
    writeFileSync(path, report(3));
    for (let i = 0; i < 8; i++) await openPages(report(1), { dpi: 20 });
    await expect(page.pixels()).rejects.toThrow(`cannot render ${path}: it changed since it was opened`);
  });

  test("a path is that of the folder it was opened from", async () => {
    const here = process.cwd();
    mkdirSync(join(folder, "inside"), { recursive: true });
    put("inside/relative.png", await gradient(30, 20).png().toBuffer());
    process.chdir(join(folder, "inside"));
    const [page] = await openPages("relative.png");
    process.chdir(here);
    expect((await page.pixels()).length).toBe(30 * 20 * 3);
  });

  test("bytes are kept as they were given", async () => {
    const bytes = new Uint8Array(await gradient(30, 20).png().toBuffer());
    const [page, same] = [(await openPages(bytes))[0], (await openPages(bytes))[0]];
    const sha256 = await same.digest();
    bytes.fill(0);
    expect(await page.digest()).toBe(sha256);
  });
});

describe("the size is that of the pixels", () => {
  const boxes = (more: string) => `<< /Type /Page /Parent 2 0 R ${more} >>`;
  const pdf = rawPdf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R 6 0 R 7 0 R] /Count 5 >>",
    boxes("/MediaBox [0 0 60.3 40.7] /Rotate 90"),
    boxes("/MediaBox [0 0 600 400] /CropBox [10 10 43.4 29.6] /Rotate 270"),
    boxes("/MediaBox [0 0 60 40] /UserUnit 2.5 /Rotate 180"),
    boxes("/MediaBox [0 0 60 40] /CropBox [-20 -20 30 100]"),
    boxes("/MediaBox [60 40 0 0]"),
  ]);
  const expectSize = async (page: Page) => {
    const { width, height } = page;
    expect((await page.pixels()).length).toBe(width * height * 3);
    return [width, height];
  };

  test.each([72, 150, 101.7])("of turned, cropped and scaled pages of a PDF at %d dpi", async (dpi) => {
    const sizes = [];
    for (const page of await openPages(pdf, { dpi })) sizes.push(await expectSize(page));
    if (dpi === 72)
      expect(sizes).toEqual([
        [41, 60],
        [20, 33],
        [150, 100],
        [30, 40],
        [60, 40],
      ]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("of an image that EXIF turns as %i", async (orientation) => {
    const sizes = [];
    for (const format of ["jpeg", "png", "webp", "tiff"] as const) {
      const bytes = await gradient(30, 20).toFormat(format).withMetadata({ orientation }).toBuffer();
      const [page] = await openPages(bytes);
      sizes.push(await expectSize(page));
    }
    expect(sizes).toEqual(Array(4).fill(orientation >= 5 ? [20, 30] : [30, 20]));
  });

  test("of a scan whose pixels are not square, turned or not", async () => {
    const scan = {
      width: 40,
      height: 20,
      samples: new Uint8Array(800),
      resolution: { x: 20, y: 10, unit: 2 },
    };
    const [page] = await openPages(sampleTiff(scan as never));
    expect(await expectSize(page)).toEqual([40, 40]);
  });
});

describe("what shows only when a page is rendered", () => {
  test("warnings are told then, once, and stay with the page", async () => {
    const pdf = onePage({
      content: "BT /F1 18 Tf 5 40 Td <41> Tj ET",
      fonts: [
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /Differences [65 /gbreve] >> >>",
      ],
    });
    const onWarning = jest.fn();
    const [page] = await openPages(pdf, { onWarning });
    expect([onWarning.mock.calls.length, page.warnings]).toEqual([0, null]);
    await Promise.all([page.pixels(), page.digest()]);
    await page.pixels();
    expect(onWarning.mock.calls).toEqual([[`bytes: ${page.warnings?.[0]}`]]);
    expect(page.warnings?.[0]).toMatch(/^the font Helvetica is not embedded in the PDF; drawn in /);
  });

  test("damage behind the head of a picture names the document and the page", async () => {
    const png = await gradient(300, 200).png({ compressionLevel: 0 }).toBuffer();
    // The end mark is there, what stands before it is not.
    const path = put("half.png", Buffer.concat([png.subarray(0, png.length / 2), png.subarray(-12)]));
    const [page] = await openPages(path);
    await expect(page.pixels()).rejects.toThrow(
      RegExp(`^invalid image ${path}: damaged or cut off \\(.*\\), expected a complete file; copy it again$`),
    );
    await expect(page.digest()).rejects.toThrow("damaged or cut off");
    expect(page.sha256).toBe(null);
  });
});

test("the first page of a stream is there before the second one is looked at", async () => {
  const sizes = jest.spyOn(PdfDocument.prototype, "size");
  for await (const page of streamPages(report(30))) {
    expect([page.source.number, page.source.of]).toEqual([1, 30]);
    break;
  }
  expect(sizes).toHaveBeenCalledTimes(1);
  sizes.mockRestore();
});
