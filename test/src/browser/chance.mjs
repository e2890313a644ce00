import assert from "node:assert/strict";

const marks = (lens) =>
  lens.page
    .locator(".cl-chips .cl-chip")
    .evaluateAll((all) =>
      all.map((chip) => [
        chip.querySelector(".cl-chip-label").textContent,
        chip.querySelector(".cl-dot, .cl-measuring")?.getAttribute("aria-label") ?? "not measured",
      ]),
    );

/** How many pixels of the rasters have colour. */
const painted = (lens) =>
  lens.page.evaluate(() => {
    const counts = [...document.querySelectorAll(".cl-stage .cl-raster:not([hidden])")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((v, i) => i % 4 === 3 && v > 0).length;
    });
    return counts.reduce((sum, count) => sum + count, 0);
  });

export const themes = ["light", "dark"];

export default {
  async "words on the page are marked as more than chance, words that are not there as no more"(lens) {
    await lens.open("report", { result: "r1" });
    assert.deepEqual(Object.fromEntries(await marks(lens)), {
      All: "not measured",
      battery: "beyond chance",
      beside: "within chance",
      the: "beyond chance",
      giraffe: "within chance",
    });
    assert.match(
      await lens.chip("giraffe").getAttribute("title"),
      /no more than chance \(p = 0\.\d{3}: \d+ of 198 controls on this page reach it\)/,
    );
    assert.equal(await lens.page.locator(".cl-count").innerText(), "2 of 4 beyond chance");
    assert.match(
      await lens.page.locator(".cl-finding").innerText(),
      /^Strongest on “.+”, line \d+: the best match for \d of 4 words\.$/,
    );
    const said = await lens.page.locator(".cl-chance-note").innerText();
    const level = Number(/Beyond chance: above (\d\.\d\d)\. On this page \d\d\.\d %/.exec(said)[1]);
    assert.ok(level > 0.3 && level < 0.5, said);
    await lens.chip("battery").click();
    await lens.leave();
    assert.match(
      await lens.page.locator(".cl-finding").innerText(),
      /^“battery” is strongest on “[^”]*battery[^”]*”, line \d+ \(0\.\d\d\)\./i,
    );
  },

  async "the tick on the legend stands at the chance level"(lens) {
    await lens.open("measured", { color: { domain: [0, 0.4] } });
    const [wedge, tick] = await lens.page.evaluate(() =>
      [".cl-wedge", ".cl-wedge-tick"].map((s) => {
        const { left, width } = document.querySelector(s).getBoundingClientRect();
        return [left, width];
      }),
    );
    // The colours span .4; the level is .1.
    const middle = tick[0] + tick[1] / 2 - wedge[0];
    assert.ok(Math.abs(middle / wedge[1] - 0.25) < 0.01, `${tick} in ${wedge}`);
    assert.equal(await lens.page.locator(".cl-legend-chance").innerText(), "chance 0.10");
  },

  async "what chance explains can be hidden, by pointing; what is more stays"(lens) {
    await lens.open("report", { result: "r1", word: 3, color: { threshold: 0.1 } });
    assert.ok((await painted(lens)) > 0);
    await lens.page.getByLabel("Below chance", { exact: true }).selectOption("hidden");
    await lens.frame();
    assert.equal((await lens.view()).chance, "hidden");
    assert.equal(await painted(lens), 0);
    assert.equal(await lens.page.locator(".cl-stage .cl-overlay rect").count(), 0, "no best patch is marked");
    await lens.chip("battery").click();
    await lens.leave();
    assert.ok((await painted(lens)) > 0);
  },

  async "with the controls subtracted numbers are what is above them"(lens) {
    await lens.open("measured", { word: 0, chance: "subtracted" });
    await lens.point(0.5, 0.75);
    const said = await lens.page.locator(".cl-tip").innerText();
    // .16 less .05 + .01 + .001.
    assert.match(said, /row 1, column 1\s+0\.099\s+“peak”/);
    assert.match(await lens.page.locator(".cl-side").innerText(), /Scale, cosine above baseline/);
  },

  async "where chance was not measured nothing is claimed"(lens) {
    await lens.open("example");
    assert.ok((await marks(lens)).every(([, mark]) => mark === "not measured"));
    assert.equal(await lens.page.getByLabel("Below chance", { exact: true }).isDisabled(), true);
    assert.match(await lens.page.locator(".cl-side").innerText(), /Chance was not measured\./);
    assert.doesNotMatch(await lens.page.locator(".cl-finding").innerText(), /chance/);
  },
};
