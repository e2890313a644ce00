import assert from "node:assert/strict";

const marks = (lens) =>
  lens.page
    .locator(".cl-chips .cl-chip")
    .evaluateAll((all) =>
      all.map((chip) => [
        chip.querySelector(".cl-chip-label").textContent,
        chip.querySelector(".cl-chance")?.getAttribute("aria-label") ?? "not measured",
      ]),
    );

/** How many pixels of the rasters have colour. */
const painted = (lens) =>
  lens.page.evaluate(() => {
    const counts = [...document.querySelectorAll(".cl-raster:not([hidden])")].map((canvas) => {
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
      all: "not measured",
      battery: "more than chance",
      beside: "no more than chance",
      the: "more than chance",
      giraffe: "no more than chance",
    });
    assert.match(
      await lens.chip("giraffe").getAttribute("title"),
      /no more than chance \(p = 0\.\d{3}: \d+ of 198 controls on this page reach it\)/,
    );
    assert.match(await lens.page.locator(".cl-finding").innerText(), /2 of 4 words more than chance\.$/);
    const said = await lens.page.locator(".cl-chance-note").innerText();
    const level = Number(/more than chance: above (\d\.\d\d)\. On this page 95 %/.exec(said)[1]);
    assert.ok(level > 0.3 && level < 0.5, said);
    await lens.chip("battery").click();
    await lens.leave();
    assert.match(
      await lens.page.locator(".cl-finding").innerText(),
      /^Word “battery” .*: more than chance \(p = 0\.0\d\d: /,
    );
  },

  async "the tick on a chip's bar stands at the chance level"(lens) {
    await lens.open("measured");
    const [bar, tick] = await lens.chip("peak").evaluate((chip) => {
      const box = (s) => chip.querySelector(s).getBoundingClientRect();
      return [box(".cl-bar"), box(".cl-bar-chance")].map(({ left, width }) => [left, width]);
    });
    // The bars' full length is the highest cosine of all tokens, .47; the level is .1.
    assert.ok(Math.abs((tick[0] - bar[0]) / bar[1] - 0.1 / 0.47) < 0.02, `${tick} in ${bar}`);
  },

  async "what chance explains can be hidden, by pointing; what is more stays"(lens) {
    await lens.open("report", { result: "r1", word: 3, color: { threshold: 0.1 } });
    assert.ok((await painted(lens)) > 0);
    await lens.page.getByLabel("chance", { exact: true }).selectOption("hidden");
    await lens.frame();
    assert.equal((await lens.view()).chance, "hidden");
    assert.equal(await painted(lens), 0);
    assert.equal(await lens.page.locator(".cl-overlay rect").count(), 0, "no best patch is marked");
    await lens.chip("battery").click();
    await lens.leave();
    assert.ok((await painted(lens)) > 0);
  },

  async "with the controls subtracted numbers are what is above them"(lens) {
    await lens.open("measured", { word: 0, chance: "subtracted" });
    await lens.point(0.5, 0.75);
    const said = await lens.page.locator(".cl-readout").innerText();
    // .16 less .05 + .01 + .001.
    assert.match(said, /row 1, column 1\s+“peak” 0\.099\s+baseline here 0\.061 on average/);
    assert.match(await lens.page.locator(".cl-side").innerText(), /Scale, cosine above baseline/);
  },

  async "where chance was not measured nothing is claimed"(lens) {
    await lens.open("example");
    assert.ok((await marks(lens)).every(([, mark]) => mark === "not measured"));
    assert.equal(await lens.page.getByLabel("chance", { exact: true }).isDisabled(), true);
    assert.match(await lens.page.locator(".cl-side").innerText(), /Chance was not measured\./);
    assert.doesNotMatch(await lens.page.locator(".cl-finding").innerText(), /chance/);
  },
};
