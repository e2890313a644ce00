/** Hits on the page: boxes around printed words, ticks beside it, the way from one to the next; and what print under them looks like. */
import assert from "node:assert/strict";
import { contrast, pixelsOf } from "../contrast.mjs";

export const themes = ["light", "dark"];

const hits = (lens) =>
  lens.page.evaluate(() => {
    const { core } = window.gallery;
    const { page, hits: all } = core.scene(window.gallery.shown());
    return all.map(({ name, rect, small }) => ({
      name,
      small,
      rect: [rect.x / page.width, rect.y / page.height, rect.width / page.width, rect.height / page.height],
    }));
  });

/** Boxes on the page, in fractions of it. */
const boxes = (lens) =>
  lens.page.evaluate(() => {
    const of = document.querySelector(".cl-stage .cl-paper").getBoundingClientRect();
    return Array.from(document.querySelectorAll(".cl-stage .cl-hit-box"), (box) => {
      const r = box.getBoundingClientRect();
      return {
        rect: [(r.x - of.x) / of.width, (r.y - of.y) / of.height, r.width / of.width, r.height / of.height],
        current: box.classList.contains("cl-current"),
      };
    });
  });

/** Where the current box is in the stage, as a fraction of its height; null where there is none. */
const eyeLevel = (lens) =>
  lens.page.evaluate(() => {
    const [box, stage] = [".cl-stage .cl-hit-box.cl-current", ".cl-stage"].map((s) =>
      document.querySelector(s)?.getBoundingClientRect(),
    );
    return box ? (box.top + box.height / 2 - stage.top) / stage.height : null;
  });

