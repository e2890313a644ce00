import assert from "node:assert/strict";

export const themes = ["light", "dark"];

/** What is at a path: `color.palette`. */
const at = (view, path) => path.split(".").reduce((part, name) => part[name], view);

export default {
  async "every control sets its property, and the scale stays in cosine"(lens) {
    await lens.open("example", { token: 1 });
    const { page } = lens;
    for (const [label, value, key] of [
      ["“All” shows", "winner", "aggregate"],
      ["Scale", "token", "color.scale"],
      ["Colours", "cividis", "color.palette"],
      ["Blend", "multiply", "color.blend"],
      ["Patches", "smooth", "cells"],
    ]) {
      await page.getByLabel(label, { exact: true }).selectOption(value);
      assert.equal(at(await lens.view(), key), value);
    }
    await lens.frame();
    assert.match(await page.locator(".cl-side").innerText(), /Scale, cosine[\s\S]*range of this map/);
    assert.match(
      await page.locator(".cl-fact-colours").textContent(),
      /cosine 0.10 to 0.17 \(range of this map\)/,
    );
    for (const [label, key, expected] of [
      ["Tint", "color.opacity", 0.85],
      ["Best patches", "marks.best", 1],
      ["Contours", "marks.contours", 1],
    ]) {
      await page.getByLabel(label, { exact: true }).press("ArrowRight");
      assert.equal(at(await lens.view(), key), expected);
    }
    await page.getByLabel("Show from", { exact: true }).press("ArrowRight");
    assert.ok((await lens.view()).color.threshold !== null);
    await page.getByRole("button", { name: "Show from: auto" }).click();
    assert.equal((await lens.view()).color.threshold, null);
  },

  async "what is not as it was at first says so, and is put back at once; what is looked at stays"(lens) {
    await lens.open("example");
    const { page } = lens;
    const remark = page.locator(".cl-fold-appearance > summary .cl-quiet");
    assert.equal(await remark.innerText(), "");
    const reset = page.getByRole("button", { name: "Reset" });
    assert.equal(await reset.isDisabled(), true);
    const { color, marks, cells } = await page.evaluate(() => window.gallery.shown().view);
    await lens.setView({
      token: 1,
      cells: "smooth",
      color: { opacity: 0.3, palette: "mako" },
      marks: { best: 4 },
    });
    assert.equal(await remark.innerText(), "changed");
    await reset.click();
    const now = await lens.view();
    assert.deepEqual([now.color, now.marks, now.cells, now.token], [color, marks, cells, 1]);
    await lens.frame();
    assert.equal(await remark.innerText(), "");
  },

  async "hits are listed by what is printed there, with line, words, cosine and chance"(lens) {
    await lens.openAtRest("report");
    const { page } = lens;
    const rows = page.locator(".cl-hit");
    assert.equal(await page.locator(".cl-hit-count").innerText(), `1 of ${await rows.count()}`);
    assert.deepEqual((await page.locator(".cl-hit-group").allInnerTexts())[0], "3 of 4 words together");
    const [first, second] = await rows.allInnerTexts();
    assert.match(first, /^“the battery beside the”\s+0\.60\s+line 6 · battery, beside, the$/);
    assert.match(second, /^“[Tt]he”\s+0\.\d\d\s+line \d+ · the$/);
    const dot = rows.first().getByRole("img");
    assert.equal(await dot.getAttribute("aria-label"), "beyond chance");
    assert.match(await dot.getAttribute("title"), /^Beyond chance \(p (= 0\.0\d\d|< 0\.001)\)$/);
    assert.match(
      await rows.nth(1).getByRole("img").getAttribute("title"),
      /^Beyond chance: ((none|\d+) of \d+ unrelated words reach(es)? it|p [<=] 0\.\d+ by \d+ unrelated words)$/,
    );
    const own = await page.evaluate(() =>
      window.gallery.core
        .scene(window.gallery.shown())
        .hits.filter((h) => !h.small)
        .map((h) => h.name),
    );
    assert.deepEqual(await page.locator(".cl-hit-name").allInnerTexts(), own);
    await lens.chip("battery").click();
    await lens.leave();
    assert.match((await rows.allInnerTexts())[0], /^“battery”\s+0\.60\s+line 6 · \d+ patch(es)?$/);
    assert.equal(await page.locator(".cl-hit-group").count(), 0);
  },

  async "a hit that is pointed at is strengthened on the page; a click goes there, also when zoomed; steps go round"(
    lens,
  ) {
    await lens.page.emulateMedia({ reducedMotion: "reduce" });
    await lens.openAtRest("report");
    const { page } = lens;
    const rows = page.locator(".cl-hit");
    const last = (await rows.count()) - 1;
    const strong = (of) =>
      page
        .locator(".cl-stage .cl-hit-box")
        .evaluateAll((all, name) => all.findIndex((e) => e.classList.contains(name)), of);
    await rows.nth(1).hover();
    assert.equal(await strong("cl-pointed-at"), 1);
    await lens.leave();
    assert.equal(await strong("cl-pointed-at"), -1);
    await page.locator('.cl-hit[tabindex="0"]').focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await strong("cl-pointed-at"), 1);
    assert.equal(await strong("cl-current"), 0);
    await page.keyboard.press("Enter");
    await lens.frame();
    assert.equal(await strong("cl-current"), 1);
    assert.equal(await rows.nth(1).getAttribute("aria-current"), "true");
    await lens.setView({ zoom: { scale: 8, x: 0.9, y: 0.9 } });
    await rows.nth(last).click();
    await lens.frame();
    const [box, stage] = await page.evaluate(() =>
      [".cl-hit-box.cl-current", ".cl-stage"].map((s) =>
        document.querySelector(s).getBoundingClientRect().toJSON(),
      ),
    );
    const middle = [box.x + box.width / 2, box.y + box.height / 2];
    assert.ok(
      middle[0] > stage.x && middle[0] < stage.right && middle[1] > stage.y && middle[1] < stage.bottom,
    );
    assert.equal(await page.locator(".cl-hit-count").innerText(), `${last + 1} of ${last + 1}`);
    await page.getByRole("button", { name: "Next hit" }).click();
    await lens.frame();
    assert.equal(await strong("cl-current"), 0);
    await page.getByRole("button", { name: "Previous hit" }).click();
    await lens.frame();
    assert.equal(await rows.nth(last).getAttribute("aria-current"), "true");
    assert.ok(await rows.nth(last).isVisible());
  },

  async "pointing at a word leaves the list as it is: nothing moves under the pointer"(lens) {
    await lens.openAtRest("report");
    const names = () => lens.page.locator(".cl-hit-name").allInnerTexts();
    const before = await names();
    await lens.chip("battery").hover();
    await lens.frame();
    assert.deepEqual(await names(), before);
    await lens.chip("battery").click();
    await lens.frame();
    assert.ok((await names()).length < before.length);
  },

  async "nothing beyond chance is said with its reason, and what comes nearest is shown on request"(lens) {
    await lens.openAtRest("nothing");
    const { page } = lens;
    const nothing = page.locator(".cl-nothing");
    assert.match(
      await nothing.innerText(),
      /^Nothing on this page stands out\.\s+The word stays below 0\.\d\d, the level that unrelated words reach here by chance\. So no place is marked\.\s+Nearest: .*, 0\.\d\d/,
    );
    assert.equal(await nothing.getByRole("img").getAttribute("aria-label"), "within chance");
    assert.equal(await page.locator(".cl-hit-count").innerText(), "none");
    await page.getByRole("button", { name: "Show it anyway" }).click();
    await lens.frame();
    const { region } = await lens.view();
    const best = await page.evaluate(
      () => window.gallery.core.nearestHit(window.gallery.core.scene(window.gallery.shown())).patches[0],
    );
    assert.deepEqual(region, { row: best.row, column: best.column, rows: 1, columns: 1 });
    assert.equal(await page.locator(".cl-fold-patch").getAttribute("open"), "");
    assert.match(
      await page.locator(".cl-fold-patch").innerText(),
      new RegExp(`Row ${best.row}, column ${best.column} of`),
    );
  },

  async "places that are not judged say so"(lens) {
    await lens.openAtRest("example");
    assert.match(
      await lens.page.locator(".cl-hit-list").innerText(),
      /Not judged: chance was not measured\./,
    );
    assert.equal(await lens.page.locator(".cl-hit .cl-dot").count(), 0);
    await lens.page.evaluate(() => window.gallery.handle.setMeasuring(true));
    await lens.frame();
    assert.match(await lens.page.locator(".cl-hit-list").innerText(), /Not judged yet: measuring chance …/);
  },

  async "of a comparison the largest differences come first, with what A and B have there"(lens) {
    await lens.openAtRest("report", { compare: "r2" });
    const { page } = lens;
    assert.equal(await page.locator(".cl-hit-list h3").innerText(), "Differences");
    const rows = await page.locator(".cl-hit").allInnerTexts();
    const read = rows.map((row) =>
      /([AB]) \+(\d\.\d\d)\s+(?:line \d+ · )?A (−?\d\.\d\d), B (−?\d\.\d\d)$/.exec(row),
    );
    assert.ok(read.every(Boolean), rows.join("\n"));
    const numbers = read.map(([, side, by, a, b]) => ({
      side,
      by: Number(by),
      a: Number(a.replace("−", "-")),
      b: Number(b.replace("−", "-")),
    }));
    for (const [i, { side, by, a, b }] of numbers.entries()) {
      assert.ok(Math.abs(Math.abs(a - b) - by) < 0.011, rows[i]);
      assert.equal(side, a > b ? "A" : "B");
      assert.ok(i === 0 || by <= numbers[i - 1].by);
    }
    assert.ok(
      rows[0].length > 0 &&
        numbers.some(({ side }) => side === "A") &&
        numbers.some(({ side }) => side === "B"),
    );
    await lens.setView({ difference: true });
    assert.deepEqual(await page.locator(".cl-hit").allInnerTexts(), rows);
  },

  async "This patch reads the patch under the pointer, then the one that is kept, word by word"(lens) {
    await lens.open("report", { word: 0, token: 0 });
    const { page } = lens;
    const fold = page.locator(".cl-fold-patch");
    assert.match(await fold.innerText(), /Point at the page to read a patch/);
    const at = async (row, column) => lens.point((column + 0.5) / 64, (row + 0.5) / 64);
    await at(14, 22);
    const expected = await page.evaluate(() => {
      const { core } = window.gallery;
      const { explanation } = core.scene(window.gallery.shown());
      return explanation.query.words.map(({ text, tokens }) => [
        text,
        core.wordMap(explanation.maps, tokens).at(14, 22),
      ]);
    });
    const rows = (await fold.locator(".cl-patch-row").allInnerTexts()).map((text) => text.split(/\s+/));
    assert.deepEqual(
      rows,
      expected.map(([text, value]) => [text, value.toFixed(2).replace("-", "−")]),
    );
    assert.match(await fold.locator(".cl-patch-print").innerText(), /^“battery( .*)?”$/);
    assert.match(
      await fold.innerText(),
      /Row 14, column 22 of 64 × 64, from 0\. The line in a bar is chance\./,
    );
    // The bar of the word that is beyond chance goes past its line, the others' end before it.
    const bars = await fold.locator(".cl-meter").evaluateAll((all) =>
      all.map((e) => {
        const [fill, tick] = [".cl-meter-fill", ".cl-meter-chance"].map((s) =>
          e.querySelector(s).getBoundingClientRect(),
        );
        return fill.right > tick.left;
      }),
    );
    assert.deepEqual(bars, [true, false, false, false]);
    await page.mouse.down();
    await page.mouse.up();
    await lens.leave();
    assert.match(await fold.innerText(), /Row 14, column 22/);
    await page.keyboard.press("Escape");
    await lens.frame();
    assert.match(await fold.innerText(), /Point at the page to read a patch/);
  },

  async "Details say what the score is made of, and where page, words and numbers come from"(lens) {
    await lens.openAtRest("report");
    const { page } = lens;
    await page.getByRole("button", { name: "Details" }).click();
    const said = await page.locator(".cl-facts").innerText();
    for (const fact of [
      /Score\s+2\.28 = 2\.28 from patches \+ 0\.00 from off the page/,
      /Chance\s+\d+ queries that have nothing to do with it \([a-z]+@1\), on this same page\. Beyond it: above 0\.3\d/,
      /Page\s+page 1 of 4 of energy-report\.pdf, 1240 × 1754 px, 150 dpi, pdfium/,
      /Words\s+181, from the PDF’s text layer/,
      /Model\s+mini, prompt profile mini, 64 × 64 patches/,
      /sha256 of the page’s pixels [0-9a-f]{64}/,
      /colpali-lens \d/,
    ])
      assert.match(said, fact);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy all of this" }).click();
    await page.getByText("Details copied").waitFor();
    assert.match(
      await page.evaluate(() => navigator.clipboard.readText()),
      /^Score: 2\.28 = [\s\S]*\nPage: page 1 of 4/,
    );
    await lens.openAtRest("example");
    assert.match(await page.locator(".cl-fact-words").textContent(), /^They were not read/);
  },

  async "the strip ranks the pages of the query and changes the page, keeping the word"(lens) {
    await lens.open("pages", { token: 1 });
    const names = () =>
      lens.page.locator(".cl-thumb").evaluateAll((all) => all.map((e) => e.getAttribute("aria-label")));
    assert.deepEqual(await names(), [
      "3 1.80, page 3 of 4 of report.pdf",
      "1 1.60, page 1 of 4 of report.pdf",
      "2 1.40, page 2 of 4 of report.pdf",
    ]);
    await lens.page.locator(".cl-thumb").nth(2).click();
    await lens.frame();
    assert.deepEqual([(await lens.view()).result, (await lens.view()).token], ["r1", 1]);
    const box = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    assert.ok(Math.abs(box.width / box.height - 5 / 3) < 0.01, "a landscape page is landscape");
    await lens.page.getByRole("button", { name: "History" }).click();
    await lens.page.getByRole("button", { name: "winter load" }).click();
    await lens.frame();
    assert.deepEqual([(await lens.view()).result, (await lens.view()).token], ["r3", null]);
    assert.equal(await lens.page.getByLabel("Query", { exact: true }).inputValue(), "winter load");
  },

  async "a query goes to the kernel; without one the lens says what to do"(lens) {
    await lens.open("example");
    const query = lens.page.getByLabel("Query", { exact: true });
    await query.fill("  wind share ");
    await query.press("Enter");
    assert.deepEqual(await lens.page.evaluate(() => window.gallery.asked), ["wind share"]);
    await query.fill("   ");
    await query.press("Enter");
    await lens.page.evaluate(() => window.gallery.handle.setLive(false));
    assert.equal(await lens.page.getByRole("button", { name: "Ask" }).isDisabled(), true);
    assert.match(await query.getAttribute("title"), /needs a running kernel/);
    assert.equal(await lens.page.evaluate(() => window.gallery.asked.length), 1);
  },

  async "busy, error, waiting and refused are shown in words"(lens) {
    await lens.open("example");
    const status = (s) => lens.page.evaluate((v) => window.gallery.handle.setStatus(v), s);
    await status({ busy: "Embedding page 2 of 4", fraction: 0.25, error: null });
    assert.match(await lens.page.locator(".cl-status").innerText(), /Embedding page 2 of 4/);
    assert.equal(await lens.page.locator("progress").getAttribute("value"), "0.25");
    await status({ busy: null, fraction: null, error: "invalid query: empty, expected words" });
    assert.equal(await lens.page.getByRole("alert").innerText(), "invalid query: empty, expected words");
    assert.match(
      await lens.page.locator(".cl-fact-score").textContent(),
      /^1\.60 = 1\.35 from patches \+ 0\.25 from off the page/,
    );
    await lens.open("empty");
    assert.match(await lens.page.locator(".cl-lens").innerText(), /Waiting for the kernel/);
    await lens.page.evaluate(() => window.gallery.handle.fail("This lens cannot be shown: <b>invalid</b>"));
    await lens.frame();
    assert.equal(await lens.page.getByRole("alert").innerText(), "This lens cannot be shown: <b>invalid</b>");
  },

  async "400 px wide: the panel folds under the page and nothing sticks out"(lens) {
    await lens.page.setViewportSize({ width: 400, height: 900 });
    for (const state of ["example", "pages", "grid 7 x 5", "hostile"]) {
      await lens.open(state, { scope: "all" });
      const [paper, side] = [
        await lens.page.locator(".cl-stage .cl-paper").boundingBox(),
        await lens.page.locator(".cl-side").boundingBox(),
      ];
      assert.ok(paper.width > 200, `${state}: ${paper.width}`);
      assert.ok(side.y >= paper.y + paper.height, state);
      const width = await lens.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 400, `${state}: ${width} px`);
    }
  },

  async "the numbers are there as a table, of words or of the model's pieces, and go to the clipboard as CSV"(
    lens,
  ) {
    await lens.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await lens.open("example", { scope: "all" });
    const rows = lens.page.locator(".cl-table tbody tr");
    await rows.first().waitFor();
    const texts = await rows.allInnerTexts();
    assert.equal(texts.length, 5);
    assert.match(texts[4], /\[MASK\]\s+augmentation \(best is off-image\)\s+0.720\s+0.470\s+1\s+2/);
    await lens.setView({ scope: "words" });
    assert.deepEqual(
      (await rows.allInnerTexts()).map((row) => row.split("\t").slice(0, 4)),
      [
        ["peak", "word", "0.170", "0.170"],
        ["loads", "word", "0.640", "0.320"],
      ],
    );
    await lens.page.getByRole("button", { name: "Copy as CSV" }).click();
    await lens.page.getByText("Numbers copied as CSV").waitFor();
    const csv = (await lens.page.evaluate(() => navigator.clipboard.readText())).split(/\r?\n/);
    assert.match(csv[0], /^word,kind,score,on a patch,row,column,off the image,chance p$/);
    assert.match(csv[1], /^peak,word,0\.17/);
    assert.equal(csv.length, 3 + Number(csv.at(-1) === ""));
  },

  async "words of a page are text wherever they are shown, never markup, and rearrange nothing"(lens) {
    await lens.open("hostile");
    const { page } = lens;
    const [name] = await page.locator(".cl-hit-name").allInnerTexts();
    assert.match(name, /img src/);
    assert.doesNotMatch(name, /\u202e/);
    await lens.point(0.9, 0.75);
    assert.match(await page.locator(".cl-patch-print").innerText(), /img src=x onerror/);
    const side = page.locator(".cl-side");
    assert.doesNotMatch(await side.innerText(), /\u202e/);
    assert.equal(await side.locator("img, script").count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  },
};
