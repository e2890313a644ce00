import assert from "node:assert/strict";

export const themes = ["light", "dark"];

const status = (page, now) =>
  page.evaluate(
    (s) => window.gallery.handle.setStatus({ busy: null, fraction: null, error: null, ...s }),
    now,
  );

export default {
  async "cause is offered, measured, shown as it refines, and stopped"(lens) {
    const { page } = lens;
    await page.evaluate(() => {
      window.gallery.measured = [];
    });
    await lens.openAtRest("example");
    const quantities = page.locator(".cl-quantities button");
    assert.deepEqual(await quantities.allInnerTexts(), ["Similarity", "Attention", "Cause"]);
    await quantities.nth(2).click();
    const offer = page.locator(".cl-offer");
    assert.match(await offer.innerText(), /^Cause is not measured yet\. .+ covered one after the other/);
    // The offer goes with what it was made for.
    await lens.setView({ word: 0 });
    assert.equal(await offer.isVisible(), false);
    await quantities.nth(2).click();
    await offer.getByRole("button", { name: "Measure" }).click();
    assert.deepEqual(await page.evaluate(() => window.gallery.measured), ["score-drop"]);
    assert.equal(await offer.isVisible(), false);
    await status(page, { busy: "Covering part 3 of 12. About 9 seconds left.", fraction: 0.25 });
    const band = page.locator(".cl-status");
    assert.match(await band.innerText(), /^Covering part 3 of 12\. About 9 seconds left\.\s*Stop$/);
    await band.getByRole("button", { name: "Stop" }).click();
    assert.deepEqual(await page.evaluate(() => window.gallery.measured), ["score-drop", "stop"]);
    await status(page, {});
    // What the kernel asks by itself is nothing that was started here.
    await status(page, { busy: "Asking" });
    assert.equal(await band.locator("button").count(), 1);
    assert.equal(await band.locator("button").isVisible(), false);
  },

  async "where nothing can be measured nothing is offered"(lens) {
    const { page } = lens;
    await lens.openAtRest("example");
    assert.equal(await page.locator(".cl-quantities").isVisible(), false);
    await page.evaluate(() => {
      window.gallery.measured = [];
    });
    await lens.openAtRest("example");
    await page.evaluate(() => window.gallery.handle.setLive(false));
    await lens.frame();
    assert.equal(await page.locator(".cl-quantities").isVisible(), false);
  },

  async "similarity, cause and their places differ in pixels; a fall and a rise have two colours"(lens) {
    const { page } = lens;
    await lens.open("cause");
    const { rows, columns } = { rows: 2, columns: 3 };
    const similarity = await lens.cells(rows, columns);
    await page.locator(".cl-quantities button", { hasText: "Cause" }).click();
    await lens.leave();
    const cause = await lens.cells(rows, columns);
    assert.equal((await lens.view()).quantity, "score-drop");
    const far = (a, b) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));
    // Row 1, column 1 falls, row 0, column 2 rises, row 1, column 0 stays as it was printed.
    assert.ok(far(cause[1][1], cause[0][2]) > 30, "a fall and a rise look different");
    assert.ok(far(cause[1][1], cause[1][0]) > 30, "a fall is painted");
    assert.ok(far(cause[0][2], cause[1][0]) > 15, "a rise is painted");
    assert.ok(cause[1][1][0] > cause[1][1][2] && cause[0][2][2] > cause[0][2][0], "warm falls, cool rises");
    const differing = similarity.flat().filter((cell, i) => far(cell, cause.flat()[i]) > 15).length;
    assert.ok(differing >= 2, `${differing} cells differ from similarity`);
    // Neither blank nor turned on its side: what neither map has anything of is paper, and row and column are not changed.
    const quiet = [cause[0][0], cause[0][1], cause[1][0], cause[1][2]];
    assert.ok(Math.max(...quiet.map((cell) => far(cell, cause[1][0]))) < 12, "nothing else is painted");
  },

  async "the panel lists what the score loses and gains where it is covered"(lens) {
    const { page } = lens;
    await lens.open("cause");
    const title = page.locator(".cl-hit-list h3");
    assert.equal(await title.innerText(), "Hits");
    await page.locator(".cl-quantities button", { hasText: "Cause" }).click();
    await lens.leave();
    assert.equal(await title.innerText(), "When covered");
    assert.equal(await page.locator(".cl-hit-rows").getAttribute("aria-label"), "When covered");
    assert.deepEqual(
      (await page.locator(".cl-hit-value").allInnerTexts()).map((text) => text.trim()),
      ["\u22120.50"],
    );
    await page.locator(".cl-quantities button", { hasText: "Similarity" }).click();
    await lens.leave();
    assert.equal(await title.innerText(), "Hits");
  },

  async "the difference of two causes: what both have is not painted, what B has more is cool"(lens) {
    await lens.open("cause of two", { quantity: "score-drop", compare: "r2" });
    const apart = await lens.cells(4, 3);
    await lens.page.locator(".cl-quantities button[data-key=difference]").click();
    await lens.leave();
    const { difference, quantity } = await lens.view();
    assert.deepEqual([difference, quantity], [true, "score-drop"]);
    const minus = await lens.cells(4, 3);
    const far = (a, b) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));
    const paper = minus[3][2];
    assert.ok(far(apart[1][1], paper) > 30, "A falls there");
    assert.ok(far(minus[1][1], paper) < 12, "B falls as much there");
    assert.ok(far(apart[2][0], paper) < 12, "A does not fall where B does");
    assert.ok(far(minus[2][0], paper) > 15 && minus[2][0][2] > minus[2][0][0], "B falls more there");
  },
};
