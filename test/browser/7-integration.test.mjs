/** What JupyterLab's users expect of an extension: context menu, launcher, command palette, settings. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { until, useJupyter } from "./jupyterlab.mjs";
import { Notebook, textOf } from "./notebook.mjs";

/** Quotes, a backslash, code, and letters of other scripts. */
const NAME = 'it\'s "50 %" $(1) \\n \u65e5\u672c\u8a9e.pdf';
const SETTINGS = { model: "mini", dpi: 100, palette: "magma", wordsOnly: false };

const jupyter = useJupyter(async ({ lab, browser }) => {
  for (const name of [NAME, "second.pdf", "~third.pdf"])
    copyFileSync(join(lab.folder, "energy-report.pdf"), join(lab.folder, name));
  mkdirSync(join(lab.folder, "empty"));
  const settings = join(dirname(lab.folder), "settings", "colpali-lens");
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, "plugin.jupyterlab-settings"), JSON.stringify(SETTINGS));
  await show(browser.page, "lab");
});

async function show(page, path) {
  await page.goto(`${jupyter.lab.url}/${path}?token=browser-test`);
  await page.waitForSelector(".jp-DirListing-item", { timeout: 60_000 });
}

const item = (page, name) => page.locator(".jp-DirListing-item").filter({ hasText: name });
const entry = (page) => page.locator(".lm-Menu-itemLabel:visible", { hasText: "Explain with colpali-lens" });
/** The notebook that JupyterLab has opened. */
async function opened(name, page = jupyter.browser.page) {
  // Others may be open behind it.
  const state = () =>
    page.evaluate(() => {
      const { context, sessionContext } = window.jupyterapp?.shell.currentWidget ?? {};
      const dialogs = [...document.querySelectorAll(".jp-Dialog")].map((dialog) => dialog.textContent);
      return [context?.path, context?.isReady, sessionContext?.session?.kernel?.status, ...dialogs];
    });
  let last = [];
  await until(
    async () => {
      last = await state();
      return JSON.stringify(last) === JSON.stringify([name, true, "idle"]);
    },
    60_000,
    () => `${name} is not open: ${JSON.stringify(last)}`,
  );
  return new Notebook(page);
}
const sources = (name) =>
  JSON.parse(readFileSync(join(jupyter.lab.folder, name), "utf8")).cells.map(({ source }) =>
    [source].flat().join(""),
  );

test("a PDF's context menu opens a notebook that explains it, whatever the file is called", async () => {
  const { page } = jupyter.browser;
  await item(page, "50 %").click({ button: "right" });
  await entry(page).click();
  const notebook = await opened(`${NAME.slice(0, -4)}-lens.ipynb`);
  const outputs = await notebook.run(1);
  // A bar that is done has left an output without content, and without height.
  const pages = outputs.filter(({ data }) => Object.keys(data ?? { error: true }).length > 0);
  assert.equal(pages.length, 1);
  assert.match(textOf(pages), /^index {2}page/);
  assert.match(textOf(pages), /827 x 1169 +100$/m, "the resolution of the settings");
  const area = await notebook.area(1);
  assert.equal(await area.locator("table img").count(), 4);
  const heights = await area
    .locator(".jp-OutputArea-child")
    .evaluateAll((all) => all.map((child) => child.getBoundingClientRect().height));
  assert.equal(heights.filter((height) => height > 0).length, 1, heights.join());
  const lens = await notebook.run(2);
  assert.ok(lens.some(({ data }) => data?.["application/vnd.jupyter.widget-view+json"]));
  const isIt = `pages[0].source.file === ${JSON.stringify(NAME)}`;
  assert.equal((await notebook.add(isIt)).text, "true");
});

test("a new lens opens as the settings say, in the kernel as well as on screen", async () => {
  const notebook = new Notebook(jupyter.browser.page);
  assert.equal((await notebook.add("[lens.view.color.palette, lens.view.scope].join()")).text, "'magma,all'");
  assert.equal((await notebook.add("lens.explanation.provenance.page.dpi")).text, "100");
});

