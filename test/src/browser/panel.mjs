import assert from "node:assert/strict";

export const themes = ["light", "dark"];

/** What is at a path: `color.palette`. */
const at = (view, path) => path.split(".").reduce((part, name) => part[name], view);

export default {
  async "every control sets its property, and the scale stays in cosine"(lens) {
    await lens.open("example", { token: 1 });
    const { page } = lens;
    for (const [label, value, key] of [
      ["all means", "winner", "aggregate"],
      ["scale", "token", "color.scale"],
      ["palette", "cividis", "color.palette"],
      ["colours", "multiply", "color.blend"],
      ["cells", "smooth", "cells"],
    ]) {
      await page.getByLabel(label, { exact: true }).selectOption(value);
      assert.equal(at(await lens.view(), key), value);
    }
    await lens.frame();
    assert.match(await page.locator(".cl-side").innerText(), /Scale, cosine[\s\S]*range of this map/);
    assert.match(await page.locator(".cl-origin").innerText(), /cosine 0.10 to 0.17 \(range of this map\)/);
    for (const [label, key, expected] of [
      ["opacity", "color.opacity", 0.85],
      ["best marked", "marks.best", 1],
      ["contours", "marks.contours", 1],
    ]) {
      await page.getByLabel(label, { exact: true }).press("ArrowRight");
      assert.equal(at(await lens.view(), key), expected);
    }
    await page.getByLabel("threshold", { exact: true }).press("ArrowRight");
    assert.ok((await lens.view()).color.threshold !== null);
    await page.getByRole("button", { name: "threshold: auto" }).click();
    assert.equal((await lens.view()).color.threshold, null);
  },

  async "best patches are listed with their values; choosing one locks it"(lens) {
    await lens.open("example", { token: 1 });
    const rows = await lens.page.locator(".cl-best tbody tr").allInnerTexts();
    assert.match(rows[0], /1\s+row 1, column 2\s+0.170/);
    assert.match(rows[4], /5\s+row 0, column 1\s+0.110/);
    await lens.page.getByRole("button", { name: "row 1, column 0" }).click();
    assert.deepEqual((await lens.view()).region, { row: 1, column: 0, rows: 1, columns: 1 });
  },

  async "the strip ranks the pages of the query and changes the page, keeping the word"(lens) {
    await lens.open("pages", { token: 1 });
    const names = () =>
      lens.page.locator(".cl-thumb").evaluateAll((all) => all.map((e) => e.getAttribute("aria-label")));
    assert.deepEqual(await names(), [
      "3 1.80, page 3 of 4 of report.pdf",
      "1 1.60, page 1 of 4 of report.pdf",
      "2 1.40, page 2 of 4 of report.pdf",
    ]);
    await lens.page.locator(".cl-thumb").nth(2).click();
    await lens.frame();
    assert.deepEqual([(await lens.view()).result, (await lens.view()).token], ["r1", 1]);
    const box = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    assert.ok(Math.abs(box.width / box.height - 5 / 3) < 0.01, "a landscape page is landscape");
    await lens.page.getByRole("button", { name: "History" }).click();
    await lens.page.getByRole("button", { name: "winter load" }).click();
    await lens.frame();
    assert.deepEqual([(await lens.view()).result, (await lens.view()).token], ["r3", null]);
    assert.equal(await lens.page.getByLabel("Query", { exact: true }).inputValue(), "winter load");
  },

  async "a query goes to the kernel; without one the lens says what to do"(lens) {
    await lens.open("example");
    const query = lens.page.getByLabel("Query", { exact: true });
    await query.fill("  wind share ");
    await query.press("Enter");
    assert.deepEqual(await lens.page.evaluate(() => window.gallery.asked), ["wind share"]);
    await query.fill("   ");
    await query.press("Enter");
    await lens.page.evaluate(() => window.gallery.handle.setLive(false));
    assert.equal(await lens.page.getByRole("button", { name: "Ask" }).isDisabled(), true);
    assert.match(await query.getAttribute("title"), /needs a running kernel/);
    assert.equal(await lens.page.evaluate(() => window.gallery.asked.length), 1);
  },

  async "busy, error, waiting and refused are shown in words"(lens) {
    await lens.open("example");
    const status = (s) => lens.page.evaluate((v) => window.gallery.handle.setStatus(v), s);
    await status({ busy: "Embedding page 2 of 4", fraction: 0.25, error: null });
    assert.match(await lens.page.locator(".cl-status").innerText(), /Embedding page 2 of 4/);
    assert.equal(await lens.page.locator("progress").getAttribute("value"), "0.25");
    await status({ busy: null, fraction: null, error: "invalid query: empty, expected words" });
    assert.equal(await lens.page.getByRole("alert").innerText(), "invalid query: empty, expected words");
    assert.match(
      await lens.page.locator(".cl-score").innerText(),
      /score 1.60 = patches 1.35 \+ off-image 0.25/,
    );
    await lens.open("empty");
    assert.match(await lens.page.locator(".cl-lens").innerText(), /Waiting for the kernel/);
    await lens.page.evaluate(() => window.gallery.handle.fail("This lens cannot be shown: <b>invalid</b>"));
    await lens.frame();
    assert.equal(await lens.page.getByRole("alert").innerText(), "This lens cannot be shown: <b>invalid</b>");
  },

  async "400 px wide: the panel folds under the page and nothing sticks out"(lens) {
    await lens.page.setViewportSize({ width: 400, height: 900 });
    for (const state of ["example", "pages", "grid 7 x 5", "hostile"]) {
      await lens.open(state, { scope: "all" });
      const [paper, side] = [
        await lens.page.locator(".cl-stage .cl-paper").boundingBox(),
        await lens.page.locator(".cl-side").boundingBox(),
      ];
      assert.ok(paper.width > 200, `${state}: ${paper.width}`);
      assert.ok(side.y >= paper.y + paper.height, state);
      const width = await lens.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 400, `${state}: ${width} px`);
    }
  },

  async "the numbers are there as a table"(lens) {
    await lens.open("example");
    await lens.page.locator(".cl-table tbody tr").first().waitFor();
    const rows = await lens.page.locator(".cl-table tbody tr").allInnerTexts();
    assert.equal(rows.length, 5);
    assert.match(rows[4], /\[MASK\]\s+augmentation \(best is off-image\)\s+0.720\s+0.470\s+1\s+2/);
  },
};
