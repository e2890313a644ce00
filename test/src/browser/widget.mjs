import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hottest, spread } from "../page.mjs";

const amd = readFileSync(new URL("../../../dist/index.js", import.meta.url), "utf8");

const fixture = (name) => readFileSync(new URL(`../../fixtures/lens/${name}`, import.meta.url), "utf8");

/** Opens the page where the widget runs with a recording comm. */
async function open(lens, name = "example", change = "(t) => t") {
  await lens.page.goto(lens.page.url().replace(/index\.html.*/, "widget.html"));
  // biome-ignore lint/security/noGlobalEval: the tests' own text, run in the page
  await lens.page.evaluate(([n, c]) => window.widget.open(n, eval(c)), [name, change]);
  await lens.frame();
  await spread(lens.page);
}

/** Asks the kernel for a file in one of the views. @returns the id of the request */
async function askFor(lens, name, view = 0) {
  const within = lens.page.locator(".cl-lens").nth(view);
  await within.getByRole("button", { name: "Share" }).click();
  await within.locator(".cl-menu-share").getByRole("button", { name }).click();
  return (await sent(lens)).at(-1).content.id;
}

/** The kernel's answer to a request for a file. */
const answer = (lens, content, text) =>
  lens.page.evaluate(
    ([of, inside]) =>
      window.widget.comm.receive(
        { method: "custom", content: { type: "file", ...of } },
        inside === undefined ? [] : [new DataView(new TextEncoder().encode(inside).buffer)],
      ),
    [content, text],
  );

const sent = (lens) => lens.page.evaluate(() => window.widget.comm.sent);

