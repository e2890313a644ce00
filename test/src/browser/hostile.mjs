import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { printable, unpackLens } from "../../../lib/core/index.js";
import { renderHtml, renderSvg, staticHtml } from "../../../lib/kernel/figures/index.js";
import { spread } from "../page.mjs";

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
    await spread(lens.page);
    await lens.page.locator(".cl-table tbody tr").first().waitFor();
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

  async "each is text in the static page and in the SVG, which stays well-formed"(lens) {
    await open(lens, ["word", "other"]);
    const state = unpackLens(await packed(lens));
    const forms = [];
    for (const hostile of strings) {
      const { models, queries } = state.data;
      queries.q0.text = hostile;
      queries.q0.tokens[0].text = hostile;
      queries.q0.words[0].text = hostile;
      state.data.pages.p0.name = hostile;
      Object.assign(models.m0.provenance, { id: hostile, revision: hostile, profile: hostile });
      state.view.word = 0;
      const still = { mime: "image/png", data: state.data.pages.p0.picture.data };
      const [label, query] = [printable(hostile, 40), printable(hostile, 300)];
      forms.push({ label, query, html: staticHtml(state, still), svg: await renderSvg(state) });
    }
    const wrong = await lens.page.evaluate((all) => {
      const main = document.querySelector("main");
      const ACTIVE =
        "script, iframe, object, embed, a, video, audio, form, style, link, meta, foreignObject, set, animate";
      const acts = (root) =>
        Array.from(root.querySelectorAll("*")).find(
          (e) => e.matches(ACTIVE) || Array.from(e.attributes).some((x) => /^on|^xlink/i.test(x.name)),
        );
      return all.flatMap(({ label, query, html, svg }) => {
        main.innerHTML = html;
        const cell = main.querySelector("tbody td").textContent;
        const pictures = main.querySelectorAll("img").length;
        const of = new DOMParser().parseFromString(svg, "image/svg+xml");
        const texts = Array.from(of.querySelectorAll("text"), (e) => e.textContent);
        const isQuery = (text) => {
          const start = text.replace(/^“|[…”]+$/g, "");
          return query.startsWith(start) && (start.length > 0 || query === "");
        };
        const bad = [
          cell !== label && `the table says ${cell}`,
          pictures !== 1 && `${pictures} pictures`,
          acts(main) && `an element of its own: ${acts(main)?.outerHTML}`,
          of.querySelector("parsererror") && "the SVG is not well-formed",
          acts(of) && `an element of its own in the SVG: ${acts(of)?.outerHTML}`,
          !texts.some(isQuery) && `the SVG says ${texts.slice(0, 5).join(" | ")}`,
        ];
        return bad.filter(Boolean).map((what) => `${query}: ${what}`);
      });
    }, forms);
    assert.deepEqual(wrong, []);
    assert.ok(forms.length > 400);
  },

  async "each is text in an exported page, which runs nothing of it"(lens) {
    await open(lens);
    const state = unpackLens(await packed(lens));
    const context = await lens.page.context().browser().newContext({ offline: true });
    const page = await context.newPage();
    await page.exposeFunction("alerted", (what) => lens.errors.push(`a script ran: ${what}`));
    await page.addInitScript(() => {
      window.alert = window.alerted;
    });
    page.on("pageerror", (error) => lens.errors.push(error.message));
    const body = renderHtml(state);
    await page.route("https://lens.test/", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto("https://lens.test/");
    const shown = await page.locator(".cl-chip-label").evaluateAll((all) => all.map((e) => e.textContent));
    assert.deepEqual(
      shown.slice(1),
      strings.map((s) => printable(s, 60)),
    );
    const odd = await page.evaluate(() =>
      Array.from(
        document.querySelectorAll(
          "script, iframe, object, embed, a, video, form, [onerror], [onload], [onclick]",
        ),
      )
        .filter((e) => !e.matches(".cl-form, .cl-go-to, .cl-beside-form, body > script"))
        .map((e) => e.outerHTML.slice(0, 100)),
    );
    assert.deepEqual(odd, []);
    // Without scripts the numbers stand in their place: each string in a cell of the table.
    const plain = await context.browser().newContext({ javaScriptEnabled: false, offline: true });
    const still = await plain.newPage();
    await still.route("https://lens.test/", (route) => route.fulfill({ contentType: "text/html", body }));
    await still.goto("https://lens.test/");
    const cells = await still
      .locator("noscript tbody td:first-child")
      .evaluateAll((all) => all.map((e) => e.textContent));
    assert.deepEqual(
      cells,
      strings.map((s) => printable(s, 40)),
    );
    await plain.close();
    await context.close();
  },

  async "a lens of as many words as are accepted does not hold the tab up, one map each neither"(lens) {
    await open(
      lens,
      Array.from({ length: 2_048 }, (_, i) => `word${i}`),
    );
    for (const change of [
      { layout: "multiples" },
      { color: { scale: "token" } },
      { layout: "single", scope: "all" },
    ]) {
      const began = Date.now();
      await lens.setView(change);
      assert.ok(Date.now() - began < 15_000, `${JSON.stringify(change)} took ${Date.now() - began} ms`);
    }
    assert.equal(await lens.page.locator(".cl-chip").count(), 2_049);
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
