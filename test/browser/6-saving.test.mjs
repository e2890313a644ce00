/** Files that the kernel makes for a person at the lens: one a click, in the view that asked, or words why there is none. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { until, useJupyter } from "./jupyterlab.mjs";
import { LensOnScreen } from "./lens.mjs";

/** Cells of examples/first-look.ipynb. */
const [OPEN, ASK] = [1, 3];

let notebook;
let lens;
const downloads = [];

const jupyter = useJupyter(async ({ browser }) => {
  notebook = await browser.open("first-look.ipynb");
  for (const cell of [OPEN, ASK]) await notebook.run(cell);
  lens = await new LensOnScreen(await notebook.area(ASK)).ready();
  notebook.page.on("download", (file) => downloads.push(file));
});

async function save(root, name) {
  await root.getByRole("button", { name: "Share" }).click();
  await root
    .locator(".cl-menu-share .cl-share-item")
    .filter({ has: root.page().getByText(name, { exact: true }) })
    .click();
}

async function told(root, words) {
  const toast = root.locator(".cl-toast span");
  const seen = async () => words.test(await toast.innerText({ timeout: 1000 }));
  await until(seen, 30_000, () => `nothing like ${words} is told`);
}

test("a PDF is made by the kernel and downloaded, and that is told", async () => {
  await save(lens.root, "PDF");
  await told(lens.root, /^Saved as energy-report-p1-battery-beside-the-harbour\.pdf/);
  assert.equal(downloads.length, 1);
  assert.match(readFileSync(await downloads[0].path(), "latin1"), /^%PDF-/);
});

test("with two views of one lens there is one file a click", async () => {
  await notebook.page.evaluate(async (index) => {
    const { jupyterapp } = window;
    jupyterapp.shell.currentWidget.content.activeCellIndex = index;
    await jupyterapp.commands.execute("notebook:create-output-view");
  }, ASK);
  const other = notebook.page.locator(".jp-LinkedOutputView .cl-lens");
  await other.locator(".cl-chip").first().waitFor({ timeout: 30_000 });
  downloads.length = 0;
  await save(other, "HTML");
  await told(other, /^Saved as .*\.html/);
  await save(other, "PDF");
  await told(other, /^Saved as .*\.pdf/);
  assert.deepEqual(
    downloads.map((file) => file.suggestedFilename().split(".").at(-1)),
    ["html", "pdf"],
  );
  assert.equal(await lens.root.locator(".cl-toast", { hasText: ".html" }).count(), 0);
});

test("when the kernel dies before it has answered, that is told", async () => {
  notebook = await jupyter.browser.open("first-look.ipynb");
  for (const cell of [OPEN, ASK]) await notebook.run(cell);
  lens = await new LensOnScreen(await notebook.area(ASK)).ready();
  downloads.length = 0;
  await notebook.page.evaluate((code) => {
    void window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
  }, "for (const end = Date.now() + 3_000; Date.now() < end; ); process.kill(process.pid, 'SIGKILL')");
  await save(lens.root, "PDF");
  await told(lens.root, /^Not saved: the kernel is gone/);
  assert.equal(await lens.root.getByRole("button", { name: "Ask" }).isDisabled(), true);
  assert.equal(downloads.length, 0);
});

test("nothing went wrong in the page meanwhile", () => {
  assert.deepEqual(jupyter.browser.problems, []);
});
