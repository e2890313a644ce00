import assert from "node:assert/strict";

const caption = (lens) => lens.page.locator(".cl-finding").innerText();
const pressed = (lens) => lens.page.locator(".cl-chip[aria-pressed=true] .cl-chip-label").allInnerTexts();

export const themes = ["light", "dark"];

export default {
  async "hovering previews, clicking locks, hover wins over the lock and gives it back"(lens) {
    await lens.open("example");
    assert.deepEqual(await pressed(lens), ["All"]);
    await lens.chip("peak").hover();
    await lens.frame();
    assert.match(await caption(lens), /^“peak” is strongest /);
    assert.equal(await lens.view(), null, "a preview is not passed on");
    await lens.leave();
    assert.match(await caption(lens), /^Strongest /);
    await lens.chip("peak").click();
    await lens.leave();
    assert.deepEqual(await pressed(lens), ["peak"]);
    assert.deepEqual([(await lens.view()).token, (await lens.view()).word], [1, 0]);
    await lens.chip("loads").hover();
    await lens.frame();
    assert.match(await caption(lens), /^“loads” is /);
    await lens.leave();
    assert.match(await caption(lens), /^“peak” is /);
    await lens.chip("peak").click();
    assert.equal((await lens.view()).token, null);
  },

  async "nothing moves when the selection changes"(lens) {
    await lens.open("example", { scope: "all" });
    const places = () =>
      lens.page.evaluate(() =>
        [
          ".cl-head",
          ".cl-form",
          ".cl-words",
          ".cl-count",
          ".cl-pages",
          ".cl-thumb",
          ".cl-stage .cl-paper",
          ".cl-ruler",
          ".cl-zoom",
          ".cl-wedge",
          ".cl-side",
          ".cl-foot",
          ".cl-foot .cl-details",
        ].map((s) => {
          const { x, y, width, height } = document.querySelector(s).getBoundingClientRect();
          return [s, x, y, width, height].join(" ");
        }),
      );
    const before = await places();
    assert.equal(before.length, 13);
    for (const name of ["peak", "loads", "[MASK]", "Q", "All"]) {
      await lens.chip(name).click();
      await lens.frame();
      assert.deepEqual(await places(), before, name);
    }
  },

  async "arrow keys walk and preview, Enter locks, Escape goes back to all"(lens) {
    await lens.open("example");
    await lens.chip("All").focus();
    await lens.page.keyboard.press("ArrowRight");
    await lens.frame();
    assert.match(await caption(lens), /^“peak” is /);
    assert.equal(await lens.view(), null);
    await lens.page.keyboard.press("ArrowRight");
    await lens.page.keyboard.press("Enter");
    assert.deepEqual([(await lens.view()).token, (await lens.view()).word], [null, 1]);
    await lens.page.keyboard.press("Home");
    await lens.page.keyboard.press("ArrowLeft");
    await lens.frame();
    assert.match(await caption(lens), /^“loads” is /, "walks round");
    await lens.page.keyboard.press("Escape");
    assert.equal((await lens.view()).word, null);
  },

  async "a word opens into its sub-tokens, each with its own map"(lens) {
    await lens.open("example");
    await lens.page.getByRole("button", { name: "Sub-tokens of loads" }).click();
    assert.deepEqual(await lens.page.locator(".cl-part .cl-chip-label").allInnerTexts(), ["load", "##s"]);
    await lens.chip("##s").click();
    await lens.frame();
    assert.deepEqual([(await lens.view()).token, (await lens.view()).word], [3, 1]);
    assert.match(await caption(lens), /^Token “##s” is strongest .* \(0\.37\)/);
  },

  async "other tokens come on request, told apart, with their share of the score"(lens) {
    await lens.open("example");
    assert.equal(await lens.chip("[MASK]").count(), 0);
    assert.match(
      await lens.page.locator(".cl-fact-score").innerText(),
      /Of it: words 51 %, prefix 4 %, augmentation 45 %\./,
    );
    await lens.page.getByLabel("Words", { exact: true }).selectOption("all");
    assert.equal((await lens.view()).scope, "all");
    await lens.chip("[MASK]").click();
    await lens.frame();
    assert.match(await caption(lens), /strongest match \(cosine 0.72\) is outside the image/);
    assert.match(await lens.chip("[MASK]").getAttribute("title"), /augmentation: .* off the image/);
    const style = (chip) => chip.locator(".cl-chip-label").evaluate((e) => getComputedStyle(e).fontStyle);
    assert.deepEqual(
      [await style(lens.chip("[MASK]")), await style(lens.chip("peak"))],
      ["italic", "normal"],
    );
  },

  async "a change from outside moves the lens"(lens) {
    await lens.open("example");
    await lens.setView({ token: 1 });
    assert.deepEqual(await pressed(lens), ["peak"]);
    assert.match(await caption(lens), /^“peak” is /);
    await lens.setView({ color: { palette: "mako", opacity: 0.3, scale: "query" }, marks: { best: 4 } });
    assert.equal(await lens.page.getByLabel("Colours", { exact: true }).inputValue(), "mako");
    assert.equal(await lens.page.getByLabel("Tint", { exact: true }).inputValue(), "0.3");
    assert.equal(await lens.page.getByLabel("Scale", { exact: true }).inputValue(), "query");
  },
};
