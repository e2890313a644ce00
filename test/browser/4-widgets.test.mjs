/** Jupyter's core widgets driven from TypeScript, in both front ends: both ways, two tabs, reload, restart, keys. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { HOSTS, until, useJupyter } from "./jupyterlab.mjs";
import { LensOnScreen } from "./lens.mjs";
import { freshNotebook, textOf } from "./notebook.mjs";

const jupyter = useJupyter();

const MAKE = `
import { Button, Checkbox, Dropdown, IntProgress, IntSlider, interactive, Label, Output, Text, VBox } from "colpali-lens/widgets";
const slider = new IntSlider({ value: 3, max: 10, description: "slider" });
const text = new Text("abc");
const tick = new Checkbox(false);
const list = new Dropdown({ options: { one: 10, two: 20 } });
const bar = new IntProgress({ max: 10, value: 3 });
const label = new Label("<b>not bold</b>");
const button = new Button("go");
const out = new Output();
let clicks = 0;
button.onClick(() => { console.log("clicked", ++clicks); });
button.onClick(() => out.capture(async () => {
  console.log("started");
  await new Promise((done) => setTimeout(done, 50));
  console.log("ended", clicks);
}));
slider.on("change:value", (value) => { bar.value = value; });
new VBox([slider, text, tick, list, bar, label, button, out])`;

/** The controls of one cell's output, as a person sees them. */
class Controls {
  constructor(area) {
    this.area = area;
    this.handle = area.locator(".noUi-handle").first();
    this.text = area.locator(".widget-text input").first();
    this.tick = area.locator(".widget-checkbox input");
    this.list = area.locator(".widget-dropdown select");
    this.button = area.locator("button.jupyter-button");
    this.out = area.locator(".jupyter-widget-output, .jp-OutputArea-output .widget-output").first();
  }

  static async in(notebook, index) {
    const controls = new Controls(await notebook.area(index));
    await controls.handle.waitFor({ timeout: 30_000 });
    return controls;
  }

  slider() {
    return this.area.locator(".widget-readout").first().textContent();
  }

  async bar() {
    const style = await this.area.locator(".progress-bar").getAttribute("style");
    return /width: ([\d.]+%)/.exec(style ?? "")?.[1];
  }

  async shows(value) {
    await seen(() => this.slider(), String(value), "the slider");
    await seen(() => this.bar(), `${value * 10}%`, "the bar");
  }

  async press(...keys) {
    await this.handle.focus();
    for (const key of keys) await this.handle.press(key);
  }
}

/** Waits until what is on the screen is what is expected. */
async function seen(ask, expected, what) {
  let last;
  const same = async () => {
    last = await ask();
    return last === expected;
  };
  await until(same, 15_000, () => `${what}: ${JSON.stringify(last)}, expected ${JSON.stringify(expected)}`);
}

const selection = (notebook) =>
  notebook.page.evaluate(() => {
    const { activeCellIndex, mode } = window.jupyterapp.shell.currentWidget.content;
    return [activeCellIndex, mode];
  });

