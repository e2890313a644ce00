/** The lens from Python in marimo, which loads no extension of JupyterLab's: an ES module of the package, by way of anywidget. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/report.mjs";
import { useHost } from "./host.mjs";
import { until } from "./jupyterlab.mjs";
import { LensOnScreen } from "./lens.mjs";

const GRID = { rows: 6, columns: 4, domain: [-0.2, 1] };
/** Each word is one patch of the page and no other. The second cell shows what the view says. */
const NOTEBOOK = `
import marimo
app = marimo.App()

@app.cell
def _():
    import numpy as np
    from colpali_lens import explain_vectors

    words = {"battery": (1, 2), "harbour": (4, 0), "storm": (3, 3)}
    axes = np.eye(5, dtype="float32")
    page = np.tile(axes[3], (24, 1))
    for axis, (row, column) in zip(axes, words.values()):
        page[row * 4 + column] = 0.8 * axis + 0.6 * axes[3]

    def embed(text):
        asked = text.split()
        return np.stack([axes[list(words).index(w)] if w in words else axes[4] for w in asked]), ["▁" + w for w in asked]

    vectors, tokens = embed("battery harbour")
    lens = explain_vectors("energy-report.pdf#1", [page], vectors, (6, 4), tokens, "battery harbour", embed_query=embed)
    lens.view.observe(lambda change: open("word.txt", "w").write(str(change.new)), "word")
    lens
    return (lens,)

@app.cell
def _(lens):
    import marimo
    marimo.ui.button(label="Assign", on_click=lambda _: setattr(lens.view, "word", 0))
    return

@app.cell
def _():
    import sys
    sys.path.insert(0, ${JSON.stringify(join(root, "test", "python"))})
    from made_model import slow_lens

    _, slow = slow_lens("energy-report.pdf")
    slow
    return

if __name__ == "__main__":
    app.run()
`;

const host = useHost({
  name: "marimo",
  args: ["run", "notebook.py", "--headless", "--no-token"],
  answers: "/health",
  prepare: (folder) => writeFileSync(join(folder, "notebook.py"), NOTEBOOK),
});
let lens;

/** The lenses of the page, from the top. */
function lensAt(place) {
  const found = new LensOnScreen(host.browser.page.locator("body"));
  found.root = host.browser.page.locator(".cl-lens").nth(place);
  found.paper = found.root.locator(".cl-stage .cl-paper");
  return found.ready();
}

/** Row and column of the hottest cell that is painted. */
async function hottest() {
  const whole = lens.root.getByLabel("Whole page");
  if (await whole.isEnabled()) await whole.click();
  await lens.root.locator(".cl-side details").evaluateAll((folds) => {
    for (const fold of folds) fold.open = true;
  });
  const { row, column } = await lens.map(GRID);
  return [row, column];
}

test("it is shown, without a network", async () => {
  await host.browser.page.locator(".cl-lens .cl-chip").first().waitFor({ timeout: 60_000 });
  lens = await lensAt(0);
  assert.deepEqual(await lens.labels(), ["All", "battery", "harbour"]);
  assert.match(await lens.where(), /^page 1 of 4 of energy-report\.pdf/);
});

test("what is pointed at is painted, and heard in Python", async () => {
  await lens.choose("harbour");
  assert.deepEqual(await hottest(), [4, 0]);
  await until(
    () => readFileSync(join(host.folder, "word.txt"), "utf8") === "1",
    10_000,
    () => "Python does not hear of the word",
  );
});

test("what is typed is answered by Python", async () => {
  const query = lens.root.locator(".cl-query");
  await query.fill("storm");
  await query.press("Enter");
  await until(
    async () => (await lens.labels()).join() === "All,storm",
    30_000,
    () => "the lens does not show storm",
  );
  await lens.choose("storm");
  assert.deepEqual(await hottest(), [3, 3]);
});

test("a PDF is made and downloaded", async () => {
  const download = host.browser.page.waitForEvent("download", { timeout: 60_000 });
  await lens.root.getByRole("button", { name: "Share" }).click();
  await lens.root
    .locator(".cl-menu-share .cl-share-item")
    .filter({ has: host.browser.page.getByText("PDF", { exact: true }) })
    .click();
  assert.match(readFileSync(await (await download).path(), "latin1"), /^%PDF-/);
});

test("what is assigned in Python is on the screen", async () => {
  await lens.choose("All");
  await host.browser.page.getByRole("button", { name: "Assign" }).click();
  await lens.waitForPressed("storm");
  assert.deepEqual(await hottest(), [3, 3]);
});

test("what covers the page is stopped, and the lens goes on", async () => {
  const slow = await lensAt(1);
  await slow.root.locator(".cl-quantities button").filter({ hasText: "Cause" }).click();
  await slow.root.locator(".cl-offer").getByRole("button", { name: "Measure" }).click();
  const band = slow.root.locator(".cl-status");
  await band.filter({ hasText: "Covering the page" }).waitFor();
  await band.getByRole("button", { name: "Stop" }).click();
  await until(
    async () => (await slow.root.locator(".cl-error").innerText()) === "interrupted",
    20_000,
    () => "it is not stopped",
  );
  await slow.root.locator(".cl-band-error").getByRole("button", { name: "Close" }).click();
  await slow.root.locator(".cl-quantities button").filter({ hasText: "Attention" }).click();
  await slow.root.locator(".cl-offer").getByRole("button", { name: "Measure" }).click();
  await slow.root
    .locator(".cl-quantities button[aria-pressed=true]")
    .filter({ hasText: "Attention" })
    .waitFor();
});

test("reloaded, it is there again", async () => {
  await host.browser.page.reload();
  await host.browser.page.locator(".cl-lens .cl-chip").first().waitFor({ timeout: 60_000 });
  lens = await lensAt(0);
  await lens.choose("battery");
  assert.deepEqual(await hottest(), [1, 2]);
});

test("nothing went wrong in the page", () => {
  assert.deepEqual(host.browser.problems, []);
});
