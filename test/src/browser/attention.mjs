import assert from "node:assert/strict";
import { cellsOf, hottest } from "../page.mjs";

export const themes = ["light", "dark"];

const ROWS = 2;
const COLUMNS = 3;
const HEADS = [2, 3, 2];

const withKernel = (page) =>
  page.evaluate(() => {
    window.gallery.measured = [];
  });
const measured = (page) => page.evaluate(() => window.gallery.measured);

/** The cells of a map by how far they are from paper, the hottest first. */
const heat = (cells) => hottest(cells);

/** The darkest cell of a map as it is painted, of which only a part may be in sight. */
const darkest = (paper) =>
  paper
    .locator("canvas:not([hidden])")
    .first()
    .evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const ink = Array.from({ length: data.length / 4 }, (_, i) =>
        data[4 * i + 3] === 0 ? 0 : 765 - data[4 * i] - data[4 * i + 1] - data[4 * i + 2],
      );
      return ink.indexOf(Math.max(...ink));
    });

export default {
  async "one switch goes from similarity to attention of the same word, and the page shows another map"(
    lens,
  ) {
    const { page } = lens;
    await lens.open("attention", { word: 0 });
    const similarity = await lens.cells(ROWS, COLUMNS);
    const switches = page.locator(".cl-quantities button");
    assert.deepEqual(await switches.allInnerTexts(), ["Similarity", "Attention"]);
    await switches.nth(1).click();
    await lens.leave();
    const view = await lens.view();
    assert.deepEqual([view.quantity, view.word, view.layer, view.head], ["attention", 0, null, null]);
    const attention = await lens.cells(ROWS, COLUMNS);
    assert.notDeepEqual(attention, similarity);
    assert.equal(await page.locator(".cl-attention h3").innerText(), "Attention of “peak”");
    assert.equal(
      await page.locator(".cl-attention-where").innerText(),
      "Its best patch, at row 0, column 0, outlined in blue.",
    );
    assert.equal(await page.locator(".cl-hit-list").isVisible(), false);
    assert.match(
      await page.locator(".cl-off-page").innerText(),
      /^Off the page 25\.0 %: prompt 15\.0 %, special tokens 10\.0 %\.$/,
    );
    await switches.nth(0).click();
    await lens.frame();
    assert.equal(await page.locator(".cl-attention").isVisible(), false);
    assert.equal(await page.locator(".cl-hit-list").isVisible(), true);
  },

  async "at 600 px the tab is named by what it holds, and counts only hits"(lens) {
    await lens.page.setViewportSize({ width: 600, height: 900 });
    await lens.openAtRest("attention", { word: 0 });
    const tab = lens.page.locator(".cl-tab").first();
    assert.match(await tab.innerText(), /^Hits \d+$/);
    await lens.setView({ quantity: "attention" });
    assert.equal(await tab.innerText(), "Attention");
    await lens.setView({ quantity: "cosine" });
    assert.match(await tab.innerText(), /^Hits \d+$/);
  },

  async "what is asked about is in view: when a lens opens, and when a cell asks about another patch"(lens) {
    const { page } = lens;
    const inView = async (row, rows) => {
      const stage = await page.locator(".cl-stage").boundingBox();
      const paper = await page.locator(".cl-stage .cl-paper").boundingBox();
      const at = paper.y + ((row + 0.5) / rows) * paper.height;
      return at > stage.y && at < stage.y + stage.height;
    };
    const patch = (row, column) => ({ row, column, rows: 1, columns: 1 });
    await lens.openAtRest("attention far below", {
      word: 0,
      quantity: "attention",
      region: patch(22, 1),
    });
    assert.equal(await page.locator(".cl-attention h3").innerText(), "Attention of this patch");
    assert.deepEqual([await inView(22, 24), await inView(0, 24)], [true, false]);
    // Of the word itself it is the patch that fits it best.
    await lens.setView({ region: null });
    assert.deepEqual([await inView(22, 24), await inView(0, 24)], [false, true]);

    await lens.openAtRest("grid 64 x 64", { word: 0, region: patch(62, 3) });
    assert.deepEqual([await inView(62, 64), await inView(0, 64)], [true, false]);
    await lens.setView({ region: patch(1, 3) });
    assert.deepEqual([await inView(62, 64), await inView(1, 64)], [false, true]);
  },

  async "each small map of the grid has its own head's hot cell, and choosing one shows the same on the page"(
    lens,
  ) {
    const { page } = lens;
    await lens.open("attention", { word: 0, quantity: "attention" });
    const maps = page.locator(".cl-head-map");
    assert.equal(
      await maps.count(),
      HEADS.reduce((a, b) => a + b),
    );
    // The last layer is on top.
    let at = 0;
    for (const [layer, heads] of [...HEADS.entries()].reverse())
      for (let head = 0; head < heads; head++) {
        const map = maps.nth(at++);
        assert.equal(
          await map.getAttribute("aria-label"),
          `Layer ${layer}, head ${head}: 0 to 50.0 %, 25.0 % off the page`,
        );
        const small = await cellsOf(map.locator("canvas"), ROWS, COLUMNS);
        const cell = (2 * layer + head) % (ROWS * COLUMNS);
        assert.equal(heat(small), cell, `the small map of layer ${layer}, head ${head}`);
        await map.click();
        await lens.leave();
        const view = await lens.view();
        assert.deepEqual([view.layer, view.head], [layer, head]);
        // The patch itself and sinks are outlined, beside the middle of a cell.
        assert.equal(heat(await lens.cells(ROWS, COLUMNS)), cell, `the page at layer ${layer}, head ${head}`);
        assert.equal(await map.getAttribute("aria-pressed"), "true");
      }
  },

  async "the slider, the list of heads and the stage say which map; what is not there is not chosen"(lens) {
    const { page } = lens;
    await lens.open("attention", { word: 0, quantity: "attention" });
    const layer = page.getByLabel("Layer", { exact: true });
    assert.deepEqual(await layer.evaluate(({ min, max, value }) => [min, max, value]), ["0", "2", "2"]);
    await layer.fill("1");
    await lens.frame();
    assert.deepEqual(await page.getByLabel("Head", { exact: true }).locator("option").allInnerTexts(), [
      "mean over heads",
      "head 0",
      "head 1",
      "head 2",
    ]);
    await page.getByLabel("Head", { exact: true }).selectOption("2");
    await lens.leave();
    assert.equal(heat(await lens.cells(ROWS, COLUMNS)), (2 + 2) % 6);
    assert.match(await page.locator(".cl-sinks").innerText(), /^Dashed: a sink\./);
    assert.equal(await page.locator(".cl-stage .cl-sink").count(), 1);
    // A layer with fewer heads has no head 2.
    await layer.fill("0");
    await lens.frame();
    assert.deepEqual([(await lens.view()).layer, (await lens.view()).head], [0, null]);
    await page.getByLabel("Stage", { exact: true }).selectOption("tower");
    await lens.leave();
    const view = await lens.view();
    assert.deepEqual([view.stage, view.layer, view.head], ["tower", null, null]);
    assert.equal(await page.locator(".cl-head-map").count(), 2);
    assert.equal(heat(await lens.cells(ROWS, COLUMNS)), (3 + 2) % 6);
  },

  async "uniform causal attention is divided out, and the legend says so; a rollout has no layer"(lens) {
    const { page } = lens;
    await lens.open("attention", { word: 0, quantity: "attention" });
    await page.getByLabel("Divide by uniform causal attention").check();
    await lens.frame();
    assert.equal((await lens.view()).quantity, "attention-over-uniform");
    assert.match(
      await page.locator(".cl-legend").innerText(),
      /attention over uniform causal attention in ×/,
    );
    assert.match(await page.locator(".cl-legend").innerText(), /2\.8 ×/);
    await page.getByLabel("Divide by uniform causal attention").uncheck();
    await page.getByLabel("Through all layers (rollout)").check();
    await lens.frame();
    assert.equal((await lens.view()).quantity, "attention-rollout");
    assert.equal(await page.getByLabel("Layer", { exact: true }).isDisabled(), true);
    // One of the small maps leads back to a layer.
    await page.locator(".cl-head-map").first().click();
    assert.equal((await lens.view()).quantity, "attention");
  },

  async "a patch that was read shows its row at once; another is read by the kernel, once, and what goes wrong is said"(
    lens,
  ) {
    const { page } = lens;
    await withKernel(page);
    await lens.open("attention", { word: 0, quantity: "attention", layer: 0, head: 1 });
    await lens.point(0.17, 0.75);
    await page.mouse.down();
    await page.mouse.up();
    await lens.leave();
    assert.deepEqual((await lens.view()).region, { row: 1, column: 0, rows: 1, columns: 1 });
    assert.equal(heat(await lens.cells(ROWS, COLUMNS)), (4 + 1) % 6);
    assert.deepEqual(await measured(page), []);
    await lens.point(0.5, 0.75);
    await page.mouse.down();
    await page.mouse.up();
    await lens.leave();
    assert.deepEqual(await measured(page), ["attention"]);
    assert.match(
      await page.locator(".cl-unread").innerText(),
      /^Not read yet in the language model; the map is that of /,
    );
    await page.evaluate(() =>
      window.gallery.handle.setStatus({ busy: "Reading attention", fraction: null, error: null }),
    );
    const band = page.locator(".cl-status");
    assert.match(await band.innerText(), /Reading attention\s*Stop/);
    await band.getByRole("button", { name: "Stop" }).click();
    await page.evaluate(() =>
      window.gallery.handle.setStatus({ busy: null, fraction: null, error: "the page graph failed" }),
    );
    assert.equal(await page.locator(".cl-error").innerText(), "the page graph failed");
    assert.deepEqual(await measured(page), ["attention", "stop"]);
    await page.getByRole("button", { name: "Read it" }).click();
    assert.deepEqual(await measured(page), ["attention", "stop", "attention"]);
    // Another word is another patch.
    await lens.chip("loads").click();
    await lens.leave();
    assert.equal((await lens.view()).region, null);
    assert.equal(await page.locator(".cl-unread").isVisible(), false);
  },

  async "without a kernel what was read stays, and what was not says what it needs"(lens) {
    const { page } = lens;
    await page.evaluate(() => {
      window.gallery.measured = null;
    });
    await lens.open("attention", { word: 1, quantity: "attention", layer: 0, head: 0 });
    assert.equal(heat(await lens.cells(ROWS, COLUMNS)), 1);
    await lens.setView({ region: { row: 1, column: 2, rows: 1, columns: 1 } });
    assert.match(await page.locator(".cl-unread").innerText(), /needs the notebook’s kernel/);
    assert.equal(await page.getByRole("button", { name: "Read it" }).isVisible(), false);
  },

  async "attention is offered where a model has it, and a model of convolutions says that it has none"(lens) {
    const { page } = lens;
    await withKernel(page);
    await lens.openAtRest("attention unread");
    const button = page.locator(".cl-quantities button[data-key=attention]");
    await button.click();
    assert.match(
      await page.locator(".cl-offer").innerText(),
      /^Attention is not read yet\. The page goes through the model once more/,
    );
    await page.locator(".cl-offer").getByRole("button", { name: "Measure" }).click();
    assert.deepEqual(await measured(page), ["attention"]);
    await lens.openAtRest("report");
    assert.equal(await button.isDisabled(), true);
    assert.match(await button.getAttribute("title"), /convolutions/);
  },

  async "the grid is walked by keys, and says scale and share off the page"(lens) {
    const { page } = lens;
    await lens.open("attention", { word: 0, quantity: "attention", layer: 1, head: 1 });
    const chosen = page.locator('.cl-head-map[aria-pressed="true"]');
    await chosen.focus();
    assert.match(
      await page.locator(".cl-heads-said").innerText(),
      /^Layer 1, head 1: 0 to 50\.0 %, 25\.0 % off the page$/,
    );
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowLeft");
    assert.match(await page.locator(".cl-heads-said").innerText(), /^Layer 2, head 0/);
    await page.keyboard.press("Enter");
    assert.deepEqual([(await lens.view()).layer, (await lens.view()).head], [2, 0]);
  },

  async "several maps are the heads: each has its scale, its share off the page and its own hot cell"(lens) {
    const { page } = lens;
    await lens.open("attention", { word: 1, quantity: "attention", layout: "multiples" });
    const small = page.locator(".cl-small");
    assert.deepEqual(await small.locator(".cl-small-head").allInnerTexts(), [
      ...[0, 1].map((head) => `L2 H${head}\n0–50.0 %, off 25.0 %`),
      ...[0, 1, 2].map((head) => `L1 H${head}\n0–50.0 %, off 25.0 %`),
      ...[0, 1].map((head) => `L0 H${head}\n0–50.0 %, off 25.0 %`),
    ]);
    const papers = small.locator(".cl-paper");
    for (const [i, first] of [4, 5, 2, 3, 4, 0, 1].entries())
      assert.equal(await darkest(papers.nth(i)), (1 + first) % 6, `map ${i}`);
    await small.nth(3).click();
    assert.deepEqual([(await lens.view()).layer, (await lens.view()).head], [1, 1]);
    // The other word is another patch, with other maps.
    await lens.chip("peak").click();
    await lens.leave();
    assert.equal(await darkest(papers.first()), 4);
  },
};
