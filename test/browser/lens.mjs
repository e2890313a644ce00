/** The lens in a cell's output, as a person sees and uses it. */
import { nextFrame, spread } from "../src/page.mjs";
import { until } from "./jupyterlab.mjs";
import { hottest, paintedMap } from "./painted.mjs";

/** What `mini` shows by default. */
export const GRID = { rows: 64, columns: 64, domain: [0.25, 0.6] };

export class LensOnScreen {
  /** @param {import("playwright-core").Locator} output a cell's output area */
  constructor(output) {
    this.page = output.page();
    this.root = output.locator(".cl-lens");
    this.paper = this.root.locator(".cl-stage .cl-paper");
  }

  /** Waits until the lens shows a page. */
  async ready() {
    await this.paper.waitFor({ timeout: 30_000 });
    const shown = (img) => img.complete && img.naturalWidth > 0;
    await until(
      () => this.paper.locator("img").evaluate(shown),
      10_000,
      () => "the lens shows no page",
    );
    await spread(this.page);
    await this.rest();
    return this;
  }

  /** Moves the pointer away and lets the browser paint. */
  async rest() {
    await this.page.mouse.move(2, 2);
    await nextFrame(this.page);
  }

  chip(label) {
    return this.root
      .locator(".cl-chip", { has: this.page.locator(`.cl-chip-label:text-is("${label}")`) })
      .first();
  }

  labels() {
    return this.root.locator(".cl-chip-label").allTextContents();
  }

  async choose(label) {
    await this.chip(label).click();
    await this.rest();
  }

  /** Labels of the chips that are pressed. */
  pressed() {
    return this.root.locator('.cl-chip[aria-pressed="true"] .cl-chip-label').allTextContents();
  }

  async waitForPressed(label) {
    await until(
      async () => (await this.pressed()).join() === label,
      5000,
      () => `the chip ${label} is not pressed`,
    );
    await this.rest();
  }

  /** Which document and page are shown, in the lens's own words. */
  where() {
    return this.root.locator(".cl-fact-page").textContent();
  }

  query() {
    return this.root.locator(".cl-query").inputValue();
  }

  async waitForQuery(query) {
    await until(
      async () => (await this.query()) === query,
      15_000,
      () => `the lens does not show the query ${query}`,
    );
    await this.rest();
  }

  async opacity(value) {
    await this.root.getByLabel("Tint", { exact: true }).fill(String(value));
    await this.rest();
  }

  /** Colours that can be read back as numbers: one palette over the page, whatever its paper. */
  async colours(palette, blend) {
    await this.root.getByLabel("Colours", { exact: true }).selectOption(palette);
    await this.root.getByLabel("Blend", { exact: true }).selectOption(blend);
  }

  async picture() {
    await this.rest();
    return this.paper.screenshot();
  }

  /** The map that is on the screen, in cosines, and its hottest cell as a rectangle in fractions of the page. */
  async map(grid = GRID) {
    const before = await this.root.getByLabel("Tint", { exact: true }).inputValue();
    await this.colours("viridis", "alpha");
    await this.opacity(0);
    const bare = await this.picture();
    await this.opacity(1);
    const painted = await this.picture();
    await this.colours("auto", "tint");
    await this.opacity(before);
    const map = await paintedMap(painted, bare, grid);
    const { row, column, value } = hottest(map, grid.columns);
    const cell = {
      x: column / grid.columns,
      y: row / grid.rows,
      width: 1 / grid.columns,
      height: 1 / grid.rows,
    };
    return { map, row, column, value, cell };
  }
}
