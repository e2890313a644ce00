import assert from "node:assert/strict";

/** What is said of cosines, which has no place beside other numbers. */
const CLAIMS = /cosine|chance|match|similar|control|baseline/i;

/** Everything that is to be read, but for what settings offer, and for the score, which is the query's. */
const read = (page) =>
  page.evaluate(() => {
    const lens = document.querySelector(".cl-lens").cloneNode(true);
    for (const element of lens.querySelectorAll(
      "select, .cl-settings, .cl-head, .cl-foot .cl-menu-place, .cl-quantities, .cl-pages, [hidden]",
    ))
      element.remove();
    const said = ["title", "aria-label", "aria-roledescription", "alt"].flatMap((name) =>
      Array.from(lens.querySelectorAll(`[${name}]`), (element) => element.getAttribute(name)),
    );
    return [lens.textContent, ...said].join("\n");
  });

export default {
  async "a quantity that nobody has heard of is chosen, seen and read in its unit; nothing is said of cosines or chance"(
    lens,
  ) {
    await lens.open("altitude");
    const { page } = lens;
    await page.getByRole("button", { name: "Altitude", exact: true }).click();
    assert.equal((await lens.view()).quantity, "altitude");
    await lens.frame();
    const side = page.locator(".cl-side");
    assert.match(await side.innerText(), /Scale, altitude in m[\s\S]*fixed range/);
    assert.deepEqual(await page.locator(".cl-scale text").allTextContents(), [
      "0",
      "200",
      "400",
      "600",
      "800",
    ]);
    assert.equal(await page.locator(".cl-scale").getAttribute("aria-label"), "Colour scale from 0 to 900 m");
    assert.match((await page.locator(".cl-hit").allInnerTexts())[0], /^Bottom\s+900 m\s+3 patches$/);
    assert.equal(
      await page.locator(".cl-finding").innerText(),
      "Altitude, the whole query: highest at the bottom of the page (900 m).",
    );
    assert.deepEqual(await page.locator(".cl-chip .cl-chip-value").allInnerTexts(), ["650 m", "–"]);
    await page.locator(".cl-table tr").first().waitFor();
    assert.deepEqual(await page.locator(".cl-table tr").allInnerTexts(), [
      "text\tkind\taltitude in m\trow\tcolumn",
      "peak loads\tquery\t900.0\t1\t2",
      "peak\tword\t650.0\t1\t0",
    ]);
    await lens.point(0.1, 0.9);
    assert.match(await page.locator(".cl-tip").innerText(), /^row 1, column 0\s+560\.0 m\s+the whole query$/);
    assert.doesNotMatch(await read(page), CLAIMS);
    await lens.leave();
    await lens.chip("peak").click();
    await lens.frame();
    assert.match(
      await page.locator(".cl-finding").innerText(),
      /^Altitude, “peak”: highest at the bottom of the page \(650 m\)\.$/,
    );
    assert.doesNotMatch(await read(page), CLAIMS);
  },

  async "range and threshold are set in its unit, and do not go over to cosines"(lens) {
    await lens.open("altitude", { quantity: "altitude" });
    const { page } = lens;
    const threshold = page.getByLabel("Show from", { exact: true });
    assert.deepEqual(await threshold.evaluate(({ min, max, step }) => [min, max, step]), ["0", "900", "1"]);
    await threshold.fill("340");
    assert.equal((await lens.view()).color.threshold, 340);
    const upper = page.getByLabel("Range, upper end");
    await upper.fill("700");
    await upper.press("Tab");
    assert.deepEqual((await lens.view()).color.domain, [0, 700]);
    await upper.fill("901");
    await upper.press("Tab");
    assert.deepEqual((await lens.view()).color.domain, [0, 700]);
    assert.match(
      await page.locator("[aria-live=polite]").first().textContent(),
      /expected two altitudes from 0 to 900, the lower first/,
    );
    await page.getByRole("button", { name: "Similarity", exact: true }).click();
    const { color } = await lens.view();
    assert.deepEqual([color.domain, color.threshold], [null, null]);
    await lens.frame();
    assert.match(await page.locator(".cl-side").innerText(), /Scale, cosine/);
  },

  async "of several maps there is one for each that it has"(lens) {
    await lens.open("altitude", { quantity: "altitude", layout: "multiples" });
    assert.deepEqual(await lens.page.locator(".cl-small-head").allInnerTexts(), [
      "All words\n900 m",
      "peak\n650 m",
    ]);
  },

  async "a lens of cosines only offers nothing else"(lens) {
    await lens.open("example");
    assert.equal(await lens.page.locator(".cl-quantities").isVisible(), false);
  },
};