export default {
  async "each hit has a box around its print and a tick at its height"(lens) {
    await lens.openAtRest("report");
    const [expected, drawn] = [await hits(lens), await boxes(lens)];
    assert.ok(expected.length > 5);
    assert.equal(drawn.length, expected.length);
    for (const [i, { rect }] of drawn.entries()) {
      const [x, y, width, height] = expected[i].rect;
      assert.ok(rect[0] <= x + 1e-4 && rect[1] <= y + 1e-4, `${expected[i].name} begins inside its box`);
      assert.ok(rect[0] + rect[2] >= x + width - 1e-4 && rect[1] + rect[3] >= y + height - 1e-4);
      assert.ok(rect[2] - width < 0.02 && rect[3] - height < 0.01, `${expected[i].name}: the box is close`);
    }
    const ticks = await lens.page.locator(".cl-tick").evaluateAll((all) => {
      const { top, height } = document.querySelector(".cl-ruler").getBoundingClientRect();
      const sheet = document.querySelector(".cl-sheet").getBoundingClientRect();
      return all.map((e) => {
        const { top: y, height: h } = e.getBoundingClientRect();
        return { at: (y + h / 2 - top) / height, sheet: [sheet.top, sheet.height] };
      });
    });
    assert.equal(ticks.length, expected.length);
    const paper = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    for (const [i, { at, sheet }] of ticks.entries()) {
      const [, y, , height] = expected[i].rect;
      const own = (paper.y + (y + height / 2) * paper.height - sheet[0]) / sheet[1];
      assert.ok(Math.abs(at - own) < 0.01, `tick ${i} at ${at}, its hit at ${own}`);
    }
  },

  async "n and p go from hit to hit in the list's order and bring each to eye level; a page opens at its first"(
    lens,
  ) {
    await lens.page.emulateMedia({ reducedMotion: "reduce" });
    await lens.page.setViewportSize({ width: 900, height: 700 });
    await lens.openAtRest("report");
    const listed = (await hits(lens)).filter(({ small }) => !small);
    const current = async () => (await boxes(lens)).findIndex((box) => box.current);
    assert.equal(await current(), 0);
    await lens.page.locator(".cl-stage .cl-paper").focus();
    const scrollable = () =>
      lens.page.evaluate(() => {
        const { scrollTop, scrollHeight, clientHeight } = document.querySelector(".cl-stage");
        return scrollTop > 1 && scrollTop < scrollHeight - clientHeight - 1;
      });
    for (let i = 1; i <= listed.length; i++) {
      await lens.page.keyboard.press("n");
      await lens.frame();
      assert.equal(await current(), i % listed.length);
      const at = await eyeLevel(lens);
      assert.ok(at > 0 && at < 1, `hit ${i} is in view`);
      if (await scrollable()) assert.ok(Math.abs(at - 0.42) < 0.03, `hit ${i} at ${at}`);
      const said = await lens.page.locator("[aria-live]").innerText();
      assert.ok(said.startsWith(listed[i % listed.length].name), said);
    }
    await lens.page.keyboard.press("p");
    await lens.frame();
    assert.equal(await current(), listed.length - 1);
  },

  async "print under the strongest tint can be read: black, #333 and the blue of links on light paper, white on dark"(
    lens,
  ) {
    await lens.openAtRest("papers");
    await lens.page.getByRole("button", { name: "Whole page" }).click();
    await lens.leave();
    // Bare pixels first: the tint has to be there.
    const { at } = await pixelsOf(lens.page.locator(".cl-stage .cl-paper"));
    const tinted = at(0.03, 0.25);
    assert.ok(tinted[2] < 90 && tinted[0] > 230, `amber on white: ${tinted}`);
    for (const [i, ink] of ["black", "#333", "link blue"].entries()) {
      const got = contrast(at(0.15, (75 + 60 * i) / 600), tinted);
      assert.ok(got >= 4.5, `${ink}: ${got}`);
    }
    const dark = at(0.36, 0.45);
    assert.ok(dark[0] > 60 && dark[0] > dark[2] + 30, `amber on dark: ${dark}`);
    const white = contrast(at(0.5, 75 / 600), dark);
    assert.ok(white >= 4.5, `white on dark: ${white}`);
    const photo = at(0.97, 0.2);
    const bare = [at(0.97, 0.9), at(0.975, 0.905)];
    assert.ok(
      bare.every((c) => Math.hypot(...c.map((v, k) => v - photo[k])) > 25),
      `colour over the photograph: ${photo} on ${bare}`,
    );
  },

  async "the box of a hit can be seen on white paper, on dark paper and over a photograph"(lens) {
    await lens.openAtRest("papers");
    await lens.page.getByRole("button", { name: "Whole page" }).click();
    await lens.leave();
    const paper = lens.page.locator(".cl-stage .cl-paper");
    const { at, width } = await pixelsOf(paper);
    const drawn = await boxes(lens);
    assert.equal(drawn.length, 3);
    for (const [i, { rect }] of drawn.entries()) {
      const [x, y, , height] = rect;
      // A line of pixels across the box's left edge, at the middle of its height, beside the print.
      const line = Array.from({ length: 13 }, (_, k) => at(x + (k - 6) / width, y + height * 0.9));
      const seen = Math.max(
        ...line.map((c) => contrast(c, line[0])),
        ...line.map((c) => contrast(c, line[12])),
      );
      assert.ok(seen >= 1.8, `hit ${i}: ${seen} of ${line.join(" | ")}`);
    }
  },

  async "where nothing is beyond chance nothing is marked, and pages keep their own order"(lens) {
    await lens.openAtRest("nothing");
    assert.equal((await boxes(lens)).length, 0);
    assert.equal(await lens.page.locator(".cl-tick").count(), 0);
    assert.equal(await lens.page.locator(".cl-chip .cl-dot:not(.cl-within)").count(), 0);
    assert.equal(await lens.page.locator(".cl-count").innerText(), "0 of 1 beyond chance");
    assert.match(await lens.page.locator(".cl-pages").innerText(), /in order/);
    const numbers = await lens.page.locator(".cl-thumb-number").allInnerTexts();
    assert.deepEqual(numbers, ["1", "2"], "page 2 has the higher score");
    // The tint stays: what is there can be seen.
    const { at } = await pixelsOf(lens.page.locator(".cl-stage .cl-sheet"));
    assert.ok(at(0.3, 0.2)[2] < 230);
  },
};
