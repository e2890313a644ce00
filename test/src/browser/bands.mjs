/** What is said over the page of the lens and its kernel. */
import assert from "node:assert/strict";

export const themes = ["light", "dark"];

export default {
  async "waiting, an edited query, an error and a kernel that is gone are told one at a time, each with what to do"(
    lens,
  ) {
    await lens.openAtRest("example");
    const { page } = lens;
    const seen = async () => (await page.locator(".cl-band:visible").allInnerTexts()).map((t) => t.trim());
    const status = async (s) => {
      await page.evaluate((v) => window.gallery.handle.setStatus(v), {
        fraction: null,
        busy: null,
        error: null,
        ...s,
      });
      await lens.frame();
    };
    assert.deepEqual(await seen(), []);
    const query = page.getByLabel("Query", { exact: true });
    await query.fill("wind share");
    assert.match((await seen()).join(), /^The query has changed\. This is still the answer to the old one\./);
    await page.locator(".cl-stale").getByRole("button").click();
    assert.deepEqual(await page.evaluate(() => window.gallery.asked), ["wind share"]);
    await status({ busy: "Reading page 88 of 200", fraction: 0.44 });
    assert.deepEqual(await seen(), ["Reading page 88 of 200"]);
    assert.equal(await page.locator("progress").getAttribute("value"), "0.44");
    await status({ error: "page 12 is encrypted" });
    assert.match((await seen()).join(), /^page 12 is encrypted/);
    await page.locator(".cl-band:visible").getByRole("button", { name: "Close" }).click();
    await query.press("Escape");
    assert.equal(await query.inputValue(), "peak loads", "Escape gives the old query back");
    assert.deepEqual(await seen(), []);
    await page.evaluate(() => window.gallery.handle.setLive(false));
    assert.match((await seen()).join(), /^The kernel has stopped\. Everything here still works/);
    await lens.chip("peak").click();
    assert.equal((await lens.view()).word, 0);
    await page.evaluate(() => window.gallery.handle.setLive(true));
    assert.deepEqual(await seen(), []);
  },
};
