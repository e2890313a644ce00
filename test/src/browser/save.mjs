import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import sharp from "sharp";

async function saved(lens, label) {
  await lens.page.getByRole("button", { name: "Share" }).click();
  const [file] = await Promise.all([
    lens.page.waitForEvent("download"),
    lens.page.locator(".cl-menu-share").getByRole("button", { name: label }).click(),
  ]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

function metadataOf({ bytes }) {
  return /<metadata>([^<]+)</.exec(bytes.toString())[1].replaceAll("&quot;", '"');
}

export default {
  async "SVG, PNG and JSON are made in the browser from what is shown"(lens) {
    await lens.open("example", { token: 3, color: { palette: "mako", opacity: 1 }, marks: { best: 0 } });
    const svg = await saved(lens, "SVG");
    assert.equal(svg.name, "report-p1-peak-loads.svg");
    assert.match(svg.bytes.toString(), /^<svg [\s\S]*Similarity map of “##s”[\s\S]*data:image\/png;base64/);
    const png = await saved(lens, "PNG");
    const { data, info } = await sharp(png.bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.equal(info.width, 1440);
    const { density, comments } = await sharp(png.bytes).metadata();
    assert.equal(density, 192);
    for (const kept of [comments.find((c) => c.keyword === "Provenance").text, metadataOf(svg)])
      assert.equal(JSON.parse(kept).page.file, "report.pdf");
    // The last cell is the strongest; the first is paler. Page from (16, 62), 688 wide.
    const at = (x, y) =>
      Array.from(data.subarray((2 * y * info.width + 2 * x) * 3, (2 * y * info.width + 2 * x) * 3 + 3));
    const sum = (c) => c[0] + c[1] + c[2];
    assert.ok(sum(at(16 + 600, 62 + 400)) < sum(at(16 + 100, 62 + 100)) - 30);
    const json = JSON.parse((await saved(lens, "JSON")).bytes.toString());
    assert.equal(json.schema, "colpali-lens/explanation@1");
    assert.equal(json.query.tokens.length, 5);
  },

  async "PDF and HTML are asked of the kernel; without one the menu says so"(lens) {
    await lens.open("example");
    await lens.page.getByRole("button", { name: "Share" }).click();
    await lens.page.locator(".cl-menu-share").getByRole("button", { name: "PDF" }).click();
    assert.deepEqual(await lens.page.evaluate(() => window.gallery.wanted), ["pdf"]);
    await lens.page.evaluate(() => window.gallery.handle.setLive(false));
    await lens.page.getByRole("button", { name: "Share" }).click();
    const html = lens.page.getByRole("button", { name: "HTML" });
    assert.equal(await html.isDisabled(), true);
    assert.match(await html.getAttribute("title"), /running kernel/);
    await lens.page.keyboard.press("Escape");
    assert.equal(await lens.page.locator(".cl-menu-share").isVisible(), false);
  },

  async "what was saved or not is told, to eyes and to a screen reader, without taking the focus"(lens) {
    await lens.open("example", { token: 3 });
    const { page } = lens;
    const told = page.getByRole("status").filter({ hasText: /aved|opied/ });
    const save = async (name) => {
      await page.getByRole("button", { name: "Share" }).click();
      assert.equal(await told.count(), 0, "an open menu is not covered");
      await page.locator(".cl-menu-share").getByRole("button", { name }).click();
    };
    const seen = async (words) => {
      await told.waitFor();
      assert.match(await told.innerText(), words);
      const [box, body] = [
        await told.locator("p").boundingBox(),
        await page.locator(".cl-lens").boundingBox(),
      ];
      assert.ok(
        box.width > 100 && box.x >= body.x && box.x + box.width <= body.x + body.width + 1,
        "in view",
      );
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Share");
    };
    const downloads = [];
    page.on("download", (file) => downloads.push(file.suggestedFilename()));

    await save("JSON");
    await seen(/^Saved as report-p1-peak-loads\.json/);
    await page.evaluate(() => {
      HTMLCanvasElement.prototype.toBlob = function toBlob(done) {
        done(null);
      };
    });
    await save("PNG");
    await seen(/^Not saved: cannot draw a picture of \d+ x \d+ pixels/);
    await page.getByRole("button", { name: "Close the message" }).click();
    assert.equal(await told.count(), 0);

    await save("PDF");
    await page.evaluate(() => window.gallery.answer(new Error("no room on <b>the disk</b>")));
    await seen(/^Not saved: no room on <b>the disk<\/b>/);
    await save("HTML");
    await page.evaluate(() => window.gallery.answer("<p>"));
    await seen(/^Saved as lens\.html/);
    assert.deepEqual(downloads, ["report-p1-peak-loads.json", "lens.html"]);

    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await save("Copy Markdown");
    await seen(/^Not copied: .*https/);
  },

  async "a message of success goes by itself, one of failure stays"(lens) {
    await lens.page.clock.install();
    await lens.page.reload();
    await lens.page.evaluate(() => window.gallery.open("example"));
    await lens.page.clock.runFor(1_000);
    const { page } = lens;
    for (const [answer, left] of [
      ["done", 0],
      ["failed", 1],
    ]) {
      await page.getByRole("button", { name: "Share" }).click();
      await page.locator(".cl-menu-share").getByRole("button", { name: "PDF" }).click();
      await page.evaluate((a) => window.gallery.answer(a === "done" ? a : new Error(a)), answer);
      await page.locator(".cl-toast").waitFor();
      await page.clock.runFor(30_000);
      assert.equal(await page.locator(".cl-toast").count(), left, answer);
    }
  },

  async "snippets go to the clipboard"(lens) {
    await lens.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await lens.open("example", { token: 1 });
    await lens.page.getByRole("button", { name: "Share" }).click();
    await lens.page.getByRole("button", { name: "Copy LaTeX figure" }).click();
    const text = await lens.page.evaluate(() => navigator.clipboard.readText());
    assert.match(text, /\\includegraphics\[width=\\linewidth\]\{report-p1-peak-loads.pdf\}/);
    assert.match(text, /\\caption\{Where ``peak'' of the query/);
  },
};
