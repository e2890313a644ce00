import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hottest } from "../page.mjs";

const amd = readFileSync(new URL("../../../dist/index.js", import.meta.url), "utf8");

/** Opens the page where the widget runs with a recording comm. */
async function open(lens, name = "example", change = "(t) => t") {
  await lens.page.goto(lens.page.url().replace(/index\.html.*/, "widget.html"));
  // biome-ignore lint/security/noGlobalEval: the tests' own text, run in the page
  await lens.page.evaluate(([n, c]) => window.widget.open(n, eval(c)), [name, change]);
  await lens.frame();
}

const sent = (lens) => lens.page.evaluate(() => window.widget.comm.sent);

export default {
  async "the AMD module for hosts with a CDN asks for the widgets' base alone and brings its styles"(lens) {
    await lens.page.goto(lens.page.url().replace(/index\.html.*/, "widget.html"));
    await lens.page.evaluate(() => document.querySelector("style").remove());
    const module = await lens.page.evaluate((source) => window.widget.loadAmd(source), amd);
    assert.deepEqual(module, {
      asks: ["@jupyter-widgets/base"],
      gives: ["LensModel", "LensView", "MODULE_NAME", "MODULE_VERSION"],
    });
    await lens.page.evaluate(() => window.widget.open("grid 2 x 3"));
    await lens.chip("word4").click();
    await lens.leave();
    assert.equal(hottest(await lens.cells(2, 3)), 4);
    assert.equal(await lens.page.locator(".cl-main").evaluate((e) => getComputedStyle(e).display), "grid");
    assert.doesNotMatch(amd, /https?:\/\/(?!www\.w3\.org|json-schema)/);
  },

  async "a click is saved to the kernel, a change in the kernel moves the lens"(lens) {
    await open(lens);
    assert.deepEqual(await sent(lens), [], "opening sends nothing");
    await lens.chip("peak").click();
    const [message] = await sent(lens);
    assert.equal(message.method, "update");
    assert.deepEqual(Object.keys(message.state), ["view"]);
    assert.deepEqual([message.state.view.token, message.state.view.word], [1, 0]);
    await lens.page.evaluate((view) => window.widget.comm.receive({ method: "update", state: { view } }), {
      ...message.state.view,
      token: 3,
      word: 1,
      palette: "mako",
    });
    await lens.leave();
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^Token “##s”/);
    assert.equal(await lens.page.getByLabel("palette").inputValue(), "mako");
    assert.equal((await sent(lens)).length, 1, "what the kernel said is not sent back");
  },

  async "asking sends a message; the status shows in the lens"(lens) {
    await open(lens);
    const query = lens.page.getByLabel("Query", { exact: true });
    await query.fill("wind share");
    await query.press("Enter");
    assert.deepEqual((await sent(lens))[0], {
      method: "custom",
      content: { type: "ask", query: "wind share" },
    });
    await lens.page.evaluate(() =>
      window.widget.comm.receive({
        method: "update",
        state: { status: { busy: "Embedding page 1 of 2", fraction: 0.5, error: null } },
      }),
    );
    await lens.frame();
    assert.match(await lens.page.locator(".cl-status").innerText(), /Embedding page 1 of 2/);
  },

  async "a file that was asked for is downloaded"(lens) {
    await open(lens);
    await lens.page.getByText("Save", { exact: true }).click();
    await lens.page.getByRole("button", { name: "PDF" }).click();
    assert.deepEqual((await sent(lens)).at(-1), {
      method: "custom",
      content: { type: "save", format: "pdf" },
    });
    const [file] = await Promise.all([
      lens.page.waitForEvent("download"),
      lens.page.evaluate(() =>
        window.widget.comm.receive(
          { method: "custom", content: { type: "file", name: "lens.pdf", mime: "application/pdf" } },
          [new DataView(new TextEncoder().encode("%PDF-").buffer)],
        ),
      ),
    ]);
    assert.equal(file.suggestedFilename(), "lens.pdf");
  },

  async "what a notebook saves opens again as the same lens"(lens) {
    await open(lens);
    await lens.chip("loads").click();
    await lens.leave();
    const same = await lens.page.evaluate(async () => {
      const saved = window.widget.saved();
      const before = document
        .querySelector(".cl-raster")
        .getContext("2d")
        .getImageData(0, 0, 3, 2)
        .data.join();
      // As a notebook does: binary leaves travel as bytes of their own.
      await window.widget.open("example", () => saved);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const after = document
        .querySelector(".cl-raster")
        .getContext("2d")
        .getImageData(0, 0, 3, 2)
        .data.join();
      const leaf = saved.data.explanations[0].maps.data;
      return [before === after, leaf instanceof DataView, leaf.byteLength, leaf.buffer.byteLength];
    });
    assert.deepEqual(same, [true, true, 120, 120]);
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^Word “loads”/);
  },

  async "broken, hostile and newer state is refused in words, and saving keeps it"(lens) {
    for (const [change, message] of [
      ["(t) => ({ ...t, state_version: 99 })", /saved by a newer version of colpali-lens: update it/],
      [
        "(t) => { t.data.explanations[0].maps.rows = -1; return t; }",
        /invalid explanations\[0\].maps.rows: -1/,
      ],
      [
        "(t) => { t.data.explanations[0].maps.data = new DataView(new Float32Array(30).fill(NaN).buffer); return t; }",
        /\.data\[0\]: NaN/,
      ],
      [
        "(t) => { t.data.explanations[0].query.tokens = new Array(1e6).fill(t.data.explanations[0].query.tokens[0]); return t; }",
        /a list of 1000000/,
      ],
      ["(t) => ({ ...t, data: '<img src=x onerror=alert(1)>' })", /invalid lens data: "<img src=x/],
      ["(t) => ({ ...t, view: { palette: 'jet' } })", /invalid view.palette: "jet"/],
    ]) {
      const began = Date.now();
      await open(lens, "example", change);
      assert.match(await lens.page.getByRole("alert").innerText(), message);
      assert.ok(Date.now() - began < 5_000, "the tab is not held up");
    }
    await open(lens, "example", "(t) => { t.data.pages[0].width = 0; return t; }");
    assert.equal(await lens.page.evaluate(() => window.widget.saved().data.pages[0].width), 0);
  },

  async "without data it waits; without a kernel it says what needs one"(lens) {
    await open(lens, "empty");
    assert.match(await lens.page.locator(".cl-lens").innerText(), /Waiting for the kernel/);
    await open(lens);
    await lens.page.evaluate(() => {
      window.widget.model.comm_live = false;
    });
    await lens.frame();
    assert.equal(await lens.page.getByRole("button", { name: "Ask" }).isDisabled(), true);
    await lens.chip("peak").click();
    await lens.leave();
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^Word “peak”/);
  },
};