export default {
  async "the AMD module for hosts with a CDN asks for the widgets' base alone and brings its styles"(lens) {
    await lens.page.goto(lens.page.url().replace(/index\.html.*/, "widget.html"));
    await lens.page.evaluate(() => document.querySelector("style").remove());
    const module = await lens.page.evaluate((source) => window.widget.loadAmd(source), amd);
    assert.deepEqual(module, {
      asks: ["@jupyter-widgets/base"],
      gives: [
        "LensModel",
        "LensPictureModel",
        "LensResultModel",
        "LensView",
        "MODULE_NAME",
        "MODULE_VERSION",
      ],
    });
    await lens.page.evaluate(() => window.widget.open("grid 2 x 3"));
    await spread(lens.page);
    await lens.chip("word4").click();
    await lens.leave();
    assert.equal(hottest(await lens.cells(2, 3)), 4);
    assert.equal(await lens.page.locator(".cl-main").evaluate((e) => getComputedStyle(e).display), "grid");
    assert.doesNotMatch(amd, /https?:\/\/(?!www\.w3\.org|json-schema)/);
  },

  async "every setting goes both ways: what a cell assigns shows, what a person does is sent"(lens) {
    // [setting, what a cell assigns, a person's act, what is sent then]
    const { page } = lens;
    const select = (label, value) => () => page.getByLabel(label, { exact: true }).selectOption(value);
    const press = (name) => () => page.getByRole("button", { name, exact: true }).click();
    const key = (label, press) => () => page.getByLabel(label, { exact: true }).press(press);
    const drag = async () => {
      const box = await page.locator(".cl-stage .cl-paper").first().boundingBox();
      await page.keyboard.down("Shift");
      await page.mouse.move(box.x + 0.1 * box.width, box.y + 0.1 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.4 * box.height, { steps: 3 });
      await page.mouse.up();
      await page.keyboard.up("Shift");
    };
    const settings = [
      ["result", "r1", () => page.locator(".cl-thumb").first().click(), "r2"],
      ["token", 0, () => lens.chip("share").click(), 1],
      ["word", 0, () => lens.chip("share").click(), 1],
      ["scope", "all", select("Words", "words"), "words"],
      ["aggregate", "mean", select("“All” shows", "winner"), "winner"],
      ["color.palette", "mako", select("Colours", "cividis"), "cividis"],
      ["color.diverging", "RdBu", select("Difference", "BrBG"), "BrBG", { compare: "r2", difference: true }],
      ["color.scale", "query", select("Scale", "robust"), "robust"],
      [
        "color.domain",
        [0.1, 0.7],
        () =>
          page
            .getByLabel("Range, lower end")
            .fill("0.3")
            .then(() => page.keyboard.press("Tab")),
        [0.3, 0.7],
      ],
      ["color.opacity", 0.5, key("Tint", "ArrowRight"), 0.55],
      ["color.threshold", 0.4, key("Show from", "ArrowRight"), 0.41],
      ["color.blend", "multiply", select("Blend", "outline"), "outline"],
      ["cells", "smooth", select("Patches", "nearest"), "nearest"],
      ["chance", "hidden", select("Below chance", "subtracted"), "subtracted"],
      ["marks.best", 3, key("Best patches", "ArrowRight"), 4],
      ["marks.contours", 2, key("Contours", "ArrowRight"), 3],
      ["marks.hits", false, select("Outline", "on"), true],
      [
        "compare",
        "r1",
        async () => {
          await press("Compare")();
          await page.locator(".cl-menu-compare .cl-item[data-key=r2]").click();
        },
        "r2",
      ],
      ["difference", true, press("Side by side"), false, { compare: "r2" }],
      ["layout", "multiples", press("One page"), "single"],
      ["quantity", "altitude", press("Similarity"), "cosine"],
      ["stage", "tower", select("Stage", "language"), "language", { quantity: "attention" }],
      ["layer", 0, key("Layer", "ArrowRight"), 1, { quantity: "attention" }],
      ["head", 0, select("Head", "1"), 1, { quantity: "attention" }],
      [
        "region",
        { row: 0, column: 0, rows: 2, columns: 1 },
        drag,
        { row: 0, column: 0, rows: 2, columns: 2 },
      ],
      [
        "zoom",
        { scale: 2, x: 0.5, y: 0.5 },
        () => page.getByRole("button", { name: "Zoom in" }).click(),
        { scale: 3, x: 0.5, y: 0.5 },
      ],
    ];
    // Chance can only be changed where it was measured, and the quantity where there are several.
    const measured = `(t) => { t.results.r0.baseline = { kind: "baseline", list: "test", queries: 20,
      maxima: { words: new DataView(new Float32Array(20).buffer) }, mean: {} };
      t.results.r0.layers = [{
        quantity: { name: "altitude", unit: "m", noun: "altitude", plural: "altitudes", range: [0, 900],
          domain: null, scale: "sequential", decimals: 0, similarity: false, chance: false },
        maps: [{ of: "query", index: 0, data: new DataView(Float32Array.from({ length: 12 }, (_, i) => 70 * i).buffer) }],
      }];
      t.results.r0.attention = ["tower", "language"].map((stage) => ({
        stage, stages: ["tower", "language"], row: 0, column: 0, isRolledOut: false, uniform: null,
        layers: [0, 1].map(() => ({ heads: 2, missing: null, isCausal: false, sinks: [] })),
        shares: new DataView(new Float32Array(4 * 15).fill(1 / 15).buffer) }));
      return t; }`;
    await open(lens, "pages", measured);
    const all = await page.evaluate(() => window.widget.model.get("view"));
    const names = Object.entries(all).flatMap(([name, value]) =>
      ["color", "marks"].includes(name) ? Object.keys(value).map((part) => `${name}.${part}`) : [name],
    );
    assert.deepEqual(settings.map(([name]) => name).sort(), names.sort(), "every setting is here");
    for (const [name, assigned, act, expected, base = {}] of settings) {
      const [group, part] = name.split(".");
      await open(lens, "pages", measured);
      const before = await page.locator(".cl-lens").screenshot();
      await page.evaluate((view) => window.widget.comm.receive({ method: "update", state: { view } }), {
        ...all,
        ...base,
        ...(part ? { [group]: { ...all[group], [part]: assigned } } : { [group]: assigned }),
      });
      await lens.leave();
      assert.ok(!before.equals(await page.locator(".cl-lens").screenshot()), `${name} changes what is seen`);
      assert.deepEqual(await sent(lens), [], `${name} is not sent back`);
      await act();
      await lens.frame();
      const last = (await sent(lens)).at(-1);
      const got = part ? last?.state.view[group][part] : last?.state.view[group];
      if (typeof expected === "object" && name === "zoom")
        for (const part of ["scale", "x", "y"])
          assert.ok(Math.abs(got[part] - expected[part]) < 0.02, `zoom ${part}`);
      else assert.deepEqual(got, expected, name);
    }
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
      color: { ...message.state.view.color, palette: "mako" },
    });
    await lens.leave();
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^Token “##s”/);
    assert.equal(await lens.page.getByLabel("Colours", { exact: true }).inputValue(), "mako");
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

  async "what is asked in Compare comes beside what is shown, in this view, in another one and in the kernel"(
    lens,
  ) {
    const { page } = lens;
    const other = '["r3", "r4", "r5", "r0", "r1", "r2"]';
    await open(
      lens,
      "pages",
      `(t) => ({ ...t, data: { ...t.data, order: ${other} }, view: { ...t.view, result: "r3" } })`,
    );
    await page.evaluate(() => window.widget.addView());
    await lens.frame();
    const first = page.locator(".cl-lens").first();
    await first.getByRole("button", { name: "Compare" }).click();
    await first.getByLabel("Another query beside this one").fill("solar share");
    await page.keyboard.press("Enter");
    assert.deepEqual(await sent(lens), [
      { method: "custom", content: { type: "ask", query: "solar share" } },
    ]);
    await page.evaluate(() => window.widget.answer("pages"));
    await lens.frame();
    const [, told, ...more] = await sent(lens);
    assert.deepEqual(more, [], "it is told once");
    assert.deepEqual(Object.keys(told.state), ["view"]);
    const { result, compare } = told.state.view;
    assert.equal(result, "r3");
    assert.match(compare, /^r[012]$/);
    for (const within of await page.locator(".cl-lens").all()) {
      assert.equal(await within.getByLabel("Query", { exact: true }).inputValue(), "winter load");
      assert.equal(await within.locator(".cl-other-name").innerText(), "solar share");
    }
  },

  async "a file that was asked for is downloaded"(lens) {
    await open(lens);
    const id = await askFor(lens, "PDF");
    const { method, content } = (await sent(lens)).at(-1);
    const options = { caption: false, crop: true, dpi: 300 };
    assert.deepEqual([method, content], ["custom", { type: "save", format: "pdf", id, options }]);
    const [file] = await Promise.all([
      lens.page.waitForEvent("download"),
      answer(lens, { id, name: "lens.pdf", mime: "application/pdf" }, "%PDF-"),
    ]);
    assert.equal(file.suggestedFilename(), "lens.pdf");
    assert.equal(readFileSync(await file.path(), "utf8"), "%PDF-");
  },

  async "one file a click: with two views of one lens, after failures, whoever answers first or twice"(lens) {
    await open(lens);
    const { page } = lens;
    await page.evaluate(() => window.widget.addView());
    await lens.frame();
    const downloads = [];
    page.on("download", (file) => downloads.push(file.suggestedFilename()));
    const views = page.locator(".cl-lens");
    assert.equal(await views.count(), 2);
    const told = (nth) => views.nth(nth).locator(".cl-toast");

    const failing = await askFor(lens, "PDF", 0);
    await answer(lens, { id: failing, error: "no room on the disk" });
    assert.match(await told(0).innerText(), /^Not saved: no room on the disk/);
    assert.equal(await told(1).count(), 0, "the other view did not ask");

    const first = await askFor(lens, "PDF", 1);
    const second = await askFor(lens, "HTML", 0);
    assert.equal(new Set([failing, first, second]).size, 3);
    await answer(lens, { id: second, name: "a.html", mime: "text/html" }, "a");
    await answer(lens, { id: first, name: "b.pdf", mime: "application/pdf" }, "b");
    await answer(lens, { id: first, name: "b.pdf", mime: "application/pdf" }, "b");
    await answer(lens, { id: failing, name: "c.pdf", mime: "application/pdf" }, "c");
    await answer(lens, { id: "another-tab", name: "d.pdf", mime: "application/pdf" }, "d");
    await told(1).waitFor();
    assert.match(await told(0).innerText(), /^Saved as a\.html/);
    assert.match(await told(1).innerText(), /^Saved as b\.pdf/);
    await lens.frame();
    assert.deepEqual(downloads, ["a.html", "b.pdf"]);
  },

  async "a kernel that died or does not answer: the person is told, and a late file is not kept"(lens) {
    const { page } = lens;
    await page.clock.install();
    await open(lens);
    const downloads = [];
    page.on("download", (file) => downloads.push(file.suggestedFilename()));
    const told = page.locator(".cl-toast");
    const late = await askFor(lens, "PDF");
    await page.clock.runFor(30_000);
    assert.equal(await told.count(), 0);
    await page.clock.runFor(31_000);
    assert.match(await told.innerText(), /^Not saved: the kernel has not answered for 60 s\. It may be busy/);
    await answer(lens, { id: late, name: "late.pdf", mime: "application/pdf" }, "late");
    await askFor(lens, "HTML");
    await page.evaluate(() => {
      window.widget.model.comm_live = false;
    });
    assert.match(await told.innerText(), /^Not saved: the kernel is gone: run the cell again/);
    await page.clock.runFor(120_000);
    assert.equal(await told.count(), 1, "told once");
    assert.deepEqual(downloads, []);
  },

  async "what a notebook saves opens again as the same lens"(lens) {
    await open(lens);
    await lens.chip("loads").click();
    await lens.leave();
    const same = await lens.page.evaluate(async () => {
      const before = document
        .querySelector(".cl-stage .cl-raster:not([hidden])")
        .getContext("2d")
        .getImageData(0, 0, 3, 2)
        .data.join();
      const saved = await window.widget.reopen();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const after = document
        .querySelector(".cl-stage .cl-raster:not([hidden])")
        .getContext("2d")
        .getImageData(0, 0, 3, 2)
        .data.join();
      // Binary leaves are saved as bytes of their own.
      const leaf = saved.find((state) => state.result).result.maps.data;
      return [before === after, leaf instanceof DataView, leaf.byteLength, leaf.buffer.byteLength];
    });
    assert.deepEqual(same, [true, true, 120, 120]);
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^“loads” is strongest /);
  },

  async "broken, hostile and newer state is refused in words, and saving keeps it"(lens) {
    for (const [change, message] of [
      ["(t) => ({ ...t, state_version: 99 })", /saved by a newer version of colpali-lens: update it/],
      ["(t) => { t.results.r0.result.maps.rows = -1; return t; }", /invalid results\.r0\.maps\.rows: -1/],
      [
        "(t) => { t.results.r0.result.maps.data = new DataView(new Float32Array(30).fill(NaN).buffer); return t; }",
        /\.data\[0\]: NaN/,
      ],
      [
        "(t) => { t.data.queries.q0.tokens = new Array(1e6).fill(t.data.queries.q0.tokens[0]); return t; }",
        /a list of 1000000/,
      ],
      ["(t) => ({ ...t, data: '<img src=x onerror=alert(1)>' })", /invalid lens data: "<img src=x/],
      ["(t) => ({ ...t, view: { color: { palette: 'jet' } } })", /invalid view.color.palette: "jet"/],
    ]) {
      const began = Date.now();
      await open(lens, "example", change);
      assert.match(await lens.page.getByRole("alert").innerText(), message);
      assert.ok(Date.now() - began < 5_000, "the tab is not held up");
    }
    await open(lens, "example", "(t) => { t.data.pages.p0.width = 0; return t; }");
    assert.equal(await lens.page.evaluate(() => window.widget.saved().data.pages.p0.width), 0);
  },

  async "what versions 1 and 2 saved opens: places become keys, what they lack has its default, saving keeps it"(
    lens,
  ) {
    // Binary leaves as a notebook's; the traits of pictures are models.
    const bytes = `JSON.parse(text, (_, v) => typeof v?.base64 === "string"
      ? new DataView(Uint8Array.from(atob(v.base64), (c) => c.charCodeAt(0)).buffer) : v)`;
    const openSaved = (text, change) =>
      open(lens, "example", `() => { const text = ${JSON.stringify(text)}; return (${change})(${bytes}); }`);
    await openSaved(
      fixture("version-1.json"),
      `({ data, view: { chance, diverging, compare, difference, layout, ...old } }) => {
        for (const e of data.explanations) delete e.controls;
        return { data, view: { ...old, palette: "mako", normalisation: "token", top: 2, word: 1, forgotten: true } };
      }`,
    );
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^“beside” is strongest /);
    assert.match(await lens.page.locator(".cl-side").innerText(), /Chance was not measured/);
    assert.equal(await lens.page.getByLabel("Colours", { exact: true }).inputValue(), "mako");
    assert.equal(await lens.page.getByLabel("Scale", { exact: true }).inputValue(), "token");
    assert.equal(await lens.page.locator(".cl-stage .cl-overlay text").count(), 2);
    assert.equal(await lens.page.locator(".cl-failed").count(), 0);

    await openSaved(fixture("version-2-widget.json"), "(t) => t");
    assert.equal(await lens.page.locator(".cl-failed").count(), 0);
    // A beside B, as they were: the second page, and the earlier query.
    const names = await lens.page.locator(".cl-stage-name").allInnerTexts();
    assert.match(names.join(), /A\s*“battery” · page \d of 4[\s\S]*B\s*“frosty turbines”/);
    assert.match(await lens.page.locator(".cl-chance-note").innerText(), /Beyond chance: above/);
    await lens.page.locator(".cl-thumb").first().click();
    await lens.leave();
    const { data, view } = await lens.page.evaluate(() => window.widget.saved());
    assert.deepEqual([Object.keys(data), typeof view.result], [["pages", "explanations"], "string"]);
    await lens.page.evaluate(() => window.widget.reopen());
    await lens.frame();
    assert.equal(await lens.page.locator(".cl-thumb").first().getAttribute("aria-pressed"), "true");
  },

  async "chance that comes later is shown without anything else changing; until then it is being measured"(
    lens,
  ) {
    await open(
      lens,
      "measured",
      "(t) => { t.results.r0.baseline = null; return { ...t, measuring: true }; }",
    );
    const marks = () =>
      lens.page
        .locator(".cl-chip :is(.cl-dot, .cl-measuring)")
        .evaluateAll((all) => all.map((e) => e.ariaLabel));
    assert.deepEqual(await marks(), ["measuring chance", "measuring chance"]);
    assert.match(await lens.page.locator(".cl-chance-note").innerText(), /^measuring chance/);
    await lens.point(0.9, 0.9);
    assert.match(await lens.page.locator(".cl-tip").first().innerText(), /measuring chance/);
    await lens.chip("loads").focus();
    await lens.chip("peak").hover();
    await lens.page.evaluate(() => window.widget.measure("measured"));
    await lens.frame();
    assert.deepEqual(await marks(), ["beyond chance", "beyond chance"]);
    assert.match(await lens.page.locator(".cl-chance-note").innerText(), /Beyond chance: above 0\.10/);
    assert.match(
      await lens.page.locator(".cl-finding").innerText(),
      /^“peak” is strongest /,
      "the preview stays",
    );
    const focused = await lens.page.evaluate(() => document.activeElement.textContent);
    assert.match(focused, /loads/, "the focus stays");
    assert.deepEqual(await sent(lens), []);
  },

  async "a further map that comes later can be chosen; another one of it is shown by itself, and both are saved"(
    lens,
  ) {
    const values = () => lens.page.locator(".cl-chip .cl-chip-value").allInnerTexts();
    await open(lens, "measured");
    const quantities = lens.page.locator(".cl-quantities button");
    assert.deepEqual(await quantities.allInnerTexts(), ["Similarity", "Attention", "Cause"]);
    await lens.page.evaluate(() => window.widget.addLayers("altitude of the query"));
    await lens.frame();
    await lens.page.getByRole("button", { name: "Altitude", exact: true }).click();
    await lens.frame();
    assert.deepEqual(await values(), ["–", "–"]);
    await lens.page.evaluate(() => window.widget.addLayers("altitude"));
    await lens.frame();
    assert.deepEqual(await values(), ["650 m", "–"]);
    await lens.page.evaluate(() => window.widget.reopen());
    await lens.frame();
    assert.deepEqual(await values(), ["650 m", "–"]);
  },

  async "a file that is asked for meanwhile is made when chance is known"(lens) {
    await open(
      lens,
      "measured",
      "(t) => { t.results.r0.baseline = null; return { ...t, measuring: true }; }",
    );
    await lens.page.getByRole("button", { name: "Share" }).click();
    const file = lens.page.waitForEvent("download");
    await lens.page.getByRole("button", { name: "SVG" }).click();
    await lens.frame();
    await lens.page.evaluate(() => window.widget.measure("measured"));
    assert.match(readFileSync(await (await file).path(), "utf8"), /Strongest at the middle of the page/);
  },

  async "a saved lens whose chance was being measured does not wait for it"(lens) {
    await open(
      lens,
      "measured",
      "(t) => { t.results.r0.baseline = null; return { ...t, measuring: true }; }",
    );
    await lens.page.evaluate(() => {
      window.widget.model.comm_live = false;
    });
    await lens.frame();
    assert.match(await lens.page.locator(".cl-chance-note").innerText(), /Chance was not measured/);
  },

  async "thirty queries on the same pages leave as many object URLs as there are pictures"(lens) {
    await open(lens, "pages");
    await lens.page.evaluate(() => {
      window.urls = new Set();
      const [make, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
      URL.createObjectURL = (of) => {
        const url = make.call(URL, of);
        window.urls.add(url);
        return url;
      };
      URL.revokeObjectURL = (url) => {
        window.urls.delete(url);
        revoke.call(URL, url);
      };
    });
    await lens.page.evaluate(() => window.widget.open("pages"));
    await lens.frame();
    assert.equal(await lens.page.evaluate(() => window.urls.size), 3);
    for (let i = 0; i < 30; i++) {
      await lens.page.evaluate((n) => window.widget.answer(n % 2 ? "pages" : "other pages"), i);
      await lens.frame();
    }
    await lens.page.evaluate(() => window.widget.answer("other pages"));
    await lens.frame();
    assert.equal(await lens.page.evaluate(() => window.urls.size), 2);
    // A picture whose URL was revoked too early would never be there.
    await lens.page.waitForFunction(() => {
      const all = Array.from(document.querySelectorAll(".cl-lens img[src]"));
      return all.length >= 3 && all.every((img) => img.complete && img.naturalWidth > 0);
    });
  },

  async "without the model of a picture or a result the lens says what is missing"(lens) {
    await open(lens, "example", '(t) => ({ ...t, pictures: { p0: "IPY_MODEL_gone" } })');
    assert.match(await lens.page.getByRole("alert").innerText(), /invalid pages\.p0\.picture: null/);
    await open(lens, "example", '(t) => ({ ...t, results: { r0: "IPY_MODEL_gone" } })');
    assert.match(
      await lens.page.getByRole("alert").innerText(),
      /invalid results\.r0: null, expected an object/,
    );
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
    assert.match(await lens.page.locator(".cl-finding").innerText(), /^“peak” is strongest /);
  },
};
