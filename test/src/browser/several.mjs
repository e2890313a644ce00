import assert from "node:assert/strict";
import { cellsOf, hottest } from "../page.mjs";

export const themes = ["light", "dark"];

export default {
  async "small multiples: a map per word, each with its hottest cell in place; a click selects"(lens) {
    await lens.open("grid 2 x 3", { layout: "multiples", top: 0 });
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
    const cursors = await lens.page
      .locator(".cl-small .cl-cursor")
      .evaluateAll((all) => all.map((e) => `${e.hidden} ${e.style.left} ${e.style.top}`));
    assert.equal(cursors.length, 7);
    for (const cursor of cursors) assert.match(cursor, /^false 66\.\d+% 0%$/);
    await lens.leave();
    assert.equal(await lens.page.locator(".cl-small .cl-cursor:visible").count(), 0);
  },

  async "A beside B: same words, same scale, one pointer"(lens) {
    await lens.open("pages", { token: 1, top: 0, compare: 2 });
    const names = await lens.page.locator(".cl-stage-name:visible").allInnerTexts();
    assert.match(names[0], /^A: “solar share” · page 1 of 4/);
    assert.match(names[1], /^B: “solar share” · page 3 of 4/);
    const [a, b] = [
      lens.page.locator(".cl-stages .cl-paper").nth(0),
      lens.page.locator(".cl-stages .cl-paper").nth(1),
    ];
    assert.equal(hottest(await cellsOf(a, 4, 3)), 1);
    assert.equal(hottest(await cellsOf(b, 4, 3)), 1);
    await lens.point(0.5, 0.1);
    const said = await lens.page.locator(".cl-readout:visible").allInnerTexts();
    assert.equal(said.length, 2);
    assert.match(said[0], /row 0, column 1\s+“share” 0.800/);
    assert.match(said[1], /row 0, column 1\s+“share” 0.900/);
  },

  async "the difference map shows A minus B about 0"(lens) {
    await lens.open("pages", { token: 1, top: 0 });
    await lens.page.getByLabel("with").selectOption("2");
    await lens.page.getByLabel("difference").check();
    await lens.frame();
    assert.deepEqual([(await lens.view()).compare, (await lens.view()).difference], [2, true]);
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^Difference of “share” minus “share”/);
    assert.match(
      await lens.page.locator(".cl-side").innerText(),
      /Scale, difference of cosines[\s\S]*symmetric about 0/,
    );
    await lens.point(0.5, 0.1);
    assert.match(await lens.page.locator(".cl-readout").first().innerText(), /“share” minus “share” −0.100/);
    // Every cell is .1 less: all of it in the low colour, which is purple (blue above green).
    for (const [, g, b] of (await lens.cells(4, 3)).flat().slice(3)) assert.ok(b > g + 20);
  },
};
