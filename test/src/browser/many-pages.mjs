/** The list of pages with one, with twelve of two hundred, with two hundred. */
import assert from "node:assert/strict";

export default {
  async "it says how many there are, and finds a page by its number where there are many"(lens) {
    const { page } = lens;
    for (const [state, count, says, findable] of [
      ["1 page", 1, "1 page", false],
      ["12 of 200 pages", 12, "12 of 200 pages", false],
      ["200 pages", 200, "All 200 pages", true],
    ]) {
      await lens.openAtRest(state);
      assert.equal(await page.locator(".cl-thumb").count(), count, state);
      assert.equal(await page.locator(".cl-page-count").innerText(), says);
      assert.equal(await page.locator(".cl-go-to").isVisible(), findable, state);
    }
    const field = page.getByLabel("Go to page", { exact: true });
    await field.fill("37");
    await field.press("Enter");
    await lens.frame();
    // Page 200 is the best, page 37 the 164th.
    assert.equal((await lens.view()).result, "r163");
    assert.match(await page.locator(".cl-fact-page").textContent(), /^page 37 of 200/);
    const [list, thumb] = await Promise.all(
      [".cl-page-list", '.cl-thumb[aria-pressed="true"]'].map((s) => page.locator(s).boundingBox()),
    );
    assert.ok(thumb.y >= list.y - 1 && thumb.y + thumb.height <= list.y + list.height + 1, "it is in sight");
    await field.fill("999");
    await field.press("Enter");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
  },

  async "the best page is first; of two hundred only those near by are painted, and those scrolled to"(lens) {
    const { page } = lens;
    await lens.openAtRest("200 pages");
    assert.deepEqual((await page.locator(".cl-thumb-number").allInnerTexts()).slice(0, 3), [
      "200",
      "199",
      "198",
    ]);
    const painted = () =>
      page
        .locator(".cl-thumb")
        .evaluateAll((all) =>
          all.flatMap((thumb, i) => (thumb.querySelector("img")?.getAttribute("src") ? [i] : [])),
        );
    await page.waitForFunction(() => document.querySelector(".cl-thumb img").getAttribute("src"));
    assert.ok((await painted()).length < 30, `${(await painted()).length} painted`);
    await page.locator(".cl-page-list").evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.waitForFunction(() =>
      Array.from(document.querySelectorAll(".cl-thumb img")).at(-1).getAttribute("src"),
    );
    assert.ok((await painted()).length < 60, "what was passed by is not painted");
  },
};
