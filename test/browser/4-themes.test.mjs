/** The lens under JupyterLab's own themes, and what a notebook of another version shows. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/report.mjs";
import { useJupyter } from "./jupyterlab.mjs";
import { LensOnScreen } from "./lens.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const pictures = join(root, "test", "output", "themes");
/** Cells of examples/first-look.ipynb. */
const [OPEN, ASK] = [1, 3];

let notebook;
let lens;

const jupyter = useJupyter(async ({ browser }) => {
  notebook = await browser.open("first-look.ipynb");
  for (const cell of [OPEN, ASK]) await notebook.run(cell);
  lens = await new LensOnScreen(await notebook.area(ASK)).ready();
  mkdirSync(pictures, { recursive: true });
});

async function useTheme(name) {
  await notebook.page.evaluate(
    (theme) => window.jupyterapp.commands.execute("apputils:change-theme", { theme }),
    name,
  );
  await notebook.page.waitForFunction((theme) => document.body.dataset.jpThemeName === theme, name);
  // The name changes before the colours are there.
  const sheet = `theme-${name.replace("JupyterLab ", "").toLowerCase().replaceAll(" ", "-")}-extension`;
  await notebook.page.waitForFunction(
    (part) => Array.from(document.styleSheets).some(({ href }) => href?.includes(part)),
    sheet,
  );
  await lens?.rest();
}

/** Luminance of an element's own colours, 0 to 1: [text, background]. */
function luminances(selector) {
  const luminance = (colour) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = Array.from(canvas.getImageData(0, 0, 1, 1).data, (v) => (v / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(document.querySelector(selector));
  return [luminance(style.color), luminance(style.backgroundColor)];
}

for (const [theme, dark] of [
  ["JupyterLab Light", false],
  ["JupyterLab Dark", true],
  ["JupyterLab Dark High Contrast", true],
])
  test(`${theme}: the lens follows, its text can be read, its map keeps its colours`, async () => {
    await useTheme(theme);
    const [ink, back] = await notebook.page.evaluate(luminances, ".cl-lens-body");
    assert.equal(ink > back, dark, `text ${ink} on ${back}`);
    const contrast = (Math.max(ink, back) + 0.05) / (Math.min(ink, back) + 0.05);
    assert.ok(contrast >= (theme.includes("High Contrast") ? 12 : 7), `contrast ${contrast}`);
    await notebook.page.evaluate(axe);
    const found = await notebook.page.evaluate(async () => {
      const { violations } = await window.axe.run(document.querySelector(".cl-lens"));
      return violations.map(
        (v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")} ${v.nodes[0].failureSummary}`,
      );
    });
    assert.deepEqual(found, []);
    await lens.choose("battery");
    const { value } = await lens.map();
    assert.ok(value > 0.4, `the hottest cell for battery is ${value}`);
    writeFileSync(join(pictures, `${theme.replaceAll(" ", "-")}.png`), await lens.root.screenshot());
  });

test("in JupyterLab a lens fills the window and goes back, and keys stay its own", async () => {
  await useTheme("JupyterLab Light");
  const { page } = notebook;
  const before = await lens.root.boundingBox();
  await lens.root.getByRole("button", { name: "Larger view" }).click();
  await lens.rest();
  const size = page.viewportSize();
  assert.deepEqual(await lens.root.boundingBox(), { x: 0, y: 0, ...size });
  const cells = await notebook.count();
  await lens.paper.focus();
  // In JupyterLab these would add a cell, delete one, and start another cell.
  for (const key of ["b", "d", "d", "a", "ArrowDown"]) await page.keyboard.press(key);
  assert.equal(await notebook.count(), cells);
  await page.keyboard.press("Escape");
  await lens.rest();
  assert.equal(Math.round((await lens.root.boundingBox()).width), Math.round(before.width));
});

test("a notebook saved by a version that is not installed shows its picture and says what to do", async () => {
  const { page } = notebook;
  // JupyterLab trusts a notebook, and shows its widgets, once every stored output has been made anew.
  for (let i = 0; i < (await notebook.count()); i++) await notebook.run(i);
  await notebook.save();
  await page.evaluate(() =>
    window.jupyterapp.serviceManager.settings.save(
      "@jupyter-widgets/jupyterlab-manager:plugin",
      JSON.stringify({ saveState: false }),
    ),
  );
  await notebook.reload();
  await jupyter.lab.restartKernel();
  const changed = await page.evaluate(() => {
    const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
    const widgets = JSON.parse(JSON.stringify(sharedModel.getMetadata("widgets")));
    const models = Object.values(widgets["application/vnd.jupyter.widget-state+json"].state);
    const ours = models.filter((model) => model.model_module === "colpali-lens");
    for (const model of ours) {
      model.model_module_version = "^0.0.1";
      Object.assign(model.state, { _model_module_version: "^0.0.1", _view_module_version: "^0.0.1" });
    }
    sharedModel.setMetadata("widgets", widgets);
    return ours.length;
  });
  assert.ok(changed > 0, "the lens's state was saved");
  await notebook.save();
  await notebook.reload();
  const area = await notebook.area(ASK);
  await area.locator(".cl-stand-in").waitFor({ timeout: 20_000 });
  const size = await area
    .locator("img")
    .first()
    .evaluate((img) => img.naturalWidth);
  assert.ok(size > 300, `the picture is ${size} px wide`);
  const said = await area.textContent();
  assert.doesNotMatch(said, /Error displaying widget|model not found|Loading widget/);
  assert.match(said, /Run the cell again/);
});
