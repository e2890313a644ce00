import assert from "node:assert/strict";
import { cellsOf, hottest } from "../page.mjs";

export const themes = ["light", "dark"];

export default {
  async "small multiples: a map per word, each with its hottest cell in place; a click selects"(lens) {
    await lens.open("grid 2 x 3", { layout: "multiples", marks: { best: 0 } });
    const papers = lens.page.locator(".cl-small .cl-paper");
    assert.equal(await papers.count(), 7);
    for (let t = 0; t < 6; t++) assert.equal(hottest(await cellsOf(papers.nth(t + 1), 2, 3)), t, `word${t}`);
    await lens.page.locator(".cl-small").nth(5).click();
    assert.equal((await lens.view()).token, 4);
    assert.equal((await lens.view()).layout, "multiples");
  },

  async "small multiples point at the same place together"(lens) {
    await lens.open("grid 2 x 3", { layout: "multiples" });
    const box = await lens.page.locator(".cl-small .cl-paper").nth(2).boundingBox();
    await lens.page.mouse.move(box.x + box.width * 0.9, box.y + box.height * 0.2);
    await lens.frame();
    const cursors = await lens.page.locator(".cl-small .cl-cursor").evaluateAll((all) =>
      all.map((e) => {
        const [own, page] = [e, e.parentElement].map((of) => of.getBoundingClientRect());
        const [column, row] = [(own.left - page.left) / own.width, (own.top - page.top) / own.height];
        return `${e.hidden} ${column.toFixed(1)} ${row.toFixed(1)} ${(page.width / own.width).toFixed(1)}`;
      }),
    );
    assert.equal(cursors.length, 7);
    for (const cursor of cursors) assert.equal(cursor, "false 2.0 0.0 3.0");
    await lens.leave();
    assert.equal(await lens.page.locator(".cl-small .cl-cursor:visible").count(), 0);
  },

  async "A beside B: same words, same scale, one pointer"(lens) {
    await lens.open("pages", { token: 1, marks: { best: 0 }, compare: "r2" });
    const names = await lens.page.locator(".cl-stage-name:visible").allInnerTexts();
    assert.match(names[0], /^A\s*“solar share” · page 1 of 4/);
    assert.match(names[1], /^B\s*“solar share” · page 3 of 4/);
    const [a, b] = [
      lens.page.locator(".cl-stages .cl-paper").nth(0),
      lens.page.locator(".cl-stages .cl-paper").nth(1),
    ];
    assert.equal(hottest(await cellsOf(a, 4, 3)), 1);
    assert.equal(hottest(await cellsOf(b, 4, 3)), 1);
    await lens.point(0.5, 0.1);
    const said = await lens.page.locator(".cl-tip:visible").allInnerTexts();
    assert.equal(said.length, 2);
    assert.match(said[0], /row 0, column 1\s+0.800\s+“share”/);
    assert.match(said[1], /row 0, column 1\s+0.900\s+“share”/);
  },

  async "a selection on B is B's: drawn there, clicked, by keyboard, on another grid; it moves with its page"(
    lens,
  ) {
    const { page } = lens;
    const papers = page.locator(".cl-stages .cl-paper");
    /** Rectangles of the region on each page, in fractions of the page. */
    const regions = () =>
      page.evaluate(() =>
        Array.from(document.querySelectorAll(".cl-stages .cl-paper"), (paper) =>
          Array.from(paper.querySelectorAll(".cl-region rect:last-child"), (rect) => {
            const [box, of] = [rect.getBoundingClientRect(), paper.getBoundingClientRect()];
            const round = (v) => Math.round(v * 20) / 20 + 0;
            return [
              round((box.left - of.left) / of.width),
              round((box.top - of.top) / of.height),
              round((box.right - of.left) / of.width),
              round((box.bottom - of.top) / of.height),
            ];
          }),
        ),
      );
    const drag = async (paper, from, to) => {
      const box = await paper.boundingBox();
      await page.keyboard.down("Shift");
      await page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 3 });
      await lens.frame();
      const during = await regions();
      await page.mouse.up();
      await page.keyboard.up("Shift");
      await lens.leave();
      return during;
    };
    // A has 4 x 3 patches, B 3 x 5.
    await lens.open("pages", { token: 1, marks: { best: 0 }, compare: "r1" });
    const during = await drag(papers.nth(1), [0.3, 0.1], [0.95, 0.9]);
    assert.deepEqual(during, [[], [[0.2, 0, 1, 1]]], "while it is drawn");
    assert.deepEqual((await lens.view()).region, { row: 0, column: 1, rows: 3, columns: 4, side: "b" });
    assert.deepEqual(await regions(), during);
    await drag(papers.nth(0), [0.1, 0.1], [0.4, 0.9]);
    assert.deepEqual((await lens.view()).region, { row: 0, column: 0, rows: 4, columns: 2 });
    assert.deepEqual(await regions(), [[[0, 0, 0.65, 1]], []]);
    const box = await papers.nth(1).boundingBox();
    await page.mouse.click(box.x + 0.9 * box.width, box.y + 0.9 * box.height);
    await lens.leave();
    assert.deepEqual((await lens.view()).region, { row: 2, column: 4, rows: 1, columns: 1, side: "b" });
    const said = await page.locator(".cl-tip:visible").allInnerTexts();
    assert.equal(said.length, 1);
    assert.match(said[0], /^row 2, column 4\s+0\.0\d+\s+“share”/);
    await papers.nth(1).press("ArrowLeft");
    await lens.frame();
    assert.match(await page.locator("[aria-live]").innerText(), /^row 2, column 3: “share”/);
    // The same place on A: seven tenths across, five sixths down.
    assert.match(await page.locator(".cl-tip").first().innerText(), /^row 3, column 2/);
    await page.keyboard.press("Enter");
    assert.deepEqual((await lens.view()).region, { row: 2, column: 3, rows: 1, columns: 1, side: "b" });
    await page.keyboard.press("Shift+ArrowRight");
    assert.deepEqual((await lens.view()).region, { row: 2, column: 3, rows: 1, columns: 2, side: "b" });
    await page.locator(".cl-thumb").nth(2).click();
    await lens.leave();
    const swapped = await lens.view();
    assert.deepEqual([swapped.result, swapped.compare], ["r1", "r0"]);
    assert.deepEqual(swapped.region, { row: 2, column: 3, rows: 1, columns: 2 });
    assert.deepEqual(await regions(), [[[0.6, 0.65, 1, 1]], []]);
    await lens.setView({
      result: "r0",
      compare: "r1",
      region: { row: 0, column: 4, rows: 1, columns: 1, side: "b" },
    });
    assert.deepEqual(await regions(), [[], [[0.8, 0, 1, 0.35]]]);
    await lens.setView({ compare: null });
    assert.deepEqual(await regions(), [[]]);
    assert.equal((await page.evaluate(() => window.gallery.shown().view)).region, null);
  },

  async "on a difference of two grids A's patches are selected, where they are"(lens) {
    await lens.open("pages", { token: 1, marks: { best: 0 }, compare: "r1", difference: true });
    const { page } = lens;
    const box = await lens.point(0.45, 0.3);
    // The map is on 4 x 5 patches, A on 4 x 3.
    assert.match(await page.locator(".cl-tip").first().innerText(), /^row 1, column 2/);
    await page.keyboard.down("Shift");
    await page.mouse.down();
    await page.mouse.move(box.x + 0.95 * box.width, box.y + 0.95 * box.height, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    await lens.leave();
    assert.deepEqual((await lens.view()).region, { row: 1, column: 1, rows: 3, columns: 2 });
    const [mark, paper] = await page.evaluate(() =>
      [".cl-stage .cl-region rect:last-child", ".cl-stage .cl-paper"].map((s) =>
        document.querySelector(s).getBoundingClientRect().toJSON(),
      ),
    );
    assert.ok(Math.abs((mark.left - paper.left) / paper.width - 1 / 3) < 0.02);
    assert.ok(Math.abs((mark.top - paper.top) / paper.height - 1 / 4) < 0.02);
    await page.mouse.click(box.x + 0.95 * box.width, box.y + 0.05 * box.height);
    assert.deepEqual((await lens.view()).region, { row: 0, column: 2, rows: 1, columns: 1 });
  },

  async "the difference map shows A minus B about 0"(lens) {
    await lens.open("pages", { token: 1, marks: { best: 0 } });
    await lens.page.getByRole("button", { name: "Compare" }).click();
    await lens.page.locator(".cl-menu-compare .cl-item[data-key=r2]").click();
    await lens.page.getByRole("button", { name: "Difference", exact: true }).click();
    await lens.frame();
    assert.deepEqual([(await lens.view()).compare, (await lens.view()).difference], ["r2", true]);
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^A less B is largest /);
    assert.match(
      await lens.page.locator(".cl-side").innerText(),
      /Scale, difference of cosines[\s\S]*symmetric about 0/,
    );
    await lens.point(0.5, 0.1);
    assert.match(await lens.page.locator(".cl-tip").first().innerText(), /−0\.100\s+A 0\.80, B 0\.90/);
    // Every cell is .1 less: all of it in the low colour, which is purple (blue above green).
    for (const [, g, b] of (await lens.cells(4, 3)).flat().slice(3)) assert.ok(b > g + 20);
  },
};
