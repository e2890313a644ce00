import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { unpackLens } from "../../../lib/core/index.js";
import { renderHtml } from "../../../lib/kernel/figures/index.js";
import { cellsOf, hottest, nextFrame, shown, spread } from "../page.mjs";

/** Writes a state of the gallery as an exported page and opens it where nothing can be fetched. */
async function exported(lens, name, view) {
  await lens.open(name, view);
  const json = await lens.page.evaluate(() => window.gallery.core.packLens(window.gallery.shown()));
  const html = renderHtml(unpackLens(json));
  const file = join(mkdtempSync(join(tmpdir(), "lens-")), "lens.html");
  writeFileSync(file, html);
  const context = await lens.page
    .context()
    .browser()
    .newContext({ viewport: { width: 1180, height: 1000 }, offline: true });
  const page = await context.newPage();
  const [requests, problems] = [[], []];
  page.on("request", (r) => requests.push(r.url()));
  page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
  page.on("pageerror", (e) => problems.push(e.message));
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector(".cl-chip");
  await shown(page);
  await spread(page);
  return { page, html, requests, problems, close: () => context.close() };
}

export default {
  async "an exported page stays interactive with the network cut off, and asks for nothing"(lens) {
    const out = await exported(lens, "grid 2 x 3", { marks: { best: 0 } });
    for (const t of [0, 4]) {
      await out.page
        .locator(".cl-chip")
        .nth(t + 1)
        .click();
      await out.page.mouse.move(1, 1);
      await nextFrame(out.page);
      assert.equal(hottest(await cellsOf(out.page.locator(".cl-stage .cl-paper"), 2, 3)), t);
    }
    assert.equal(await out.page.getByRole("button", { name: "Ask" }).isDisabled(), true);
    assert.deepEqual(out.problems, []);
    for (const url of out.requests) assert.match(url, /^(file|blob|data):/);
    await out.close();
  },

  async "its Content-Security-Policy forbids everything that is not inlined"(lens) {
    const out = await exported(lens, "example", {});
    const tried = await out.page.evaluate(async () => {
      const fetched = await fetch("https://example.org/").then(
        () => "fetched",
        () => "refused",
      );
      const script = document.createElement("script");
      script.textContent = "window.hacked = 1";
      document.body.append(script);
      const image = new Image();
      const loaded = await new Promise((done) => {
        image.onload = () => done("loaded");
        image.onerror = () => done("refused");
        image.src = "https://example.org/x.png";
      });
      document.body.insertAdjacentHTML(
        "beforeend",
        '<b style="color: red" onclick="window.hacked = 1">x</b>',
      );
      const bold = document.body.lastElementChild;
      bold.click();
      return [fetched, loaded, window.hacked ?? "not run", bold.style.color || "no style"];
    });
    assert.deepEqual(tried, ["refused", "refused", "not run", "no style"]);
    assert.ok(out.problems.length >= 4, "each is reported as a violation");
    await out.close();
  },

  async "hostile text in an exported page is text, also without scripts"(lens) {
    const out = await exported(lens, "hostile", { scope: "all" });
    assert.equal(await out.page.evaluate(() => window.hacked), undefined);
    assert.equal(out.html.match(/<script/g).length, 2);
    assert.ok(!out.html.includes("<img src=x"));
    await out.close();
  },
};
