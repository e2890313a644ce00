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
  async "SVG, PNG, JSON and CSV are made in the browser from what is shown, with and without caption"(lens) {
    await lens.open("example", { token: 3, color: { palette: "mako", opacity: 1 }, marks: { best: 0 } });
    const choose = (name) =>
      lens.page.locator(".cl-menu-share").getByRole("button", { name, exact: true }).click();
    await lens.page.getByRole("button", { name: "Share" }).click();
    await choose("Whole page");
    await choose("150");
    await lens.page.keyboard.press("Escape");
    const svg = await saved(lens, "SVG");
    assert.equal(svg.name, "report-p1-peak-loads.svg");
    const words = (file) =>
      file.bytes.toString().replace(/<metadata>[\s\S]*?<\/metadata>|<desc>[\s\S]*?<\/desc>/g, "");
    assert.match(svg.bytes.toString(), /^<svg [\s\S]*data:image\/png;base64/);
    assert.doesNotMatch(words(svg), /sha256/);
    const png = await saved(lens, "PNG");
    const { data, info } = await sharp(png.bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    // 175 mm.
    assert.equal(info.width, 1033);
    const { density, comments } = await sharp(png.bytes).metadata();
    assert.equal(density, 150);
    for (const kept of [comments.find((c) => c.keyword === "Provenance").text, metadataOf(svg)])
      assert.equal(JSON.parse(kept).page.file, "report.pdf");
    // The numbers rise to the right: its third is darker than the left one.
    const mean = (from, to) => {
      let [sum, n] = [0, 0];
      for (let y = 0; y < info.height * 0.6; y += 3)
        for (let x = Math.floor(from * info.width); x < to * info.width; x += 3, n++)
          sum += data[3 * (y * info.width + x) + 1];
      return sum / n;
    };
    assert.ok(mean(0.67, 0.95) < mean(0.05, 0.33) - 1, `${mean(0.67, 0.95)} beside ${mean(0.05, 0.33)}`);
    await lens.page.getByRole("button", { name: "Share" }).click();
    await choose("With caption");
    await lens.page.keyboard.press("Escape");
    assert.match(words(await saved(lens, "SVG")), /sha256/);
    const json = JSON.parse((await saved(lens, "JSON")).bytes.toString());
    assert.match(json.schema, /^colpali-lens\/explanation@\d$/);
    const csv = (await saved(lens, "CSV")).bytes.toString();
    assert.match(csv, /^token,kind,best,/);
  },

  async "the menu shows what would be saved, and copies the picture"(lens) {
    await lens.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await lens.openAtRest("report");
    const { page } = lens;
    await page.getByRole("button", { name: "Share" }).click();
    const image = page.locator(".cl-preview img");
    await page.waitForFunction(() => document.querySelector(".cl-preview img").naturalWidth > 0);
    const height = () => image.evaluate((e) => e.naturalHeight / e.naturalWidth);
    const cropped = await height();
    await page.locator(".cl-menu-share").getByRole("button", { name: "Whole page", exact: true }).click();
    await page.waitForFunction((before) => {
      const e = document.querySelector(".cl-preview img");
      return e.naturalWidth > 0 && e.naturalHeight / e.naturalWidth > before + 0.2;
    }, cropped);
    await page.getByRole("button", { name: "Copy picture" }).click();
    await page.getByText(/^Picture copied, \d+ × \d+ px/).waitFor();
    const types = await page.evaluate(async () => (await navigator.clipboard.read())[0].types);
    assert.deepEqual(types, ["image/png"]);
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
    await lens.page.getByRole("button", { name: "Share" }).click();
    await lens.page.getByRole("button", { name: "Copy Typst figure" }).click();
    await lens.page.getByText("Typst copied").waitFor();
    assert.match(
      await lens.page.evaluate(() => navigator.clipboard.readText()),
      /^#figure\(\n {2}image\("report-p1-peak-loads\.svg", width: 100%\),\n {2}caption: \[.*\],\n\)$/,
    );
  },
};
