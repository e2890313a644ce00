/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { inspect } from "node:util";
import { setCurrentKernel } from "../../kernel/jupyter/kernel";
import { openPages, streamPages } from "../../kernel/pages";
import { put, RGB, raw } from "./support/pages";
import { onePage } from "./support/raw-pdf";
import { samplePdf } from "./support/sample-pdf";

const report = samplePdf(Array.from({ length: 20 }, () => ({ width: 300, height: 200, texts: [] })));
const lost = (glyphs: string) =>
  onePage({
    content: "BT /F1 18 Tf 5 40 Td <41> Tj ET",
    fonts: [
      `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /Differences [65 /${glyphs}] >> >>`,
    ],
  });

describe("a page is printed as one line", () => {
  test("alone and in a list", async () => {
    const pages = await openPages(put("report.pdf", report), { pages: "1-3", dpi: 36 });
    expect(inspect(pages[1], { depth: 4 })).toBe('Page "report.pdf#2" (150 x 100 pixels, 36 dpi)');
    expect(inspect(pages, { depth: 4 })).toBe(
      `[\n${[1, 2, 3].map((n) => `  Page "report.pdf#${n}" (150 x 100 pixels, 36 dpi)`).join(",\n")}\n]`,
    );
    const [image] = await openPages(await raw(RGB).png().toBuffer());
    expect(inspect({ image })).toBe('{ image: Page "bytes" (3 x 2 pixels) }');
    expect(Object.keys(image)).toEqual([
      "kind",
      "width",
      "height",
      "source",
      "sha256",
      "warnings",
      "pixels",
      "digest",
      "words",
    ]);
  });

  test("whatever the file is called, and with its warnings counted", async () => {
    const [page] = await openPages(put("a\n\x1b[31m.pdf", lost("gbreve")), { onWarning: () => {} });
    expect(inspect(page)).toBe('Page "a\\n\\u001b[31m.pdf" (625 x 208 pixels, 150 dpi)');
    await page.pixels();
    expect(inspect(page)).toBe('Page "a\\n\\u001b[31m.pdf" (625 x 208 pixels, 150 dpi, 1 warning)');
  });
});

test("warnings are told once a document, by console.warn or as asked, and by a name without folders", async () => {
  const path = put("lost.pdf", lost("gbreve"));
  const warn = jest.spyOn(console, "warn").mockReturnValue();
  const [page] = await openPages(path);
  expect([page.warnings, warn.mock.calls]).toEqual([null, []]);
  await page.pixels();
  expect(warn.mock.calls).toEqual([[`lost.pdf: ${page.warnings?.[0]}`]]);
  const told: string[] = [];
  const onWarning = (line: string) => told.push(line);
  const pages = await openPages([path, path, put("plain.pdf", report)], { dpi: 20, onWarning });
  for (const each of [...pages, ...pages]) await each.pixels();
  expect(told).toEqual(Array(2).fill(`lost.pdf: ${page.warnings?.[0]}`));
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

describe("pages stop with the running cell", () => {
  afterEach(() => setCurrentKernel(null));
  const cell = () => {
    const controller = new AbortController();
    setCurrentKernel({ version: 1, signal: controller.signal } as never);
    return controller;
  };

  test("between two pages, though rendering keeps the thread busy", async () => {
    const interrupt = cell();
    const pages = await openPages(report, { dpi: 400 });
    let done = 0;
    const rendering = pages.map(async (page) => {
      await page.pixels();
      // What arrives from outside, as an interrupt does, is heard when the thread pauses.
      if (++done === 3) setTimeout(() => interrupt.abort(new Error("interrupted")));
    });
    const ended = await Promise.allSettled(rendering);
    const stopped = done;
    expect(stopped).toBeLessThan(10);
    expect(ended.filter((each) => each.status === "rejected")).toHaveLength(20 - stopped);
    for (const each of ended) if (each.status === "rejected") expect(each.reason.message).toBe("interrupted");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pages.filter((page) => page.sha256 !== null)).toHaveLength(stopped);
  });

  test("in a stream, too, and with a signal of one's own", async () => {
    cell().abort(new Error("interrupted"));
    await expect(streamPages(report).next()).rejects.toThrow("interrupted");
    cell();
    const own = new AbortController();
    const pages = streamPages(report, { signal: own.signal });
    expect((await pages.next()).done).toBe(false);
    own.abort(new Error("enough"));
    await expect(pages.next()).rejects.toThrow("enough");
  });
});
