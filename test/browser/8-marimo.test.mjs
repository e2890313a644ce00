/** The lens from Python in marimo, which loads no extension of JupyterLab's: an ES module of the package, by way of anywidget. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort } from "../../tools/jupyter.mjs";
import { root } from "../../tools/report.mjs";
import { environment, python } from "../../tools/setup.mjs";
import { startBrowser, until } from "./jupyterlab.mjs";
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
    return

if __name__ == "__main__":
    app.run()
`;

let folder;
let server;
let browser;
let lens;
let log = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "colpali-lens-marimo-"));
  writeFileSync(join(folder, "notebook.py"), NOTEBOOK);
  copyFileSync(join(root, "examples", "energy-report.pdf"), join(folder, "energy-report.pdf"));
  const port = await freePort();
  const args = ["-m", "marimo", "run", "notebook.py", "--headless", "--no-token", `--port=${port}`];
  server = spawn(python, args, { cwd: folder, env: { ...process.env, ...environment() } });
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (chunk) => {
      log += chunk;
    });
  const url = `http://127.0.0.1:${port}`;
  await until(
    async () => (await fetch(`${url}/health`)).ok,
    60_000,
    () => `marimo did not start:\n${log}`,
  );
  browser = await startBrowser({ url });
  await browser.page.goto(url);
});

after(async () => {
  await browser?.close();
  const stopped = new Promise((done) => server.on("close", done));
  server.kill("SIGTERM");
  await stopped;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

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
  await browser.page.locator(".cl-lens .cl-chip").first().waitFor({ timeout: 60_000 });
  lens = await new LensOnScreen(browser.page.locator("body")).ready();
  assert.deepEqual(await lens.labels(), ["All", "battery", "harbour"]);
  assert.match(await lens.where(), /^page 1 of 4 of energy-report\.pdf/);
});

test("what is pointed at is painted, and heard in Python", async () => {
  await lens.choose("harbour");
  assert.deepEqual(await hottest(), [4, 0]);
  await until(
    () => readFileSync(join(folder, "word.txt"), "utf8") === "1",
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
  const download = browser.page.waitForEvent("download", { timeout: 60_000 });
  await lens.root.getByRole("button", { name: "Share" }).click();
  await lens.root
    .locator(".cl-menu-share .cl-share-item")
    .filter({ has: browser.page.getByText("PDF", { exact: true }) })
    .click();
  assert.match(readFileSync(await (await download).path(), "latin1"), /^%PDF-/);
});

test("nothing went wrong in the page", () => {
  assert.deepEqual(browser.problems, []);
});
