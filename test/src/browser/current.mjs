/** What is listed, read out and marked is that of now, also where nothing moved but the data, the settings or the window. */
import assert from "node:assert/strict";

const readout = (lens, nth = 0) => lens.page.locator(".cl-tip").nth(nth).innerText();

/** The state that is open with its results in another order, as after another query. */
const reorder = (lens, order, view = {}) =>
  lens.page.evaluate(
    ([indices, change]) => {
      const { data } = window.gallery.shown();
      const order = indices.map((i) => data.order[i]);
      const results = Object.fromEntries(order.map((key) => [key, data.results[key]]));
      window.gallery.setData({ ...data, results, order }, change);
    },
    [order, view],
  );

/** Asserts that the read-out is beside the patch that is outlined, and both are on the page. */
async function besideItsPatch(lens, what) {
  const [box, at, stage] = await lens.page.evaluate(() =>
    [".cl-tip", ".cl-stage .cl-cursor", ".cl-stage"].map((s) => {
      const { left, top, right, bottom } = document.querySelector(s).getBoundingClientRect();
      return { left, top, right, bottom };
    }),
  );
  const gap = (low, high, place) => Math.max(low - place, place - high, 0);
  const distance = Math.hypot(gap(box.left, box.right, at.right), gap(box.top, box.bottom, at.bottom));
  assert.ok(distance < 40, `${what}: ${distance} px from its patch`);
  assert.ok(at.left >= stage.left - 1 && at.right <= stage.right + 1, `${what}: the patch is in view`);
}

/** Asserts that the read-out names the patch that is under a place of the window. */
async function readsUnder(lens, [x, y], rows, columns, what) {
  const box = await lens.page.locator(".cl-stage .cl-paper").first().boundingBox();
  const row = Math.floor(((y - box.y) / box.height) * rows);
  const column = Math.floor(((x - box.x) / box.width) * columns);
  assert.match(await readout(lens), new RegExp(`^row ${row}, column ${column}\\b`), what);
}

