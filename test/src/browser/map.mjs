import assert from "node:assert/strict";
import sharp from "sharp";
import { hottest, viewWhere } from "../page.mjs";

async function colours(picture) {
  const { data } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return [[Array.from(data.subarray(0, 3))]];
}

export const themes = ["light", "dark"];

export default {
  async "each word's hottest cell is painted in its place, on a 2 x 3 and a 7 x 5 grid"(lens) {
    for (const [rows, columns, count] of [
      [2, 3, 6],
      [7, 5, 12],
    ]) {
      await lens.open(`grid ${rows} x ${columns}`, { marks: { best: 0 } });
      for (let t = 0; t < count; t++) {
        await lens.chip(`word${t}`).click();
        await lens.leave();
        assert.equal(hottest(await lens.cells(rows, columns)), t, `word${t} on ${rows} x ${columns}`);
      }
    }
  },

  async "the canvas holds the raster's bytes in every palette on every scale"(lens) {
    await lens.open("example", { scope: "all", token: 3 });
    const differing = await lens.page.evaluate(async () => {
      const { core } = window.gallery;
      const wrong = [];
      for (const palette of core.PALETTE_NAMES)
        for (const scale of core.SCALE_NAMES)
          for (const blend of ["tint", "alpha", "multiply"])
            for (const opacity of [0.13, 0.8]) {
              const change = { color: { palette, scale, blend, opacity } };
              window.gallery.setView(change);
              await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
              const canvases = [...document.querySelectorAll(".cl-stage .cl-raster:not([hidden])")];
              const layers = core.rasters(core.scene(window.gallery.shown()));
              const same = layers.map(({ blend, raster }) => {
                const canvas = canvases.find((each) => each.classList.contains(`cl-${blend}`));
                const { width, height } = raster;
                const got = canvas?.getContext("2d").getImageData(0, 0, width, height).data;
                return got?.every((v, i) => v === raster.data[i]);
              });
              if (canvases.length !== layers.length || layers.length === 0 || same.includes(false))
                wrong.push(JSON.stringify(change));
            }
      return wrong;
    });
    assert.deepEqual(differing, []);
  },

  async "what is on the screen is the page under the raster"(lens) {
    await lens.open("example", { token: 3, marks: { best: 0 }, color: { opacity: 0.7 } });
    const cells = await lens.cells(2, 3);
    const raster = await lens.page.evaluate(() => {
      const { core } = window.gallery;
      const [{ raster }] = core.rasters(core.scene(window.gallery.shown()));
      return Array.from(raster.data);
    });
    cells.flat().forEach((pixel, i) => {
      const [r, g, b, a] = raster.slice(i * 4, i * 4 + 4);
      const expected = [r, g, b].map((c) => (c * a + 255 * (255 - a)) / 255);
      pixel.forEach((c, k) => {
        assert.ok(Math.abs(c - expected[k]) <= 1.5, `cell ${i}: ${pixel} instead of ${expected}`);
      });
    });
  },

  async "smooth, outline, contours and marked patches change the picture and the words"(lens) {
    await lens.open("grid 7 x 5", { token: 8, marks: { best: 0 } });
    const plain = await lens.cells(70, 50);
    const seen = new Set([JSON.stringify(plain)]);
    for (const change of [
      { cells: "smooth" },
      { color: { blend: "outline" } },
      { marks: { contours: 3 } },
      { marks: { best: 4 } },
      { color: { blend: "multiply" } },
    ]) {
      await lens.setView({ cells: "nearest", color: { blend: "alpha" }, marks: { contours: 0, best: 0 } });
      await lens.setView(change);
      seen.add(JSON.stringify(await lens.cells(70, 50)));
    }
    assert.equal(seen.size, 6);
    await lens.setView({ cells: "smooth", marks: { best: 3 } });
    assert.match(await lens.page.locator(".cl-fact-colours").innerText(), /interpolated for display only/);
    assert.equal(await lens.page.locator(".cl-overlay text").count(), 3);
  },

  async "the tip gives the exact cosine under the pointer, a screen reader what each token says there"(lens) {
    await lens.open("example", { token: 1, word: 0, scope: "all" });
    await lens.point(0.5, 0.75);
    const said = await lens.page.locator(".cl-tip").innerText();
    assert.match(said, /row 1, column 1\s+0\.160\s+“peak”/);
    await lens.leave();
    await lens.page.locator(".cl-stage .cl-paper").press("ArrowLeft");
    const spoken = await lens.page.locator("[aria-live]").innerText();
    assert.equal(
      spoken,
      "row 1, column 1: “peak” 0.160. [MASK] 0.460, ##s 0.360, load 0.260, peak 0.160, Q 0.060",
    );
    await lens.page.locator(".cl-stage .cl-paper").press("ArrowRight");
    assert.match(await lens.page.locator("[aria-live]").innerText(), /^row 1, column 2: .*0\.470 best patch/);
    await lens.page.locator(".cl-stage .cl-paper").blur();
    await lens.point(0.001, 0.001);
    assert.match(await lens.page.locator(".cl-tip").innerText(), /row 0, column 0/);
    await lens.leave();
    assert.equal(await lens.page.locator(".cl-tip").isVisible(), false);
  },

  async "zoom by keys, buttons and Ctrl and wheel, not by the plain wheel; dragging moves the page"(lens) {
    await lens.open("grid 7 x 5");
    const box = await lens.point(0.25, 0.25);
    await lens.page.mouse.wheel(0, -200);
    await lens.frame();
    assert.equal((await lens.page.locator(".cl-stage .cl-paper").boundingBox()).width, box.width);
    await lens.page.keyboard.down("Control");
    for (let i = 0; i < 4; i++) await lens.page.mouse.wheel(0, -300);
    await lens.page.keyboard.up("Control");
    await viewWhere(lens.page, ({ zoom }) => zoom.scale > 3);
    const zoomed = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    assert.ok(zoomed.width > box.width * 3);
    await lens.page.mouse.down();
    await lens.page.mouse.move(box.x + 0.25 * box.width + 60, box.y + 0.25 * box.height + 40, { steps: 4 });
    await lens.page.mouse.up();
    const dragged = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    assert.ok(dragged.x > zoomed.x && dragged.y > zoomed.y);
    await lens.page.getByRole("button", { name: "Whole page" }).click();
    await lens.frame();
    assert.ok(Math.abs((await lens.page.locator(".cl-stage .cl-paper").boundingBox()).width - box.width) < 1);
    assert.deepEqual((await lens.view()).zoom, { scale: 1, x: 0.5, y: 0.5 });
    await lens.page.locator(".cl-stage .cl-paper").focus();
    await lens.page.keyboard.press("+");
    assert.equal((await lens.view()).zoom.scale, 1.5);
    await lens.setView({ zoom: { scale: 4, x: 0.1, y: 0.9 } });
    const corner = await lens.page.locator(".cl-stage .cl-paper").boundingBox();
    assert.ok(Math.abs(corner.width - 4 * box.width) < 1, `${corner.width} is not 4 x ${box.width}`);
    assert.ok(corner.x > box.x - box.width && corner.y < box.y - 2 * box.height, "the lower left is in view");
  },

  async "what a cell sets while a magnified page is being scrolled holds, however late its frame comes"(
    lens,
  ) {
    await lens.delayFrames(500);
    await lens.open("grid 7 x 5");
    const width = async () => (await lens.page.locator(".cl-stage .cl-paper").boundingBox()).width;
    const full = await width();
    for (const scale of [4, 1]) {
      await lens.setView({ zoom: { scale: 2, x: 0.5, y: 0.5 } });
      // Scrolled by hand: 160 ms later the lens says where the page has come to rest.
      await lens.page
        .locator(".cl-stage")
        .evaluate((stage) => stage.scrollBy({ top: 60, behavior: "instant" }));
      await lens.page.waitForTimeout(60);
      await lens.setView({ zoom: { scale, x: 0.5, y: 0.5 } });
      const now = await lens.page.evaluate(() => window.gallery.shown().view.zoom.scale);
      assert.equal(now, scale, "what was set is what is kept");
      assert.ok(Math.abs((await width()) - scale * full) < 1, `${await width()} is not ${scale} x ${full}`);
    }
    // A turn of the wheel that comes before the frame magnifies what was set.
    await lens.setView({ zoom: { scale: 2, x: 0.5, y: 0.5 } });
    await lens.page.evaluate(() => {
      window.gallery.setView({ zoom: { scale: 4, x: 0.5, y: 0.5 } });
      const at = { clientX: innerWidth / 2, clientY: 400 };
      document
        .querySelector(".cl-stage .cl-paper")
        .dispatchEvent(
          new WheelEvent("wheel", { ctrlKey: true, deltaY: -100, bubbles: true, cancelable: true, ...at }),
        );
    });
    await lens.frame();
    const { scale } = await lens.page.evaluate(() => window.gallery.shown().view.zoom);
    assert.ok(scale > 4.5 && scale < 7, `one notch from 4 is ${scale}`);
  },

  async "a notch of the wheel zooms by a third, whatever it is counted in; a pinch follows the fingers"(
    lens,
  ) {
    await lens.open("grid 7 x 5");
    await lens.point(0.5, 0.5);
    const width = async () => (await lens.page.locator(".cl-stage .cl-paper").boundingBox()).width;
    const wheel = (change) =>
      lens.page.locator(".cl-stage .cl-paper").evaluate(
        (e, c) =>
          e.dispatchEvent(
            new WheelEvent("wheel", {
              ctrlKey: true,
              bubbles: true,
              cancelable: true,
              clientX: innerWidth / 2,
              clientY: 400,
              ...c,
            }),
          ),
        change,
      );
    const full = await width();
    for (const change of [
      { deltaY: -100 },
      { deltaY: -120 },
      { deltaY: -3, deltaMode: 1 },
      { deltaY: -1, deltaMode: 2 },
      { deltaY: -100, ctrlKey: false, metaKey: true },
    ]) {
      await lens.setView({ zoom: { scale: 1, x: 0.5, y: 0.5 } });
      await wheel(change);
      const grown = (await width()) / full;
      assert.ok(grown > 1.2 && grown < 1.5, `${JSON.stringify(change)}: ${grown}`);
      await wheel({ ...change, deltaY: -change.deltaY });
      assert.ok(Math.abs((await width()) - full) < 1, `${JSON.stringify(change)}: back again`);
    }
    // Two fingers twice as far apart, in the steps that Chromium tells of.
    const steps = Array.from({ length: 20 }, () => (-100 * Math.log(2)) / 20);
    let before = await width();
    for (const deltaY of steps) {
      await wheel({ deltaY });
      const now = await width();
      assert.ok(now / before < 1.05, `one step: ${now / before}`);
      before = now;
    }
    assert.ok(Math.abs(before / full - 2) < 0.02, `pinched: ${before / full}`);
    for (const [scale, deltaY] of [
      [1, 100],
      [32, -100],
    ]) {
      await lens.setView({ zoom: { scale, x: 0.5, y: 0.5 } });
      assert.equal(await wheel({ deltaY }), false, `the window is not zoomed instead, at ${scale}`);
    }
    assert.equal(await wheel({ deltaY: 100, ctrlKey: false }), true, "the plain wheel scrolls the notebook");
  },

  async "each + zooms further, however fast they come"(lens) {
    await lens.delayFrames(200);
    await lens.open("grid 7 x 5");
    await lens.page.locator(".cl-stage .cl-paper").focus();
    for (let i = 0; i < 3; i++) await lens.page.keyboard.press("+");
    assert.equal((await lens.view()).zoom.scale, 1.5 ** 3);
  },

  async "multiplied, a stronger cell is the more visible one, and the legend has the colours of the page"(
    lens,
  ) {
    const { page } = lens;
    const distance = (c) => Math.hypot(...c.map((v) => 255 - v));
    await lens.open("grid 7 x 5", { token: 0, word: 0, marks: { best: 0 }, color: { scale: "token" } });
    for (const blend of ["alpha", "multiply"])
      for (const palette of ["viridis", "mako", "magma", "YlOrRd", "cividis"]) {
        await lens.setView({ color: { blend, palette, opacity: 0.8 } });
        const cells = (await lens.cells(7, 5)).flat();
        // Cell 0 is the strongest; the others rise from the second to the last.
        if (blend === "multiply") {
          assert.ok(distance(cells[0]) > distance(cells[34]), `${palette}: the strongest is most visible`);
          for (let i = 2; i < 35; i++)
            assert.ok(distance(cells[i]) >= distance(cells[i - 1]) - 3, `${palette}: cell ${i}`);
        }
        const { strips, value } = await page.evaluate(() => {
          const { core } = window.gallery;
          const { scale, shown } = core.scene(window.gallery.shown());
          const box = document.querySelector(".cl-wedge-colours").getBoundingClientRect();
          const [low, high] = scale.domain;
          const value = shown.map.data[34];
          return { strips: [box.x, box.bottom, box.width], value: (value - low) / (high - low) };
        });
        const [left, bottom, width] = strips;
        const shot = await page.screenshot({
          clip: { x: left + value * width - 1, y: bottom - 3, width: 2, height: 2 },
        });
        const [[legend]] = await colours(shot);
        assert.ok(
          cells[34].every((c, k) => Math.abs(c - legend[k]) <= 6),
          `${blend} ${palette}: ${cells[34]} on the page, ${legend} in the legend`,
        );
      }
  },

  async "Shift and drag selects a block of patches, a click one"(lens) {
    await lens.open("grid 7 x 5");
    const box = await lens.point(0.3, 0.2);
    await lens.page.keyboard.down("Shift");
    await lens.page.mouse.down();
    await lens.page.mouse.move(box.x + 0.7 * box.width, box.y + 0.5 * box.height, { steps: 3 });
    await lens.page.mouse.up();
    await lens.page.keyboard.up("Shift");
    assert.deepEqual((await lens.view()).region, { row: 1, column: 1, rows: 3, columns: 3 });
    await lens.page.mouse.click(box.x + 0.05 * box.width, box.y + 0.05 * box.height);
    assert.deepEqual((await lens.view()).region, { row: 0, column: 0, rows: 1, columns: 1 });
    await lens.leave();
    assert.match(await lens.page.locator(".cl-tip").innerText(), /row 0, column 0/);
    await lens.page.locator(".cl-stage .cl-paper").press("Escape");
    assert.equal((await lens.view()).region, null);
  },
};
