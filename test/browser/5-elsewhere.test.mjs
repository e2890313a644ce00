/** A notebook with a lens where the widget cannot run: exported by nbconvert, not trusted, on a code-hosting site. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { root } from "../../tools/report.mjs";
import { environment, python } from "../../tools/setup.mjs";
import { useJupyter } from "./jupyterlab.mjs";
import { GRID } from "./lens.mjs";
import { freshNotebook } from "./notebook.mjs";

const WIDGET = "application/vnd.jupyter.widget-view+json";
const CELLS = [
  'import { explain, loadModel, openPages } from "colpali-lens";\nconst model = await loadModel("mini");',
  'const lens = await explain(model, await openPages("energy-report.pdf"), "battery beside the harbour");\nlens',
];

let folder;
let executed;

const nbconvert = (...args) =>
  promisify(execFile)(python, ["-m", "nbconvert", "--log-level=ERROR", ...args], {
    cwd: folder,
    env: { ...process.env, ...environment() },
  });

const jupyter = useJupyter(async ({ lab }) => {
  folder = lab.folder;
  writeFileSync(join(folder, "fresh.ipynb"), freshNotebook(CELLS));
  await nbconvert("--to", "notebook", "--execute", "fresh.ipynb", "--output", "live.ipynb");
  executed = JSON.parse(readFileSync(join(folder, "live.ipynb"), "utf8"));
  const plain = structuredClone(executed);
  delete plain.metadata.widgets;
  writeFileSync(join(folder, "plain.ipynb"), JSON.stringify(plain));
});

test("an executed notebook stores the live lens, its picture, its table and its words", async () => {
  const output = lensOutput();
  assert.deepEqual(Object.keys(output.data).sort(), [WIDGET, "image/png", "text/html", "text/plain"].sort());
  const { state } = executed.metadata.widgets["application/vnd.jupyter.widget-state+json"];
  assert.ok(state[output.data[WIDGET].model_id], "the lens's state is stored");
  const picture = await sharp(Buffer.from(joined(output.data["image/png"]), "base64")).metadata();
  assert.deepEqual([picture.format, picture.width], ["png", 680]);
  assert.match(joined(output.data["text/plain"]), /^.+\nLens “battery beside the har…” on page 1 of 4/);
  assert.doesNotMatch(joined(output.data["text/html"]), /<script|<style|<link|https?:/);
});

for (const [name, what] of [
  ["live", "with the widgets' state"],
  ["plain", "without widget state"],
]) {
  test(`nbconvert's HTML ${what} shows picture and table, without a network`, async () => {
    await nbconvert("--to", "html", `${name}.ipynb`);
    const page = await jupyter.browser.newTab();
    await page.context().setOffline(true);
    try {
      await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
      await pictureAndTable(page.locator(".jp-OutputArea-output").last());
      if (process.env.SCREENSHOT) await page.screenshot({ path: shot(`nbconvert-${name}`), fullPage: true });
    } finally {
      await page.context().setOffline(false);
      await page.close();
    }
  });
}

test("nbconvert's Markdown and the export menu's HTML show them, too", async () => {
  await nbconvert("--to", "markdown", "live.ipynb");
  assert.match(readFileSync(join(folder, "live.md"), "utf8"), /<table><thead><tr><th>token<\/th>/);
  const page = await jupyter.browser.newTab();
  await page.goto(`${jupyter.lab.url}/nbconvert/html/live.ipynb?download=false&token=browser-test`);
  await pictureAndTable(page.locator(".jp-OutputArea-output").last());
  await page.close();
});

test("a notebook that is not trusted shows picture and table in JupyterLab, and runs nothing", async () => {
  const notebook = await jupyter.browser.open("live.ipynb");
  const area = await notebook.area(1);
  assert.equal(await area.locator(".cl-lens").count(), 0);
  await pictureAndTable(area);
  if (process.env.SCREENSHOT) await notebook.page.screenshot({ path: shot("untrusted") });
});

test("a site that strips pictures from HTML still shows the table; one that takes pictures alone has one", async () => {
  const { data } = lensOutput();
  const page = await jupyter.browser.newTab();
  await page.setContent(joined(data["text/html"]).replace(/<img[^>]*>/g, ""));
  assert.equal(await page.locator("tbody tr").count(), tokens().length);
  assert.match(await page.locator("body").innerText(), /score \d\.\d\d = patches/);
  await page.setContent(`<img src="data:image/png;base64,${joined(data["image/png"])}">`);
  await coloured(page.locator("img"));
  await page.close();
});

/** Asserts that the lens's picture is painted, colours included, and that the table has each token. */
async function pictureAndTable(output) {
  const img = output.locator("img");
  await img.scrollIntoViewIfNeeded();
  assert.match(
    await img.getAttribute("alt"),
    /^Similarity map of .* Strongest on “the battery beside the harbour”, line 6: /,
  );
  await coloured(img);
  const words = await output.locator("tbody tr td:first-child").allInnerTexts();
  assert.deepEqual(words, tokens());
  assert.match(
    await output.innerText(),
    /Lens “battery beside the harbour” on page 1 of 4 of energy-report\.pdf/,
  );
}

async function coloured(img) {
  const box = await img.boundingBox();
  assert.ok(box.width > 400 && box.height > 400, `the picture is ${box.width} x ${box.height}`);
  const { data } = await sharp(await img.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let amber = 0;
  for (let i = 0; i < data.length; i += 3)
    if (data[i] > 200 && data[i + 1] > 120 && data[i + 2] < 120) amber++;
  // The strongest cells: a cell has this many pixels.
  const cell = (box.width / GRID.columns / 2) ** 2;
  assert.ok(amber > 3 * cell, `${amber} pixels in the colours of strong cells`);
}

function lensOutput() {
  return executed.cells[1].outputs.find((output) => output.data?.[WIDGET] && output.data["image/png"]);
}

function tokens() {
  const lines = joined(lensOutput().data["text/plain"]).trim().split("\n");
  return lines.slice(4).map((line) => line.split(/\s{2,}/)[0]);
}

function joined(text) {
  return Array.isArray(text) ? text.join("") : text;
}

function shot(name) {
  mkdirSync(join(root, "test", "output"), { recursive: true });
  return join(root, "test", "output", `${name}.png`);
}
