import assert from "node:assert/strict";
import { hottest, nextFrame, shown, spread, viewWhere } from "../page.mjs";

export const themes = ["light", "dark"];

export default {
  async "at 200 % text nothing is cut off or laid over something else"(lens) {
    await lens.page.addStyleTag({ content: ":root { font-size: 32px }" });
    for (const width of [1180, 500]) {
      await lens.page.setViewportSize({ width, height: 1000 });
      await lens.open("pages", { token: 0 });
      const cut = await lens.page.evaluate(() =>
        Array.from(document.querySelectorAll(".cl-lens :is(button, label, h3, td, th, p)"))
          .filter(
            (e) =>
              e.checkVisibility() &&
              !e.closest(".cl-hidden, .cl-chip, .cl-finding") &&
              e.scrollWidth > e.clientWidth + 1 &&
              e.clientWidth > 0,
          )
          .map(
            (e) =>
              `${e.className || e.tagName}: ${e.textContent.slice(0, 30)} (${e.scrollWidth} in ${e.clientWidth})`,
          ),
      );
      assert.deepEqual(cut, [], `${width} px`);
      assert.ok(
        (await lens.page.evaluate(() => document.documentElement.scrollWidth)) <= width,
        `${width} px`,
      );
    }
  },

  async "by touch: a tap selects a word and reads a patch out, one finger scrolls, two fingers zoom"(lens) {
    const context = await lens.page
      .context()
      .browser()
      .newContext({ hasTouch: true, viewport: { width: 800, height: 900 } });
    const page = await context.newPage();
    await page.goto(lens.page.url());
    await page.evaluate(() => window.gallery.open("grid 2 x 3"));
    await shown(page);
    await spread(page);
    await page.locator(".cl-chip").nth(3).tap();
    await viewWhere(page, ({ token }) => token !== null);
    assert.equal(await page.evaluate(() => window.gallery.views.at(-1).token), 2);
    const box = await page.locator(".cl-stage .cl-paper").boundingBox();
    await page.touchscreen.tap(box.x + box.width * 0.5, box.y + box.height * 0.75);
    await viewWhere(page, ({ region }) => region !== null);
    await nextFrame(page);
    assert.deepEqual(await page.evaluate(() => window.gallery.views.at(-1).region), {
      row: 1,
      column: 1,
      rows: 1,
      columns: 1,
    });
    assert.match(await page.locator(".cl-tip").innerText(), /row 1, column 1/);
    assert.match(
      await page.locator(".cl-stage").evaluate((e) => getComputedStyle(e).touchAction),
      /pan-[xy] pan-[xy]/,
    );
    const client = await context.newCDPSession(page);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const touch = (type, gap) =>
      client.send("Input.dispatchTouchEvent", {
        type,
        touchPoints:
          gap === null
            ? []
            : [
                { x: x - gap, y, id: 0 },
                { x: x + gap, y, id: 1 },
              ],
      });
    await touch("touchStart", 20);
    for (const gap of [30, 45, 60]) await touch("touchMove", gap);
    await touch("touchEnd", null);
    await viewWhere(page, ({ zoom }) => zoom.scale > 1);
    assert.ok((await page.evaluate(() => window.gallery.views.at(-1).zoom.scale)) > 2);
    await context.close();
  },

  async "nothing moves by itself, with or without reduced motion"(lens) {
    for (const reducedMotion of ["no-preference", "reduce"]) {
      await lens.page.emulateMedia({ reducedMotion });
      await lens.open("pages");
      const moving = await lens.page.evaluate(() => document.getAnimations().length);
      assert.equal(moving, 0);
    }
  },

  async "with forced colours the map keeps its colours"(lens) {
    await lens.page.emulateMedia({ forcedColors: "active" });
    await lens.open("grid 2 x 3", { token: 4, marks: { best: 0 } });
    assert.equal(hottest(await lens.cells(2, 3)), 4);
  },
};
