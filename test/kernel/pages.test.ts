/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { openPages } from "../../kernel/pages/index.js";
import { put, type Rendered, renderAll, renderFirst } from "./support/pages";
import { samplePdf } from "./support/sample-pdf.js";

const sample = samplePdf([
  { width: 300, height: 200, texts: [{ text: "left", x: 20, y: 50, size: 24 }] },
  { width: 200, height: 300, texts: [{ text: "low", x: 120, y: 280, size: 24 }] },
  { width: 200.6, height: 300.4, texts: [] },
]);

/** Bounding box of what is darker than mid-gray, as fractions of the page. */
function ink({ pixels, width, height }: Rendered): {
  left: number;
  top: number;
  right: number;
  bottom: number;
} {
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
    const pages = await renderAll(sample, { dpi: 72 });
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
    expect(pages[0].source.renderer).toMatch(/^pdfium \(@embedpdf\/pdfium \d+\.\d+\.\d+\)$/);
  });

  test("has 150 dpi by default, and one picture always has one checksum", async () => {
    const a = await renderFirst(sample, { pages: [1] });
    const b = await renderFirst(put("again.pdf", sample), { pages: "1" });
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
    const page = await renderFirst(path, { password: "sesame", dpi: 72 });
    expect(page.sha256).toBe((await renderFirst(sample, { dpi: 72, pages: "1" })).sha256);
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
