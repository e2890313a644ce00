import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { unpackLens } from "../../../lib/core/index.js";
import { renderHtml, renderSvg, staticHtml } from "../../../lib/kernel/figures/index.js";

/** A public list of strings that break software, more than 200 of them with script in some form (MIT). */
const strings = createRequire(import.meta.url)("big-list-of-naughty-strings");
const SCRIPTED = /<|script|on\w+\s*=|javascript:/i;

/** A lens with each string as a word, and all of them in turn as query, document and model. */
async function open(lens, words = strings) {
  await lens.page.exposeFunction("alerted", (what) => lens.errors.push(`a script ran: ${what}`));
  await lens.page.evaluate((all) => {
    window.alert = window.alerted;
    return window.gallery.openWords(all);
  }, words);
  await lens.frame();
}

const packed = (lens) => lens.page.evaluate(() => window.gallery.core.packLens(window.gallery.shown()));

export default {
  async "each of a public list's hostile strings is text in the widget, and nothing runs"(lens) {
    assert.ok(strings.filter((s) => SCRIPTED.test(s)).length >= 200, "the list has its 200 scripts");
    await open(lens);
    const shown = await lens.page
      .locator(".cl-chip-label")
      .evaluateAll((all) => all.map((e) => e.textContent));
    const expected = await lens.page.evaluate(
      (all) => all.map((s) => window.gallery.core.printable(s, 60)),
      strings,
    );
    assert.deepEqual(shown.slice(1), expected);
    await lens.page.getByText("Numbers as a table").click();
    await lens.frame();
    const cells = await lens.page
      .locator(".cl-table tbody th")
      .evaluateAll((all) => all.map((e) => e.textContent));
    assert.equal(cells.length, strings.length);
    for (let i = 0; i < strings.length; i += 5)
      await lens.page.locator(".cl-chip").nth(i).dispatchEvent("click");
    await lens.point(0.5, 0.5);
    assert.equal(
      await lens.page
        .locator("main :is(script, iframe, object, embed, svg script, a, video, audio, link, meta)")
        .count(),
      0,
    );
    assert.equal(await lens.page.locator("main [onerror], main [onload], main [onclick]").count(), 0);
  },

  async "and in the static page, the SVG and the exported page"(lens) {
    // Figures have room for the first words only: let those be scripts.
    await open(
      lens,
      strings.filter((s) => SCRIPTED.test(s)),
    );
    const state = unpackLens(await packed(lens));
    const forms = { static: staticHtml(state), svg: await renderSvg(state), html: renderHtml(state) };
    for (const [name, markup] of Object.entries(forms)) {
      const context = await lens.page.context().browser().newContext({ offline: true });
      const page = await context.newPage();
      await page.exposeFunction("alerted", (what) => lens.errors.push(`${name}: a script ran: ${what}`));
      await page.addInitScript(() => {
        window.alert = window.alerted;
      });
      page.on("pageerror", (error) => lens.errors.push(`${name}: ${error.message}`));
      const type = name === "svg" ? "image/svg+xml" : "text/html";
      await page.route("https://lens.test/", (route) =>
        route.fulfill({ contentType: `${type}; charset=utf-8`, body: markup }),
      );
      await page.goto("https://lens.test/");
      await page.waitForTimeout(500);
      const odd = await page.evaluate(() =>
        Array.from(
          document.querySelectorAll(
            "script, iframe, object, embed, a, video, form, [onerror], [onload], [onclick]",
          ),
        )
          .filter((e) => !e.matches(".cl-form, body > script"))
          .map((e) => e.outerHTML.slice(0, 100)),
      );
      assert.deepEqual(odd, [], name);
      const said = await page.evaluate(() => document.documentElement.textContent);
      assert.ok(/<.*alert\(/.test(said), `${name} shows the strings`);
      await context.close();
    }
  },

  async "a hundred lenses opened and closed leave nothing behind"(lens) {
    const { page } = lens;
    const count = async () => {
      const session = await page.context().newCDPSession(page);
      await session.send("HeapProfiler.collectGarbage");
      await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session
        .send("Performance.enable")
        .then(() => session.send("Performance.getMetrics"));
      return Object.fromEntries(metrics.map((m) => [m.name, m.value]));
    };
    await lens.open("example");
    const before = await count();
    for (let i = 0; i < 100; i++) await page.evaluate(() => window.gallery.open("example"));
    await lens.frame();
    const after = await count();
    assert.ok(after.Nodes < before.Nodes * 1.5, `${before.Nodes} nodes, then ${after.Nodes}`);
    assert.ok(
      after.JSEventListeners < before.JSEventListeners * 1.5 + 20,
      `${after.JSEventListeners} listeners`,
    );
    assert.ok(after.JSHeapUsedSize < before.JSHeapUsedSize + 5e6, `${after.JSHeapUsedSize} bytes`);
  },
};
