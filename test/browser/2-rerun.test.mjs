/** What a notebook keeps of widgets whose cells run again, are cleared, copied, deleted and brought back. */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until, useJupyter } from "./jupyterlab.mjs";
import { LensOnScreen } from "./lens.mjs";
import { freshNotebook } from "./notebook.mjs";

const FILE = "rerun.ipynb";
const STATE = "application/vnd.jupyter.widget-state+json";
let notebook;

const jupyter = useJupyter(async ({ lab, browser }) => {
  writeFileSync(join(lab.folder, FILE), freshNotebook([]));
  notebook = await browser.open(FILE);
  await notebook.add(`import { explain, loadModel, openPages } from "colpali-lens";
    import { FloatProgress, HBox, IntSlider, jslink, Output, VBox } from "colpali-lens/widgets";
    const model = await loadModel("mini"), pages = await openPages("energy-report.pdf");
    let old: IntSlider, slider: IntSlider;`);
});

/** What is on disk after saving: names of the saved models, in order, and the size of the file. */
async function saved() {
  await notebook.save();
  const path = join(jupyter.lab.folder, FILE);
  const { metadata } = JSON.parse(readFileSync(path, "utf8"));
  const models = Object.values(metadata.widgets?.[STATE]?.state ?? {});
  return { models: models.map((each) => each.model_name).sort(), bytes: statSync(path).size };
}

const count = (models, name) => models.filter((each) => each === name).length;
const command = (name) =>
  notebook.page.evaluate((id) => window.jupyterapp.commands.execute(id), `notebook:${name}`);
/** Deletes a cell in a step of its own that can be undone. */
const remove = async (index) => {
  await select(index);
  await notebook.page.evaluate(() =>
    window.jupyterapp.shell.currentWidget.content.model.sharedModel.undoManager.stopCapturing(),
  );
  await command("delete-cell");
};
const select = (index) =>
  notebook.page.evaluate((i) => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = i;
  }, index);
/** Number of models that the kernel holds open. */
const open = () =>
  notebook.page.evaluate(async () => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const { content } = await kernel.requestCommInfo({ target_name: "jupyter.widget" });
    return Object.keys(content.comms).length;
  });

/** Moves the slider of a cell's output by one and waits until it shows `value`. */
async function moves(index, value) {
  const area = await notebook.area(index);
  const handle = area.locator(".noUi-handle").first();
  await handle.waitFor();
  await handle.press("ArrowRight");
  const readout = area.locator(".widget-readout").first();
  await until(
    async () => (await readout.textContent()) === String(value),
    10_000,
    () => `the slider of cell ${index} does not show ${value}`,
  );
}

test("a lens whose cell runs six times is one lens, and none once its output is cleared", async (t) => {
  const { index } = await notebook.add('const lens = await explain(model, pages, "battery"); lens');
  const runs = [];
  for (let run = 1; run <= 6; run++) {
    if (run > 1) await notebook.run(index);
    await new LensOnScreen(await notebook.area(index)).ready();
    runs.push(await saved());
  }
  await command("clear-all-cell-outputs");
  const cleared = await saved();
  t.diagnostic(`bytes after each run: ${runs.map(({ bytes }) => bytes)}; cleared: ${cleared.bytes}`);
  const { models } = runs[0];
  assert.equal(count(models, "LensModel"), 1);
  assert.deepEqual(
    runs.map((run) => run.models),
    Array(6).fill(models),
  );
  assert.deepEqual(cleared.models, []);
  assert.equal(await open(), models.length, "the lens that a variable holds, and its parts");

  const again = await notebook.add("lens");
  await new LensOnScreen(await notebook.area(again.index)).ready();
  assert.deepEqual((await saved()).models, models);
});

test("what another cell shows lives on when its own cell runs again, and goes when nothing shows it", async () => {
  const made = await notebook.add("old = slider; slider = new IntSlider(); slider");
  const boxed = await notebook.add("new VBox([slider])");
  await notebook.run(made.index);
  await moves(made.index, 1);
  await moves(boxed.index, 1);
  assert.equal((await notebook.add("[old.value, slider.value].join()")).text, "'1,1'");
  assert.equal(count((await saved()).models, "IntSliderModel"), 2);
  await notebook.run(boxed.index);
  await moves(boxed.index, 2);
  assert.equal(count((await saved()).models, "IntSliderModel"), 1);
  const shown = await notebook.add("old");
  await moves(shown.index, 2);
  assert.equal((await notebook.add("old.value")).text, "2");
});

test("links, outputs and what stands in them are kept with what is shown, and only then", async () => {
  await command("clear-all-cell-outputs");
  const { index } = await notebook.add(`const a = new IntSlider(), b = new IntSlider(), out = new Output();
    jslink([a, "value"], [b, "value"]);
    await out.display(new FloatProgress(0.5));
    new HBox([a, b, out])`);
  const wanted = { IntSliderModel: 2, LinkModel: 1, OutputModel: 1, FloatProgressModel: 1, HBoxModel: 1 };
  for (let run = 1; run <= 3; run++) {
    if (run > 1) await notebook.run(index);
    await (await notebook.area(index)).locator(".progress-bar").waitFor();
    const { models } = await saved();
    const counts = Object.fromEntries(Object.keys(wanted).map((name) => [name, count(models, name)]));
    assert.deepEqual(counts, wanted, `run ${run}`);
  }
  await moves(index, 1);
  const readouts = (await notebook.area(index)).locator(".widget-readout");
  assert.deepEqual(await readouts.allTextContents(), ["1", "1"]);
});

test("a copied cell keeps its widget when the first one runs again", async () => {
  const { index } = await notebook.add("new IntSlider()");
  await moves(index, 1);
  await select(index);
  await command("copy-cell");
  await command("paste-cell-below");
  await moves(index + 1, 2);
  await notebook.run(index);
  await moves(index, 1);
  await moves(index + 1, 3);
  assert.equal(count((await saved()).models, "IntSliderModel") >= 2, true);
});

test("a deleted cell's widget goes; brought back it is live, before and after that", async () => {
  await command("clear-all-cell-outputs");
  const other = await notebook.add("0");
  const { index } = await notebook.add("new IntSlider()");
  await moves(index, 1);
  const before = await open();
  await remove(index);
  await command("undo-cell-action");
  await notebook.run(other.index);
  await moves(index, 2);
  await remove(index);
  await notebook.run(other.index);
  await until(
    async () => (await open()) < before,
    5000,
    () => `${before} models are still open`,
  );
  assert.deepEqual((await saved()).models, []);
  await command("undo-cell-action");
  await moves(index, 3);
});

test("nothing went wrong in the page meanwhile", () => {
  assert.deepEqual(jupyter.browser.problems, []);
});
