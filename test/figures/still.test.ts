import sharp from "sharp";
import { encodeLensData, escapeXml, type LensExplanation, splitLens } from "../../core/index";
import { lensPage } from "../../kernel/api/lens-page";
import { lensFile } from "../../kernel/api/save";
import { stillBundle } from "../../kernel/figures/index";
import { openPages } from "../../kernel/pages/index";
import { explanation, lensData, lensState } from "../core/example";
import { pixelPage } from "../kernel/support/pixel-page";

test("where the widget cannot run there is the picture, its alternative text and every number", async () => {
  const bundle = await stillBundle(lensState({ token: 1, word: 0 }));
  const png = await sharp(Buffer.from(bundle["image/png"], "base64")).metadata();
  expect([png.format, png.width]).toEqual(["png", 680]);
  const [, mime, data] =
    /<img alt="Similarity map of “peak”[^"]*" src="data:([^;]+);base64,([^"]+)"/.exec(bundle["text/html"]) ??
    [];
  expect(mime).toBe("image/webp");
  expect((await sharp(Buffer.from(data, "base64")).metadata()).width).toBe(680);
  expect(bundle["text/html"]).toContain("<td>[MASK]</td>");
  const lines = bundle["text/plain"].split("\n");
  expect(lines).toHaveLength(9);
  // The answer first, then what it answers.
  expect(lines[0]).toMatch(/^“peak” is strongest at/);
  expect(lines[1]).toMatch(/^Lens “peak loads” on page 1/);
  expect(bundle["text/html"].startsWith(`<p><strong>${escapeXml(lines[0])}</strong></p>`)).toBe(true);
});

/** Bytes that a value adds to a notebook: JSON with binary leaves in base64. */
function stored(value: unknown): number {
  return JSON.stringify(value, (_, v) =>
    v instanceof DataView ? Buffer.from(v.buffer as ArrayBuffer).toString("base64") : v,
  ).length;
}

test("a lens of 1,024 patches and 20 tokens adds at most 400 kB to a notebook, its page picture included", async () => {
  const [page] = await openPages("examples/energy-report.pdf", { pages: "1" });
  const small = explanation();
  const [rows, columns, count] = [32, 32, 20];
  const tokens = Array.from({ length: count }, (_, index) => ({
    ...small.query.tokens[1],
    index,
    word: index,
  }));
  // As maps are: a hot place for each token, the rest low and never twice the same.
  const data = Float32Array.from({ length: count * rows * columns }, (_, i) => {
    const [t, row, column] = [Math.floor(i / 1024), Math.floor((i % 1024) / 32), i % 32];
    const far = (row - ((7 * t) % rows)) ** 2 + (column - ((11 * t) % columns)) ** 2;
    return 0.55 * Math.exp(-far / 3) - 0.1 + 0.08 * Math.sin(i * 7.3);
  });
  const bests = tokens.map(() => ({ ...small.maxsim.tokens[1], best: 0.5, patchBest: 0.5 }));
  const large: LensExplanation = {
    ...small,
    query: {
      ...small.query,
      tokens,
      words: tokens.map(({ index }) => ({ index, text: "peak", tokens: [index] })),
    },
    grid: { rows, columns },
    maps: { kind: "maps", data, tokens: count, rows, columns },
    maxsim: { kind: "maxsim", score: count / 2, patchScore: count / 2, residue: 0, tokens: bests },
  };
  const state = lensState({}, { ...lensData(large), pages: { p0: await lensPage(page) } });
  const grows = stored(encodeLensData(splitLens(state.data))) + stored(await stillBundle(state));
  expect(grows).toBeLessThan(400_000);
  expect(grows).toBeGreaterThan(count * rows * columns * 4);
});

test("a file for the person at the widget has name, type and bytes; an unknown format is refused", async () => {
  const svg = await lensFile(lensState(), "svg");
  expect([svg.name, svg.mime]).toEqual(["report-p1-peak-loads.svg", "image/svg+xml"]);
  expect(new TextDecoder().decode(svg.data)).toMatch(/^<\?xml/);
  await expect(lensFile(lensState(), "toString")).rejects.toThrow(
    "invalid format: toString, expected one of json, png, svg, pdf, html",
  );
});

test("a drawn page's picture has no loss; a scan's is small", async () => {
  const [page] = await openPages("examples/energy-report.pdf", { pages: "3" });
  const pixels = async ({ picture }: Awaited<ReturnType<typeof lensPage>>) =>
    sharp(picture.data).removeAlpha().raw().toBuffer();
  const drawn = await lensPage(page);
  const plain = await page.pixels();
  expect(Buffer.compare(await pixels(drawn), Buffer.from(plain))).toBe(0);
  const scan = plain.map((v, i) => v ^ ((i * 2_654_435_761) >>> 28));
  const made = await lensPage(pixelPage(scan, page.width, page.height, "scan.png"));
  expect(made.picture.data.length).toBeLessThan(scan.length / 8);
  const off = (await pixels(made)).reduce((sum, v, i) => sum + Math.abs(v - scan[i]), 0);
  expect(off / scan.length).toBeLessThan(8);
});
