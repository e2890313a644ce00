import sharp from "sharp";

/** A gallery page with what the tests need: opening a state, reading pixels, and what the viewer passed on. */
export async function open(context, url) {
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);

  const frame = () => nextFrame(page);
  return {
    page,
    errors,
    frame,
    /** From now on frames come so many milliseconds late, as on a busy machine. Opens the page anew. */
    async delayFrames(milliseconds) {
      await page.addInitScript(lateFrames, milliseconds);
      await page.reload();
    },
    async open(name, view = {}) {
      await page.evaluate(([n, v]) => window.gallery.open(n, v), [name, view]);
      await shown(page);
      await spread(page);
    },
    /** Opens a state as a person gets it: the printed area across the stage, settings behind their names. */
    async openAtRest(name, view = {}) {
      await page.evaluate(([n, v]) => window.gallery.open(n, v), [name, view]);
      await shown(page);
    },
    /** What the person's settings are now, as passed on. */
    view: () => page.evaluate(() => window.gallery.views.at(-1) ?? null),
    setView: async (change) => {
      await page.evaluate((c) => window.gallery.setView(c), change);
      await frame();
    },
    chip: (label) => page.locator(".cl-chip", { has: page.getByText(label, { exact: true }) }),
    /** Colours at the centre of each cell of the page as it is on the screen: [row][column] of [r, g, b]. */
    cells: (rows, columns) => cellsOf(page.locator(".cl-stage .cl-paper").first(), rows, columns),
    /** Moves the mouse to a place on the page, in fractions of it. */
    async point(x, y) {
      const box = await page.locator(".cl-stage .cl-paper").first().boundingBox();
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
      await frame();
      return box;
    },
    async leave() {
      await page.mouse.move(1, 1);
      await frame();
    },
  };
}

/** Until what was set by now has been drawn. */
export function nextFrame(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Until a lens that was just opened is drawn, its pages included. */
export async function shown(page) {
  await nextFrame(page);
  await page.evaluate(() =>
    Promise.all(Array.from(document.images).flatMap((image) => (image.src ? [image.decode()] : []))),
  );
  await nextFrame(page);
}

/** Shows whole pages, and what is behind names in the panel. */
export async function spread(page) {
  await page.evaluate(() => {
    for (const button of document.querySelectorAll('[aria-label="Whole page"]:enabled')) button.click();
    for (const fold of document.querySelectorAll(".cl-side details")) fold.open = true;
  });
  await nextFrame(page);
}

/** Until the settings passed on last are as expected. */
export function viewWhere(page, condition) {
  return page.waitForFunction(
    `window.gallery.views.length > 0 && (${condition})(window.gallery.views.at(-1))`,
  );
}

/** Runs in the page. */
function lateFrames(milliseconds) {
  const { requestAnimationFrame } = window;
  window.requestAnimationFrame = (callback) =>
    setTimeout(() => requestAnimationFrame.call(window, callback), milliseconds);
  window.cancelAnimationFrame = (handle) => clearTimeout(handle);
}

/** Index of the cell that differs most from white, in raster order. */
export function hottest(cells) {
  const flat = cells.flat().map(([r, g, b]) => 765 - r - g - b);
  return flat.indexOf(Math.max(...flat));
}

/** Colours at the centre of each cell of an element. */
export async function cellsOf(locator, rows, columns) {
  const { data, info } = await sharp(await locator.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (r, c) =>
    Math.floor(((r + 0.5) * info.height) / rows) * info.width +
    Math.floor(((c + 0.5) * info.width) / columns);
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => Array.from(data.subarray(3 * at(r, c), 3 * at(r, c) + 3))),
  );
}
