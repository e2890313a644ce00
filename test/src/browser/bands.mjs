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

  async "a kernel that says nothing to a question is busy with a cell, which is said until it answers"(lens) {
    await lens.openAtRest("example");
    const { page } = lens;
    const idle = { busy: null, fraction: null, error: null };
    const tell = (status) => page.evaluate((s) => window.gallery.handle.setStatus(s), status);
    await tell(idle);
    const query = page.getByLabel("Query", { exact: true });
    await query.fill("wind share");
    await query.press("Enter");
    const band = page.locator(".cl-status");
    await band.filter({ hasText: "The kernel is busy with a cell. What you asked for waits" }).waitFor();
    // It would stop the person's own cell.
    assert.equal(await band.getByRole("button", { name: "Stop" }).isVisible(), false);
    await tell({ ...idle, busy: "Asking" });
    assert.equal((await band.innerText()).trim(), "Asking");
    await tell({ ...idle });
    assert.equal(await band.isVisible(), false);
    await query.fill("peak");
    await query.press("Enter");
    await band.waitFor();
    await page.evaluate(() => window.gallery.handle.setLive(false));
    assert.equal(await band.isVisible(), false);
  },

  async "what else there is to know of a lens is said under everything else, until it is closed"(lens) {
    await lens.openAtRest("example");
    const { page } = lens;
    await page.evaluate(() => window.gallery.handle.setNotice("made by another version"));
    const notice = page.locator(".cl-notice");
    assert.match(await notice.innerText(), /^made by another version/);
    await page.getByLabel("Query", { exact: true }).fill("wind share");
    assert.equal(await notice.isVisible(), false);
    await page.getByLabel("Query", { exact: true }).press("Escape");
    await notice.getByRole("button", { name: "Close" }).click();
    assert.equal(await notice.isVisible(), false);
  },
};
