/** Where things stand: one line each on top, the page as the largest part, the same at every width, and nothing that moves. */
import assert from "node:assert/strict";

export const themes = ["light", "dark"];

const boxOf = (lens, selector) => lens.page.locator(selector).first().boundingBox();

/** What stands on the screen, with its place. */
const places = (lens, selectors) =>
  lens.page.evaluate(
    (all) =>
      all.map((s) => {
        const { x, y, width, height } = document.querySelector(s).getBoundingClientRect();
        return [s, x, y, width, height]
          .map((v) => (typeof v === "number" ? Math.round(v * 10) / 10 : v))
          .join(" ");
      }),
    selectors,
  );

const PARTS = [
  ".cl-head",
  ".cl-form",
  ".cl-share",
  ".cl-words",
  ".cl-stage",
  ".cl-stage .cl-paper",
  ".cl-ruler",
  ".cl-zoom",
  ".cl-wedge",
  ".cl-foot",
];

export default {
  async "at every width the lens is as tall as a cell bears, its head, words and foot are one line, nothing sticks out"(
    lens,
  ) {
    const { page } = lens;
    for (const [width, height] of [
      [600, 900],
      [1100, 900],
      [1920, 1080],
      [1100, 600],
      [400, 900],
    ])
      for (const state of ["report", "pages", "hostile"]) {
        await page.setViewportSize({ width, height });
        await lens.openAtRest(state, { scope: "all" });
        const what = `${state} at ${width} x ${height}`;
        const box = await boxOf(lens, ".cl-lens");
        assert.ok(
          box.height <= 720 && box.height <= Math.max(440, height - 110) + 1,
          `${what}: ${box.height} px tall`,
        );
        for (const [row, tall] of [
          [".cl-head", 44],
          [".cl-words", 42],
          [".cl-foot", 34],
        ]) {
          const { height: high, x, width: wide } = await boxOf(lens, row);
          assert.equal(high, tall, `${what}: ${row}`);
          assert.ok(x >= box.x && x + wide <= box.x + box.width, `${what}: ${row} is inside`);
          const middles = await page.locator(`${row} > :visible`).evaluateAll((all) =>
            all
              .map((e) => e.getBoundingClientRect())
              .filter((r) => r.height > 1 && r.width > 1)
              .map((r) => Math.round((r.top + r.bottom) / 2)),
          );
          assert.ok(
            Math.max(...middles) - Math.min(...middles) <= 2,
            `${what}: ${row} is one line: ${middles}`,
          );
        }
        const stage = await boxOf(lens, ".cl-stage");
        assert.ok(
          stage.width * stage.height > 0.3 * box.width * box.height,
          `${what}: the page has the most room`,
        );
        const scrolls = await page.evaluate(() => [
          document.documentElement.scrollWidth - innerWidth,
          document.querySelector(".cl-lens").scrollHeight - document.querySelector(".cl-lens").clientHeight,
        ]);
        assert.ok(scrolls[0] <= 0 && scrolls[1] <= 0, `${what}: ${scrolls}`);
      }
  },

  async "with columns pages stand left and the panel right; in one column tabs say which stands under the page"(
    lens,
  ) {
    const { page } = lens;
    await page.setViewportSize({ width: 1100, height: 900 });
    await lens.openAtRest("report");
    const [pages, stage, side] = await Promise.all(
      [".cl-pages", ".cl-stage", ".cl-side"].map((s) => boxOf(lens, s)),
    );
    assert.ok(pages.x + pages.width <= stage.x && stage.x + stage.width <= side.x);
    assert.equal(await page.locator(".cl-tabs").isVisible(), false);
    await page.setViewportSize({ width: 600, height: 900 });
    await lens.frame();
    const tabs = await boxOf(lens, ".cl-tabs");
    const wide = await boxOf(lens, ".cl-stage");
    assert.ok(tabs.y >= wide.y + wide.height && wide.width > 560);
    assert.deepEqual(
      [await page.locator(".cl-side").isVisible(), await page.locator(".cl-pages").isVisible()],
      [true, false],
    );
    await page.getByRole("button", { name: /^Pages/ }).click();
    assert.deepEqual(
      [await page.locator(".cl-side").isVisible(), await page.locator(".cl-pages").isVisible()],
      [false, true],
    );
    await page.locator(".cl-thumb").nth(1).click();
    assert.notEqual((await lens.view()).result, "r0");
  },

  async "Fit shows what is printed across the stage, Page the whole page; only the stage scrolls"(lens) {
    const { page } = lens;
    await lens.openAtRest("report");
    const [stage, sheet, paper] = await Promise.all(
      [".cl-stage", ".cl-sheet", ".cl-stage .cl-paper"].map((s) => boxOf(lens, s)),
    );
    assert.ok(
      sheet.width > stage.width - 42 && sheet.width <= stage.width - 30,
      `${sheet.width} in ${stage.width}`,
    );
    assert.ok(paper.width > sheet.width + 20, "the margins are not shown");
    const outside = await page.evaluate(() => {
      const { data, view } = window.gallery.shown();
      const of = data.pages[data.results[view.result].page];
      const sheet = document.querySelector(".cl-sheet").getBoundingClientRect();
      const paper = document.querySelector(".cl-stage .cl-paper").getBoundingClientRect();
      const scale = paper.width / of.width;
      return of.words.filter(
        ({ rect }) =>
          paper.left + rect.x * scale < sheet.left ||
          paper.left + (rect.x + rect.width) * scale > sheet.right,
      ).length;
    });
    assert.equal(outside, 0, "all print is shown");
    await page.getByRole("button", { name: "Whole page" }).click();
    await lens.frame();
    const whole = await boxOf(lens, ".cl-stage .cl-paper");
    assert.ok(whole.y >= stage.y && whole.y + whole.height <= stage.y + stage.height);
    const before = await page.evaluate(() => scrollY);
    await page.getByRole("button", { name: "Fit the width" }).click();
    await page.locator(".cl-stage").hover();
    await page.mouse.wheel(0, 120);
    await page.waitForFunction(() => document.querySelector(".cl-stage").scrollTop > 100);
    assert.equal(await page.evaluate(() => scrollY), before);
  },

  async "nothing moves by choosing or pointing at words, tokens, patches and hits, nor while the kernel works"(
    lens,
  ) {
    const { page } = lens;
    await lens.openAtRest("report", { scope: "all" });
    const before = await places(lens, PARTS);
    for (const word of ["battery", "giraffe", "beside", "All"]) {
      await lens.chip(word).hover();
      await lens.frame();
      assert.deepEqual(await places(lens, PARTS), before, `pointing at ${word}`);
      await lens.chip(word).click();
      await lens.frame();
      assert.deepEqual(await places(lens, PARTS), before, `choosing ${word}`);
    }
    const stage = await boxOf(lens, ".cl-stage");
    await page.mouse.click(stage.x + stage.width / 2, stage.y + stage.height / 2);
    await lens.frame();
    assert.deepEqual(await places(lens, PARTS), before, "a locked patch");
    for (const status of [
      { busy: "Reading page 88 of 200", fraction: 0.44, error: null },
      { busy: null, fraction: null, error: "no room on the disk" },
    ]) {
      await page.evaluate((s) => window.gallery.handle.setStatus(s), status);
      await lens.frame();
      assert.deepEqual(await places(lens, PARTS), before, JSON.stringify(status));
    }
  },
};
