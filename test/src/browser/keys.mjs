/** What keys do anywhere in the lens. */
import assert from "node:assert/strict";

export default {
  async "c copies the picture, s opens Share at its first item, arrows walk through it"(lens) {
    await lens.openAtRest("report");
    const { page } = lens;
    await page.evaluate(() => {
      window.copied = [];
      Object.defineProperty(navigator, "clipboard", {
        value: { write: async (items) => window.copied.push(...items.map((item) => item.types[0])) },
      });
    });
    await page.locator(".cl-count").click();
    await page.keyboard.press("c");
    await page.locator(".cl-toast").waitFor();
    assert.deepEqual(await page.evaluate(() => window.copied), ["image/png"]);
    await page.keyboard.press("s");
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    assert.equal(await page.locator(".cl-menu-share").isVisible(), true);
    assert.match(await focused(), /^Copy picture/);
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowDown");
    assert.match(await focused(), /^PDF/);
    await page.keyboard.press("ArrowUp");
    assert.match(await focused(), /^Whole page/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".cl-menu-share").isVisible(), false);
    assert.equal(await focused(), "Share");
    // Not while somebody writes, nor with the keys that copy text.
    await page.locator(".cl-query").focus();
    await page.keyboard.type("cs");
    await page.locator(".cl-count").click();
    await page.keyboard.press("Control+c");
    assert.equal(await page.locator(".cl-menu-share").isVisible(), false);
    assert.equal(await page.evaluate(() => window.copied.length), 1);
  },

  async "words, all words, maps, zoom, pages, enlarge and help"(lens) {
    await lens.openAtRest("report");
    const { page } = lens;
    const press = async (key) => {
      await page.keyboard.press(key);
      await lens.frame();
      return lens.view();
    };
    // Nothing that takes the focus by itself.
    await page.locator(".cl-count").click();
    assert.equal((await press("ArrowRight")).word, 0);
    assert.equal((await press("ArrowRight")).word, 1);
    assert.equal((await press("ArrowLeft")).word, 0);
    assert.equal((await press("a")).word, null);
    assert.equal((await press("ArrowLeft")).word, 3, "walks round");
    assert.equal((await press("m")).layout, "multiples");
    assert.equal((await press("m")).layout, "single");
    assert.equal((await press("+")).zoom.scale, 1.5);
    assert.equal((await press("-")).zoom.scale, 1);
    await press("w");
    const whole = await page.locator(".cl-stage .cl-paper").boundingBox();
    const stage = await page.locator(".cl-stage").boundingBox();
    assert.ok(whole.height <= stage.height);
    await press("0");
    assert.ok((await page.locator(".cl-stage .cl-paper").boundingBox()).width > whole.width * 1.2);
    assert.equal((await press("PageDown")).result, "r1");
    assert.equal((await press("PageUp")).result, "r0");
    await press("?");
    assert.equal(await page.locator(".cl-menu-help").isVisible(), true);
    assert.match(await page.locator(".cl-menu-help").innerText(), /next, previous hit/);
    await press("Escape");
    assert.equal(await page.locator(".cl-menu-help").isVisible(), false);
    await press("f");
    assert.equal(await page.locator(".cl-large").count(), 1);
    await press("f");
    assert.equal(await page.locator(".cl-large").count(), 0);
  },

  async "Escape closes a menu, then lets go of the patch, then of the word, then leaves the larger view"(
    lens,
  ) {
    await lens.openAtRest("report", { word: 0, region: { row: 3, column: 4, rows: 1, columns: 1 } });
    const { page } = lens;
    await page.getByRole("button", { name: "Larger view" }).click();
    await page.getByRole("button", { name: "Share" }).click();
    const pressed = async () => {
      await page.keyboard.press("Escape");
      await lens.frame();
      const { region, word } =
        (await lens.view()) ?? (await page.evaluate(() => window.gallery.shown().view));
      return [
        await page.locator(".cl-menu-share").isVisible(),
        region !== null,
        word !== null,
        (await page.locator(".cl-large").count()) === 1,
      ];
    };
    assert.deepEqual(await pressed(), [false, true, true, true]);
    assert.deepEqual(await pressed(), [false, false, true, true]);
    assert.deepEqual(await pressed(), [false, false, false, true]);
    assert.deepEqual(await pressed(), [false, false, false, false]);
  },

  async "Ctrl+Z takes settings back one by one, what a slider made together; not while somebody writes"(
    lens,
  ) {
    await lens.open("report");
    const { page } = lens;
    await lens.chip("battery").click();
    await page.getByLabel("Tint", { exact: true }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowLeft");
    assert.ok((await lens.view()).color.opacity < 1);
    await page.getByRole("button", { name: "Details" }).focus();
    await page.keyboard.press("Control+z");
    await lens.frame();
    assert.equal((await lens.view()).color.opacity, 1);
    assert.equal((await lens.view()).word, 0);
    await page.keyboard.press("Control+z");
    await lens.frame();
    assert.equal((await lens.view()).word, null);
    const count = await page.evaluate(() => window.gallery.views.length);
    await page.keyboard.press("Control+z");
    assert.equal(await page.evaluate(() => window.gallery.views.length), count, "nothing more to take back");
    const query = page.getByLabel("Query", { exact: true });
    await query.fill("wind");
    await query.press("n");
    await query.press("m");
    assert.equal(await query.inputValue(), "windnm");
    assert.equal(await page.evaluate(() => window.gallery.views.length), count);
  },
};
