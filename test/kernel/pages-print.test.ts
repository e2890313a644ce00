/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { rmSync } from "node:fs";
import { inspect } from "node:util";
import sharp from "sharp";
import { escapeXml } from "../../core";
import { setCurrentKernel } from "../../kernel/jupyter/kernel";
import { describe as described } from "../../kernel/jupyter/mime";
import { openPages, streamPages } from "../../kernel/pages";
import { pageList } from "../../kernel/pages/page-list";
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

describe("pages in a cell", () => {
  const photo = () => raw(RGB).png().toBuffer();
  const html = async (value: unknown) => String((await described(value)).data["text/html"]);

  test("a list prints as a table, and shows small pictures of its first pages with names as text", async () => {
    const name = put("a <b>&.pdf", report);
    const pages = pageList([...(await openPages(name, { dpi: 36 })), ...(await openPages(await photo()))]);
    expect(inspect(pages).split("\n")[0]).toBe("index  page                    pixels  dpi");
    expect(inspect(pages).split("\n")[2]).toBe("    1  a <b>&.pdf, page 2   150 x 100   36");
    expect(inspect(pages).split("\n").at(-1)).toBe("   20  bytes                    3 x 2    –");
    const shown = await html(pages);
    expect(shown.match(/<img /g)).toHaveLength(6);
    expect(shown).toContain("a &lt;b&gt;&amp;.pdf, page 6");
    expect(shown).not.toContain("<b>");
    expect(shown).toContain(`<pre>${escapeXml(inspect(pages))}</pre>`);
    expect((await described(pages)).data["text/plain"]).toBe(inspect(pages));
    expect(pages).toHaveLength(21);
    expect(Object.keys(pages)).toEqual(Array.from({ length: 21 }, (_, i) => String(i)));
  });

  test("a page shows its picture, in its shape and colours", async () => {
    const [page] = await openPages(await photo());
    const shown = await html(page);
    const [, width, height, source] =
      /width="(\d+)" height="(\d+)" src="data:image\/webp;base64,([^"]+)"/.exec(shown) ?? [];
    expect([width, height]).toEqual(["2", "1"]);
    const { data, info } = await sharp(Buffer.from(source, "base64"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([3, 2]);
    expect(data[0] - data[2]).toBeGreaterThan(0);
  });

  test("a page that cannot be rendered is named without a picture; an empty list is one", async () => {
    const path = put("gone.png", await photo());
    const pages = pageList(await openPages(path));
    rmSync(path);
    expect(await html(pages)).toBe(
      `<table><tbody><tr><td>gone.png</td></tr></tbody></table><pre>${inspect(pages)}</pre>`,
    );
    expect((await described(pageList([]))).data).toEqual({ "text/plain": "[]" });
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
