import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => window.axe.run(document.querySelector("main")));
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")} ${v.nodes[0].failureSummary}`);
}

async function byKeyboard(lens) {
  await lens.open("pages");
  const { page } = lens;
  const focused = () =>
    page.evaluate(
      () => document.activeElement.getAttribute("aria-label") ?? document.activeElement.className,
    );
  const tabTo = async (what) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      // Past the last element the browser's own controls have their turn.
      if (await page.evaluate(() => document.activeElement === document.body)) continue;
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(outline, "none", `focus shows on ${await focused()}`);
      if (await page.evaluate((s) => document.activeElement.matches(s), what)) return;
    }
    assert.fail(`no way to ${what} by Tab`);
  };
  await tabTo(".cl-query");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("new words");
  await page.keyboard.press("Enter");
  assert.deepEqual(await page.evaluate(() => window.gallery.asked), ["new words"]);
  await tabTo(".cl-chip");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  assert.equal((await lens.view()).token, 0);
  await tabTo(".cl-stage .cl-paper");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await lens.frame();
  assert.match(
    await page.locator("[aria-live]").innerText(),
    /^row 1, column 1: “solar” 0\.\d+\. .*share 0\.\d+/,
  );
  await page.keyboard.press("Enter");
  assert.deepEqual((await lens.view()).region, { row: 1, column: 1, rows: 1, columns: 1 });
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  assert.deepEqual((await lens.view()).region, { row: 1, column: 1, rows: 2, columns: 2 });
  await page.keyboard.press("Escape");
  assert.equal((await lens.view()).region, null);
  await page.keyboard.press("+");
  assert.equal((await lens.view()).zoom.scale, 1.5);
  await page.keyboard.press("0");
  await tabTo("[id^=cl-palette]");
  await page.keyboard.press("ArrowDown");
  assert.equal((await lens.view()).color.palette, "amber");
  await tabTo(".cl-fold-numbers summary");
  await page.locator(".cl-table tbody tr").first().waitFor();
  await tabTo(".cl-compare");
  await page.keyboard.press("Enter");
  await tabTo(".cl-menu-compare .cl-item");
  await page.keyboard.press("Enter");
  assert.notEqual((await lens.view()).compare, null);
  await tabTo(".cl-quantities [data-key=difference]");
  await page.keyboard.press("Enter");
  assert.equal((await lens.view()).difference, true);
  await tabTo(".cl-thumb");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  assert.notEqual((await lens.view()).result, "r0");
  await tabTo(".cl-enlarge");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".cl-large").count(), 1);
  await page.keyboard.press("Escape");
  await tabTo(".cl-share");
  await page.keyboard.press("Enter");
  await tabTo(".cl-menu-share button");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".cl-menu-share").isVisible(), false);
}

export const themes = ["light", "dark"];

export default {
  async "axe finds nothing"(lens) {
    for (const [state, view] of [
      ["empty", {}],
      ["example", { scope: "all", token: 4 }],
      ["pages", { token: 0, marks: { best: 3 } }],
      ["report", { word: 3, compare: "r2" }],
      ["report", { compare: "r1", difference: true }],
      ["report", { layout: "multiples" }],
    ]) {
      await lens.open(state, view);
      assert.deepEqual(await violations(lens.page), [], `${state} ${JSON.stringify(view)}`);
    }
    await lens.page.getByRole("button", { name: "Larger view" }).click();
    for (const menu of ["History", "Compare", "Share", "Details", "?"]) {
      await lens.page.getByRole("button", { name: menu, exact: true }).click();
      assert.deepEqual(await violations(lens.page), [], `larger, with the menu ${menu} open`);
    }
  },

  async "JupyterLab leaves the keys to every element that takes them"(lens) {
    await lens.open("pages", { scope: "all" });
    const bare = await lens.page.evaluate(() =>
      Array.from(document.querySelectorAll(".cl-lens :is(button, input, select, summary, [tabindex])"))
        .filter((e) => !e.hasAttribute("data-lm-suppress-shortcuts"))
        .map((e) => e.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(bare, []);
  },

  "by keyboard alone: ask, choose a word, walk on the page, select patches, zoom, change a setting, compare, change the page, read the numbers, enlarge, save":
    byKeyboard,

  async "by keyboard alone, faster than the browser paints"(lens) {
    await lens.delayFrames(150);
    await byKeyboard(lens);
  },

  async "a screen reader gets the picture in words"(lens) {
    await lens.open("example", { token: 1 });
    const label = await lens.page.locator(".cl-stage .cl-paper").getAttribute("aria-label");
    assert.match(
      label,
      /^Similarity map of “peak” for the query “peak loads” on page 1 of 4 of report\.pdf\. “peak” is strongest at the bottom right of the page \(0\.17\)/,
    );
    assert.equal(await lens.page.getByRole("toolbar", { name: "Words and tokens of the query" }).count(), 1);
  },
};
