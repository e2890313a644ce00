import assert from "node:assert/strict";
import { hottest } from "../page.mjs";

export const themes = ["light", "dark"];

export default {
  async "a lens fills the window, works there, and goes back where it was"(lens) {
    await lens.open("grid 7 x 5", { marks: { best: 0 } });
    const { page } = lens;
    const box = () => page.locator(".cl-lens").boundingBox();
    await page.setViewportSize({ width: 1500, height: 1100 });
    await lens.frame();
    const small = await box();
    const paper = await page.locator(".cl-stage .cl-paper").boundingBox();
    const below = await page.evaluate(() => document.querySelector("main").offsetHeight);
    await page.getByRole("button", { name: "Larger view" }).click();
    await lens.frame();
    assert.deepEqual(await box(), { x: 0, y: 0, width: 1500, height: 1100 });
    // No border is left around it.
    assert.deepEqual(await page.locator(".cl-lens-body").boundingBox(), await box());
    assert.ok((await page.locator(".cl-stage .cl-paper").boundingBox()).height > paper.height + 60);
    assert.equal(await page.evaluate(() => document.querySelector("main").offsetHeight), below);
    await lens.chip("word8").click();
    await lens.leave();
    assert.equal(hottest(await lens.cells(7, 5)), 8);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true);
    await page.getByRole("button", { name: "Back into the notebook" }).click();
    await lens.frame();
    assert.equal((await box()).width, small.width);
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Larger view");
  },

  async "Escape leaves the larger view; a lens that is closed in it leaves nothing behind"(lens) {
    await lens.open("example");
    const { page } = lens;
    await page.getByRole("button", { name: "Larger view" }).press("Enter");
    await lens.frame();
    assert.equal((await page.locator(".cl-lens").boundingBox()).x, 0);
    await page.keyboard.press("Escape");
    await lens.frame();
    assert.notEqual((await page.locator(".cl-lens").boundingBox()).x, 0);
    await page.getByRole("button", { name: "Larger view" }).press("Enter");
    await lens.open("grid 2 x 3");
    assert.equal(await page.locator("main > *").count(), 1);
    assert.equal(await page.locator(".cl-large").count(), 0);
  },
};