export default {
  async "a query that is asked in Compare comes beside what is shown, which stays; one that fails changes nothing"(
    lens,
  ) {
    const { page } = lens;
    await lens.open("pages", { result: "r1" });
    await page.evaluate(() => window.gallery.asked.splice(0));
    const ask = async (query) => {
      await page.getByRole("button", { name: "Compare" }).click();
      await page.getByLabel("Another query beside this one").fill(query);
      await page.keyboard.press("Enter");
      await lens.frame();
    };
    const pair = async () => {
      await lens.frame();
      const { result, compare } = await page.evaluate(() => window.gallery.shown().view);
      return [result, compare];
    };
    // Results of the other query come first.
    const answered = () => reorder(lens, [3, 4, 5, 0, 1, 2]);
    const asked = () => page.evaluate(() => window.gallery.asked);
    await ask("solar share");
    assert.match(await page.locator(".cl-toast").innerText(), /This is the query that is shown/);
    assert.deepEqual(await asked(), []);
    await page.getByLabel("Another query beside this one").fill(" winter load ");
    await page.keyboard.press("Enter");
    assert.deepEqual(await asked(), ["winter load"]);
    assert.equal(await page.locator(".cl-menu-compare").isVisible(), false);
    assert.deepEqual(await pair(), ["r1", null]);
    await page.evaluate(() =>
      window.gallery.handle.setStatus({ busy: null, fraction: null, error: "no room" }),
    );
    await answered();
    assert.deepEqual(await pair(), ["r3", null], "after an error an answer is what somebody else asked");
    await reorder(lens, [3, 4, 5, 0, 1, 2], { result: "r1" }); // As it was.
    await ask("winter load");
    await answered();
    const [result, compare] = await pair();
    assert.equal(result, "r1");
    const of = await page.evaluate(
      ([a, b]) => {
        const { data } = window.gallery.shown();
        return {
          pages: [data.results[a].page, data.results[b].page],
          query: data.queries[data.results[b].query].text,
        };
      },
      [result, compare],
    );
    assert.equal(of.query, "winter load");
    assert.equal(of.pages[0], of.pages[1], "on the page of A");
    assert.equal(await page.getByLabel("Query", { exact: true }).inputValue(), "solar share");
    assert.equal(await page.locator(".cl-other-name").innerText(), "winter load");
    // Asked in the field of A, an answer replaces A.
    await page.getByLabel("Query", { exact: true }).fill("winter load");
    await page.keyboard.press("Enter");
    await reorder(lens, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(await pair(), ["r3", null]);
    await page.evaluate(() => window.gallery.handle.setLive(false));
    await page.getByRole("button", { name: "Compare" }).click();
    assert.equal(await page.getByLabel("Another query beside this one").isVisible(), false);
    await page.evaluate(() => window.gallery.handle.setLive(true));
  },

  async "queries A, B, A: the list of those asked names what it opens"(lens) {
    await lens.open("pages");
    const listed = () => lens.page.locator(".cl-menu-history .cl-item").allTextContents();
    const choose = async (label) => {
      await lens.page.getByRole("button", { name: "History" }).click();
      await lens.page.locator(".cl-menu-history").getByRole("button", { name: label }).click();
      await lens.frame();
    };
    // The query that is asked now comes first in the data and in the list.
    assert.deepEqual(await listed(), ["solar share", "winter load"]);
    await reorder(lens, [3, 4, 5, 0, 1, 2]);
    await lens.frame();
    assert.deepEqual(await listed(), ["winter load", "solar share"]);
    await choose("solar share");
    assert.equal(await lens.page.getByLabel("Query", { exact: true }).inputValue(), "solar share");
    // As many as before, none where it was.
    await reorder(lens, [0, 3, 4, 5]);
    await lens.frame();
    await choose("solar share");
    assert.equal(await lens.page.getByLabel("Query", { exact: true }).inputValue(), "solar share");
    await reorder(lens, [1, 2, 3]);
    await lens.frame();
    assert.deepEqual(await listed(), ["solar share"]);
  },

  async "a word that is opened stays open on another page, not in another query"(lens) {
    await lens.open("example");
    await lens.page.getByRole("button", { name: "Sub-tokens of loads" }).click();
    assert.equal(await lens.page.locator(".cl-part").count(), 2);
    await lens.page.evaluate(() => {
      const { data } = window.gallery.shown();
      window.gallery.setData({ ...data, results: { r0: { ...data.results.r0 } } });
    });
    await lens.frame();
    assert.equal(await lens.page.locator(".cl-part").count(), 2, "the same words");
    await lens.page.evaluate(() => {
      const { data } = window.gallery.shown();
      const { q0 } = data.queries;
      const tokens = q0.tokens.map((t) => ({ ...t, id: t.id + 100 }));
      window.gallery.setData({ ...data, queries: { q0: { ...q0, tokens } } });
    });
    await lens.frame();
    assert.equal(await lens.page.locator(".cl-part").count(), 0, "other words");
  },

  async "the focus stays on a word, a page or a small map when the lists are made anew"(lens) {
    for (const [view, place] of [
      [{}, ".cl-chip >> nth=2"],
      [{ result: "r1" }, ".cl-thumb >> nth=1"],
      [{ layout: "multiples" }, ".cl-small >> nth=2"],
    ]) {
      await lens.open("pages", view);
      await lens.page.locator(place).focus();
      const before = await lens.page.evaluate(() => document.activeElement.innerText);
      await reorder(lens, [0, 1, 2, 3, 4, 5], view);
      await lens.frame();
      assert.equal(await lens.page.evaluate(() => document.activeElement.innerText), before, place);
    }
    await lens.open("example");
    await lens.page.getByRole("button", { name: "Sub-tokens of loads" }).press("Enter");
    const focused = () => lens.page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.equal(await focused(), "Sub-tokens of loads");
    await lens.setView({ scope: "all" });
    assert.equal(await focused(), "Sub-tokens of loads");
  },

  async "a word that is pointed at while a cell shows a query without it"(lens) {
    await lens.open("grid 2 x 3");
    await lens.page.evaluate(() => {
      const { data } = window.gallery.shown();
      const { q0 } = data.queries;
      const { r0 } = data.results;
      const q1 = { ...q0, text: "one", tokens: q0.tokens.slice(0, 1), words: q0.words.slice(0, 1) };
      const maps = { ...r0.maps, tokens: 1, data: r0.maps.data.slice(0, 6) };
      const maxsim = { ...r0.maxsim, tokens: r0.maxsim.tokens.slice(0, 1) };
      const results = { r0, r1: { ...r0, query: "q1", maps, maxsim } };
      window.gallery.setData({ ...data, queries: { q0, q1 }, results, order: ["r0", "r1"] });
    });
    await lens.frame();
    await lens.chip("word4").hover();
    await lens.setView({ result: "r1" });
    assert.deepEqual(await lens.page.locator(".cl-chip-label").allInnerTexts(), ["All", "word0"]);
  },

  async "under a resting pointer the numbers are those of the map, page, zoom and place of now"(lens) {
    await lens.open("pages", { token: 0 });
    await lens.point(0.55, 0.62);
    const { x, y } = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    const box = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    const rest = [x + 0.55 * box.width, y + 0.62 * box.height];
    assert.match(await readout(lens), /^row 2, column 1\s+0\.\d+\s+“solar”/);
    await lens.setView({ token: 1 });
    assert.match(await readout(lens), /^row 2, column 1\s+0\.\d+\s+“share”/);
    await reorder(lens, [3, 4, 5, 0, 1, 2]);
    await lens.frame();
    assert.match(await readout(lens), /^row \d, column 1\s+0\.\d+\s+(winter|load)/);
    await lens.setView({ result: "r4" });
    await readsUnder(lens, rest, 3, 5, "another page");
    await lens.setView({ zoom: { scale: 3, x: 0.2, y: 0.3 } });
    await readsUnder(lens, rest, 3, 5, "zoomed");
    await lens.setView({ zoom: { scale: 1, x: 0.5, y: 0.5 }, result: "r3" });
    await readsUnder(lens, rest, 4, 3, "back");
    await lens.page.setViewportSize({ width: 900, height: 1100 });
    await lens.frame();
    await readsUnder(lens, rest, 4, 3, "in a narrower window");
    await lens.page.evaluate(() => {
      document.body.style.paddingBottom = "2000px";
      window.scrollTo(0, 150);
    });
    await lens.frame();
    await readsUnder(lens, rest, 4, 3, "scrolled");
    await lens.page.evaluate(() =>
      window.gallery.handle.setStatus({ busy: null, fraction: null, error: "wrong\n".repeat(12) }),
    );
    await lens.frame();
    await readsUnder(lens, rest, 4, 3, "pushed down by a message");
  },

  async "small maps under a resting pointer give the numbers of now"(lens) {
    await lens.open("pages", { layout: "multiples" });
    const box = await lens.page.locator(".cl-small .cl-paper").nth(1).boundingBox();
    await lens.page.mouse.move(box.x + 0.5 * box.width, box.y + 0.1 * box.height);
    await lens.frame();
    const values = () => lens.page.locator(".cl-pointed").allInnerTexts();
    assert.deepEqual(await values(), ["0.80", "0.02", "0.80"]);
    await lens.setView({ result: "r2" });
    assert.deepEqual(await values(), ["0.90", "0.12", "0.90"]);
  },

  async "a locked read-out stays beside its patch: zoomed, on another page, in the larger view, in another window"(
    lens,
  ) {
    await lens.open("report", { result: "r0", region: { row: 40, column: 50, rows: 1, columns: 1 } });
    await besideItsPatch(lens, "at first");
    await lens.page.locator(".cl-thumb").nth(1).click();
    await lens.leave();
    assert.notEqual((await lens.view()).result, "r0");
    await besideItsPatch(lens, "on another page");
    await lens.page.getByRole("button", { name: "Larger view" }).click();
    await lens.frame();
    await besideItsPatch(lens, "in the larger view");
    for (const width of [700, 1500]) {
      await lens.page.setViewportSize({ width, height: 1000 });
      await lens.frame();
      await besideItsPatch(lens, `${width} px wide`);
    }
    await lens.setView({ zoom: { scale: 3, x: 0.7, y: 0.6 } });
    await besideItsPatch(lens, "zoomed");
    await lens.setView({ zoom: { scale: 6, x: 0.1, y: 0.1 } });
    assert.equal(await lens.page.locator(".cl-tip").isVisible(), false, "zoomed out of sight");
    await lens.page.getByRole("button", { name: "Back into the notebook" }).click();
    await lens.setView({ zoom: { scale: 1, x: 0.5, y: 0.5 } });
    await besideItsPatch(lens, "back");
  },
};