test("commands act on the lens that was pointed at last, and are off before", async () => {
  const { page } = jupyter.browser;
  const command = (does, name) =>
    page.evaluate(([does, name]) => window.jupyterapp.commands[does](`colpali-lens:${name}`), [does, name]);
  assert.equal(await command("isEnabled", "enlarge"), false);
  const notebook = new Notebook(page);
  const lens = (await notebook.area(2)).locator(".cl-lens");
  await lens.waitFor();
  await lens.hover();
  assert.equal(await command("isEnabled", "enlarge"), true);
  await command("execute", "enlarge");
  await page.locator(".cl-lens.cl-large").waitFor();
  await command("execute", "enlarge");
  await page.locator(".cl-lens:not(.cl-large)").waitFor();
  await notebook.add("lens.view.word = 0");
  await command("execute", "clear-selection");
  await until(
    async () => (await notebook.add("lens.view.word")).text === "null",
    10_000,
    () => "the selection is still there",
  );
  const saved = page.waitForEvent("download");
  await command("execute", "save-svg");
  assert.match((await saved).suggestedFilename(), /\.svg$/);
});

test("several files are opened together, by paths that are none of another kind", async () => {
  const { page } = jupyter.browser;
  await item(page, "second.pdf").click();
  await item(page, "~third.pdf").click({ modifiers: ["Control"] });
  await item(page, "second.pdf").click({ button: "right" });
  await entry(page).click();
  const notebook = await opened("lens.ipynb");
  assert.match(sources("lens.ipynb")[1], /openPages\(\[\n {2}"\.\/~third\.pdf",\n {2}"second\.pdf",\n\]/);
  assert.match(textOf(await notebook.run(1)), /~third\.pdf, page 4\b[\s\S]*second\.pdf, page 4/);
});

test("the entry is there for documents only", async () => {
  const { page } = jupyter.browser;
  for (const name of ["first-look.ipynb", "empty"]) {
    await item(page, name).first().click({ button: "right" });
    await page.waitForSelector(".lm-Menu .lm-Menu-item >> visible=true");
    assert.equal(await entry(page).count(), 0, name);
    await page.keyboard.press("Escape");
  }
});

test("the launcher opens copies of the examples beside the person's files, and overwrites nothing", async () => {
  const { page } = jupyter.browser;
  const before = readFileSync(join(jupyter.lab.folder, "first-look.ipynb"));
  // What a command gives is of the page.
  const execute = (name, args) =>
    page.evaluate(
      async ([name, args]) => void (await window.jupyterapp.commands.execute(name, args)),
      [name, args],
    );
  await execute("launcher:create");
  const card = (name) => page.locator(".jp-LauncherCard:visible", { hasText: name });
  await card("First look").click();
  await opened("first-look-1.ipynb");
  assert.deepEqual(readFileSync(join(jupyter.lab.folder, "first-look.ipynb")), before);
  assert.ok(!existsSync(join(jupyter.lab.folder, "energy-report-1.pdf")), "the report is there already");

  await execute("filebrowser:go-to-path", { path: "empty" });
  await until(
    async () => (await page.locator(".jp-DirListing-item").count()) === 0,
    10_000,
    () => "the folder is not shown",
  );
  await execute("launcher:create", { cwd: "empty" });
  await card("Write-up figure").click();
  await opened("empty/write-up-figure.ipynb");
  assert.deepEqual(
    readdirSync(join(jupyter.lab.folder, "empty"))
      .filter((name) => !name.startsWith("."))
      .sort(),
    ["energy-report.pdf", "write-up-figure.ipynb"],
  );
  await execute("launcher:create", { cwd: "empty" });
  await card("New lens notebook").click();
  await opened("empty/lens.ipynb");
});

test("Notebook 7 has the entry in its list of files, too", async () => {
  const tab = await jupyter.browser.newTab();
  await show(tab, "tree");
  await item(tab, "second.pdf").click({ button: "right" });
  const opening = jupyter.browser.page.context().waitForEvent("page");
  await entry(tab).click();
  const other = await opening;
  await opened("second-lens.ipynb", other);
  await other.close();
  await tab.close();
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual(jupyter.browser.problems, []);
});
