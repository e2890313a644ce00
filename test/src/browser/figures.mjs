/** The gallery of figures, as `npm run gallery` makes it, opened from a file with the network cut off. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PALETTE_NAMES, SCALE_NAMES } from "../../../lib/core/index.js";
import { gallery } from "../../../tools/gallery/make.mjs";

const hasLatex = !spawnSync("pdflatex", ["--version"]).error;

export default {
  async "the gallery shows every kind of figure in every format, by itself"(lens) {
    const file = join(mkdtempSync(join(tmpdir(), "lens-gallery-")), "gallery.html");
    writeFileSync(file, await gallery());
    const context = await lens.page.context().browser().newContext({ offline: true });
    const page = await context.newPage();
    const requests = [];
    page.on("request", (r) => requests.push(r.url().slice(0, 60)));
    page.on("console", (m) => m.type() === "error" && lens.errors.push(m.text()));
    page.on("pageerror", (e) => lens.errors.push(e.message));
    await page.goto(pathToFileURL(file).href);
    const figures = await page.locator("img").evaluateAll(async (all) => {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const out = [];
      for (const img of all) {
        await img.decode();
        [canvas.width, canvas.height] = [100, 100];
        context.drawImage(img, 0, 0, 100, 100);
        const { data } = context.getImageData(0, 0, 100, 100);
        let coloured = 0;
        for (let i = 0; i < data.length; i += 4)
          if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 40)
            coloured++;
        out.push({
          kind: img.closest("section")?.id,
          format: img.dataset.format,
          alt: img.alt,
          width: img.naturalWidth,
          height: img.naturalHeight,
          coloured,
        });
      }
      return out;
    });
    const paper = figures.filter((f) => f.kind === "paper");
    if (hasLatex) {
      assert.equal(paper.length, 2);
      // A4 upright, and the figures of both pages keep their colours.
      for (const { width, height, coloured } of paper) {
        assert.ok(Math.abs(height / width - 297 / 210) < 0.01);
        assert.ok(coloured > 10);
      }
    } else assert.match(await page.locator("#paper").textContent(), /pdflatex is not on this machine/);
    const sections = new Set(figures.map((f) => f.kind).filter((kind) => kind && kind !== "paper"));
    assert.ok(sections.size >= 14);
    // 85 mm at 96 pixels an inch.
    for (const { width } of figures.filter((f) => f.kind === "for-a-column"))
      assert.ok(Math.abs(width - (85 / 25.4) * 96) <= 1, `${width}`);
    for (const kind of sections) {
      const of = figures.filter((f) => f.kind === kind);
      assert.deepEqual(
        of.map((f) => f.format),
        ["png", "svg", "pdf"],
      );
      // The three are of one size; only PNG and PDF need a line about characters that no font has.
      const most = kind === "many-scripts" ? 15 : 1;
      for (const key of ["width", "height"])
        assert.ok(
          Math.max(...of.map((f) => f[key])) - Math.min(...of.map((f) => f[key])) <= most,
          `${kind}: ${key}`,
        );
    }
    const pale = figures.filter(
      (f) => f.coloured < 10 && !/palette|outline|many-scripts/.test(f.kind ?? "palette"),
    );
    assert.deepEqual(pale, []);
    const alts = {
      "two-queries": /^A: Similarity map .*B: Similarity map /s,
      "two-pages": /^A: Similarity map .*B: Similarity map /s,
      attention: /^Attention map of the patch .*: highest on “Winter”/s,
      heads: /^Attention of the patch .*one map for each of 3 heads/,
    };
    for (const f of figures.filter((f) => f.kind !== "paper"))
      assert.match(f.alt, alts[f.kind] ?? /^Similarity map/);
    assert.equal(figures.filter((f) => !f.kind).length, PALETTE_NAMES.length + SCALE_NAMES.length);
    await page.locator("#two-pages details[data-html] summary").click();
    const inside = page.frameLocator("#two-pages iframe");
    await inside.locator(".cl-chip", { hasText: "solar" }).first().click();
    await inside.locator('.cl-chip[aria-pressed="true"]', { hasText: "solar" }).waitFor();
    for (const request of requests) assert.match(request, /^(file|data|blob|about):/);
    await context.close();
  },
};