for (const host of Object.keys(HOSTS)) {
  describe(host, () => {
    const file = `widgets-${host.replace(" ", "-")}.ipynb`;
    let notebook;
    let made;
    let controls;
    const value = async (code) => (await notebook.add(code)).text;

    before(async () => {
      writeFileSync(join(jupyter.lab.folder, file), freshNotebook([]));
      notebook = await jupyter.browser.open(file, jupyter.browser.page, host);
      made = await notebook.add(MAKE);
      controls = await Controls.in(notebook, made.index);
    });

    test("the page shows what the kernel has, text as text", async () => {
      await controls.shows(3);
      assert.equal(await controls.text.inputValue(), "abc");
      assert.equal(await controls.area.locator(".widget-label", { hasText: "<b>not bold</b>" }).count(), 1);
    });

    test("what a cell sets is seen", async () => {
      await notebook.add(`slider.set({ value: 7, description: "moved" }); text.value = "é😀"; tick.value = true; list.value = 20;
        slider.layout.width = "400px"; button.style.button_color = "rgb(1, 2, 3)";`);
      await controls.shows(7);
      await seen(() => controls.text.inputValue(), "é😀", "the field");
      assert.equal(await controls.tick.isChecked(), true);
      assert.equal(await controls.list.evaluate((list) => list.selectedOptions[0].textContent), "two");
      assert.equal(
        await controls.button.evaluate((b) => getComputedStyle(b).backgroundColor),
        "rgb(1, 2, 3)",
      );
      const { width } = await controls.area.locator(".widget-slider").first().boundingBox();
      assert.equal(Math.round(width), 400);
    });

    test("what a person does is known in the kernel", async () => {
      await controls.press("ArrowRight");
      await controls.text.fill("typed");
      await controls.tick.uncheck();
      await controls.list.selectOption("one");
      await controls.shows(8);
      const known = "JSON.stringify([slider.value, text.value, tick.value, list.value, bar.value])";
      assert.equal(await value(known), `'[8,"typed",false,10,8]'`);
    });

    test("keys in a slider and a list move them, never the notebook's selection", async () => {
      await notebook.page.evaluate((index) => {
        const { content } = window.jupyterapp.shell.currentWidget;
        content.activeCellIndex = index;
        content.mode = "command";
      }, made.index);
      const before = await selection(notebook);
      await controls.press("ArrowUp", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageDown", "Home");
      await controls.shows(0);
      await controls.press("ArrowUp", "End");
      await controls.shows(10);
      await controls.list.focus();
      await controls.list.press("ArrowDown");
      await controls.tick.focus();
      await controls.tick.press("ArrowDown");
      assert.deepEqual(await selection(notebook), before);
      assert.equal(await value("list.value"), "20");
    });

    test("a listener prints below its cell, a captured one into its output, awaiting included", async () => {
      await controls.button.click();
      await seen(
        () => controls.out.innerText().then((t) => t.trim()),
        "started\nended 1",
        "the output widget",
      );
      const printed = (await notebook.outputs(made.index)).filter(
        (output) => output.output_type === "stream",
      );
      assert.equal(textOf(printed), "clicked 1\n");
      await notebook.add(`out.clearOutput(); out.capture(() => { console.log("from a cell"); });`);
      await seen(() => controls.out.innerText().then((t) => t.trim()), "from a cell", "the output widget");
    });

    test("a function runs again with the controls it was given", async () => {
      const { index } = await notebook.add(`interactive(({ n, w }) => w.repeat(n), { n: [1, 3], w: "ab" })`);
      const area = await notebook.area(index);
      const result = () =>
        area
          .locator(".widget-output, .jupyter-widget-output")
          .innerText()
          .then((t) => t.trim());
      await seen(result, "'abab'", "the result");
      await area.locator(".noUi-handle").press("End");
      await seen(result, "'ababab'", "the result");
      await area.locator(".widget-text input").fill("x");
      await seen(result, "'xxx'", "the result");
    });

    test("a second tab shows the same, and each follows the other", async () => {
      await notebook.save();
      const tab = await jupyter.browser.newTab();
      const other = await jupyter.browser.open(file, tab, host);
      const second = await Controls.in(other, made.index);
      await second.shows(10);
      assert.equal(await second.text.inputValue(), "typed");
      await second.press("ArrowLeft", "ArrowLeft");
      await controls.shows(8);
      await controls.press("ArrowLeft");
      await second.shows(7);
      await second.text.fill("of two");
      await seen(() => controls.text.inputValue(), "of two", "the field of the first tab");
      await notebook.add("slider.value = 2");
      await controls.shows(2);
      await second.shows(2);
      await tab.close();
    });

    test("after a reload it is as it was, and live", async () => {
      await notebook.save();
      await notebook.reload();
      controls = await Controls.in(notebook, made.index);
      await controls.shows(2);
      await controls.press("ArrowRight");
      await controls.shows(3);
      assert.equal(await value("[slider.value, text.value].join()"), "'3,of two'");
      await controls.button.click();
      await seen(
        () => controls.out.innerText().then((t) => t.trim()),
        "from a cell\nstarted\nended 2",
        "the output widget",
      );
    });

    test("after a restart of the kernel it runs anew", async () => {
      await notebook.page.evaluate(() =>
        window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(),
      );
      await notebook.ready();
      await notebook.run(made.index);
      controls = await Controls.in(notebook, made.index);
      await controls.shows(3);
      await controls.press("ArrowRight");
      await controls.shows(4);
      assert.equal(await value("slider.value"), "4");
    });
  });
}

describe("the lens in Notebook 7", () => {
  let notebook;
  let lens;
  /** Cells of examples/first-look.ipynb that matter here. */
  const [OPEN, ASK, READ, SET, SECOND, SCORE] = [1, 3, 5, 6, 8, 10];

  before(async () => {
    notebook = await jupyter.browser.open("first-look.ipynb", jupyter.browser.page, "Notebook 7");
    for (const index of [OPEN, ASK]) await notebook.run(index);
    lens = await new LensOnScreen(await notebook.area(ASK)).ready();
  });

  async function ask(query) {
    await lens.root.locator(".cl-query").fill(query);
    await lens.root.locator(".cl-query").press("Enter");
    await lens.waitForQuery(query);
  }

  test("is live, both ways", async () => {
    await lens.choose("beside");
    assert.equal(textOf(await notebook.run(READ)), "1");
    await notebook.run(SET);
    await notebook.area(ASK);
    await lens.waitForPressed("battery");
    await ask("frosty evening");
    assert.match((await notebook.add("lens.query")).text, /frosty evening/);
  });

  test("stands in a box, driven by a slider", async () => {
    const { index } = await notebook.add(`import { FloatSlider, VBox } from "colpali-lens/widgets";
      const opacity = new FloatSlider({ value: 0.5, max: 1, step: 0.25 });
      opacity.on("change:value", (value) => { lens.view.color.opacity = value; });
      new VBox([opacity, lens.widget])`);
    const area = await notebook.area(index);
    await new LensOnScreen(area).ready();
    await area.locator(".noUi-handle").press("ArrowRight");
    const shown = () => area.getByLabel("Tint", { exact: true }).inputValue();
    await seen(shown, "0.75", "the opacity of the lens");
    assert.equal((await notebook.add("lens.view.color.opacity")).text, "0.75");
  });

  test("is there again after a reload", async () => {
    // A notebook is trusted, and its widgets are shown, once every stored output has been made anew.
    for (const index of [SECOND, SCORE]) await notebook.run(index);
    await ask("frosty evening");
    await notebook.save();
    await notebook.reload();
    lens = await new LensOnScreen(await notebook.area(ASK)).ready();
    assert.equal(await lens.query(), "frosty evening");
    await lens.choose("evening");
    assert.equal((await notebook.add("lens.tokens[lens.view.token!].text")).text, "'evening'");
  });

  test("keys in it never move the notebook's selection", async () => {
    await notebook.page.evaluate((index) => {
      const { content } = window.jupyterapp.shell.currentWidget;
      content.activeCellIndex = index;
      content.mode = "command";
    }, ASK);
    await notebook.area(ASK);
    const before = await selection(notebook);
    const focusable = lens.root.locator("button, input[type=range], select, [tabindex='0']");
    const count = await focusable.count();
    assert.ok(count > 5, `only ${count} places for the focus`);
    for (let i = 0; i < count; i++) {
      const place = focusable.nth(i);
      if (!(await place.isVisible()) || !(await place.isEnabled())) continue;
      await place.focus();
      for (const key of ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "ArrowDown"])
        await notebook.page.keyboard.press(key);
      const name = await notebook.page.evaluate(() => document.activeElement.outerHTML.slice(0, 120));
      assert.deepEqual(await selection(notebook), before, `moved from ${name}`);
    }
  });
});

test("nothing went wrong in the pages meanwhile", () => {
  assert.deepEqual(jupyter.browser.problems, []);
});
