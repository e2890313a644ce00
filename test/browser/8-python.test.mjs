/** The lens in a notebook of Python, by pointer and from code, in JupyterLab and in Notebook 7. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/report.mjs";
import { HOSTS, until, useJupyter } from "./jupyterlab.mjs";
import { LensOnScreen } from "./lens.mjs";
import { freshNotebook, PYTHON } from "./notebook.mjs";

/** What the cell's vectors mean: each word is one patch of the page and no other. */
const GRID = { rows: 6, columns: 4, domain: [-0.2, 1] };
const MADE = `
import numpy as np
from colpali_lens import explain_vectors

ROWS, COLUMNS = 6, 4
WORDS = {"battery": (1, 2), "harbour": (4, 0), "storm": (3, 3)}
axes = np.eye(5, dtype="float32")  # one a word, one for the page, one for all other words
page = np.tile(axes[3], (ROWS * COLUMNS, 1))
for axis, (row, column) in zip(axes, WORDS.values()):
    page[row * COLUMNS + column] = 0.8 * axis + 0.6 * axes[3]

def embed(text):
    words = text.split()
    return np.stack([axes[list(WORDS).index(word)] if word in WORDS else axes[4] for word in words]), [f"▁{word}" for word in words]
`.trim();
const SHOWN = `
lens = explain_vectors("energy-report.pdf#1", [page], *embed("battery harbour")[:1], (ROWS, COLUMNS), embed("battery harbour")[1],
                       "battery harbour", embed_query=embed)
lens
`.trim();

/** A model that takes its time, once it is shown. */
const SLOW = `
import sys
sys.path.insert(0, ${JSON.stringify(join(root, "test", "python"))})
from made_model import slow_lens

model, slow = slow_lens("energy-report.pdf")
slow
`.trim();

/** A kernel that takes longer to tell its widgets than the widget manager waits for all at once, 4 s. */
const SLOW_WIDGETS = `
import ipywidgets, time

told = ipywidgets.Widget._handle_control_comm_msg

def tell(message):
    time.sleep(5)
    told(message)

ipywidgets.Widget._handle_control_comm_msg = tell
`.trim();

const jupyter = useJupyter(async ({ lab }) => {
  for (const name of ["lab", "notebook"])
    writeFileSync(join(lab.folder, `python-${name}.ipynb`), freshNotebook([MADE, SHOWN], PYTHON));
});

const WIDGET = "application/vnd.jupyter.widget-view+json";
const hottest = async (lens) => {
  const { row, column } = await lens.map(GRID);
  return [row, column];
};

let notebook;
let lens;

async function run() {
  for (const index of [0, 1]) {
    const outputs = await notebook.run(index);
    assert.deepEqual(
      outputs.filter(({ output_type }) => output_type === "error"),
      [],
    );
  }
  return new LensOnScreen(await notebook.area(1)).ready();
}

/** Reloads the page and waits for the lens: cells that are made meanwhile move it out of the window, where it is not drawn. */
async function again() {
  await notebook.reload();
  await until(
    async () => {
      const area = await notebook.area(1);
      return area.locator(".cl-stage .cl-paper").isVisible();
    },
    60_000,
    () => "the lens is not there again",
  );
  return new LensOnScreen(await notebook.area(1)).ready();
}

async function print(code) {
  const { text } = await notebook.add(code);
  await notebook.area(1);
  return text;
}

/** Saved, and reloaded with a kernel that is slow to tell its widgets: the cell is drawn before they are known. */
async function goesOn() {
  assert.equal(await print(SLOW_WIDGETS), "");
  assert.equal(await print("lens.view.word = lens.words.index('storm')"), "");
  await lens.waitForPressed("storm");
  await notebook.save();
  lens = await again();
  assert.deepEqual(await lens.pressed(), ["storm"]);
  assert.deepEqual(await hottest(lens), [3, 3]);
  await lens.choose("All");
  assert.equal(await print("lens.view.word"), "");
}

/** Saved, and opened when the kernel no longer has it. */
async function showsAlone() {
  await lens.choose("storm");
  await notebook.save();
  await jupyter.lab.restartKernel(await notebook.kernelId());
  lens = await again();
  assert.deepEqual(await lens.pressed(), ["storm"]);
  assert.deepEqual(await hottest(lens), [3, 3]);
  assert.equal(await lens.root.getByRole("button", { name: "Ask" }).isDisabled(), true);
  await lens.choose("All");
  await lens.choose("storm");
  assert.deepEqual(await lens.pressed(), ["storm"]);
}

test("a cell of Python shows the lens, and stores its picture and table beside it", async () => {
  notebook = await jupyter.browser.open("python-lab.ipynb");
  lens = await run();
  assert.match(await lens.where(), /^page 1 of 4 of energy-report\.pdf/);
  const [shown, ...more] = await notebook.outputs(1);
  assert.deepEqual(Object.keys(shown.data).sort(), [WIDGET, "image/png", "text/html", "text/plain"].sort());
  assert.deepEqual(more, []);
  assert.match([shown.data["text/html"]].flat().join(""), /unrelated words stay below/);
});

test("each word's hottest cell is painted where its vector is", async () => {
  for (const [word, place] of [
    ["battery", [1, 2]],
    ["harbour", [4, 0]],
  ]) {
    await lens.choose(word);
    assert.deepEqual(await hottest(lens), place, word);
  }
});

test("what is pointed at is in Python, and what is assigned there is on the screen", async () => {
  assert.equal(await print("lens.view.word"), "1");
  assert.equal(
    await print("heard = []; lens.view.observe(lambda c: heard.append(c.new), 'word'); lens.view.word = 0"),
    "",
  );
  await lens.waitForPressed("battery");
  assert.deepEqual(await hottest(lens), [1, 2]);
  await lens.choose("harbour");
  assert.equal(await print("heard"), "[0, 1]");
});

test("what cannot be is refused in words, and the kernel goes on", async () => {
  assert.match(
    await print("lens.view.word = 7"),
    /^ValueError: invalid view\.word: 7, expected an integer from 0 to 1/,
  );
  assert.equal(await print("lens.view.word"), "1");
});

test("what is typed into the lens is answered by Python", async () => {
  const query = lens.root.locator(".cl-query");
  await query.fill("storm");
  await query.press("Enter");
  await until(
    async () => (await lens.labels()).includes("storm"),
    30_000,
    () => "the lens does not show storm",
  );
  await lens.choose("storm");
  assert.deepEqual(await hottest(lens), [3, 3]);
  assert.equal(await print("lens.query, lens.chance('storm').p < 0.05"), "('storm', True)");
});

/** A cell that runs for some seconds, and what is typed into the lens meanwhile. */
async function askedMeanwhile(words) {
  const cell = { isDone: false };
  cell.outputs = notebook.add("import time; time.sleep(8)").then(({ outputs }) => {
    cell.isDone = true;
    return outputs;
  });
  const { page } = notebook;
  const status = () => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status;
  await until(
    async () => (await page.evaluate(status)) === "busy",
    10_000,
    () => "the cell does not run",
  );
  // The notebook goes to the cell that runs.
  lens = new LensOnScreen(await notebook.area(1));
  const query = lens.root.locator(".cl-query");
  await query.fill(words);
  await query.press("Enter");
  return cell;
}

const shows = (...words) =>
  until(
    async () => (await lens.labels()).join() === ["All", ...words].join(),
    30_000,
    () => `the lens does not show ${words}`,
  );

test("over a subshell of the kernel it is answered while a cell runs", async () => {
  const cell = await askedMeanwhile("harbour storm");
  await shows("harbour", "storm");
  assert.equal(cell.isDone, false);
  assert.deepEqual(await cell.outputs, []);
  await notebook.area(1);
  await lens.choose("storm");
  assert.deepEqual(await hottest(lens), [3, 3]);
});

test("a lens of another version of the package is shown, and says so", async () => {
  const { index } = await notebook.add("lens.package_version = '9.8.7'; lens");
  const other = await new LensOnScreen(await notebook.area(index)).ready();
  const notice = other.root.locator(".cl-notice");
  assert.match(
    await notice.innerText(),
    /^The kernel has colpali-lens 9\.8\.7, and what shows the lens is \d/,
  );
  await notice.getByRole("button", { name: "Close" }).click();
  assert.equal(await notice.isVisible(), false);
  await other.choose("storm");
  assert.deepEqual(await hottest(other), [3, 3]);
});

test("attention is read from the model, of a clicked patch too, and Stop ends what is being read", async () => {
  const { index } = await notebook.add(SLOW);
  const slow = await new LensOnScreen(await notebook.area(index)).ready();
  const small = { rows: 3, columns: 2, domain: [0, 1] };
  await print("model.pause = 0");
  await slow.root.locator(".cl-quantities button").filter({ hasText: "Attention" }).click();
  await slow.root.locator(".cl-offer").getByRole("button", { name: "Measure" }).click();
  const ask = (row, column) => {
    const at = `{"row": ${row}, "column": ${column}, "rows": 1, "columns": 1}`;
    return print(
      `slow.view.region = ${at}; slow._requests.hear(slow, {"type": "measure", "quantity": "attention"})`,
    );
  };
  await until(
    async () => (await print("slow.view.quantity")) === "'attention'",
    30_000,
    () => "attention is not shown",
  );
  assert.equal(await ask(0, 1), "");
  const across = await slow.map(small);
  assert.deepEqual([across.row, across.column], [2, 0]);

  const read = JSON.parse(
    await print(
      "import json; print(json.dumps([[one['row'], one['column']] for one in slow.results[slow.view.result].attention]))",
    ),
  ).map(String);
  const [row, column] = [0, 1, 2]
    .flatMap((r) => [0, 1].map((c) => [r, c]))
    .find((patch) => !read.includes(String(patch)));
  await print("model.pause = 4");
  const { width, height } = await slow.paper.boundingBox();
  await slow.paper.click({ position: { x: (width * (column + 0.5)) / 2, y: (height * (row + 0.5)) / 3 } });
  const band = slow.root.locator(".cl-status");
  await band.filter({ hasText: "Reading attention" }).waitFor();
  await band.getByRole("button", { name: "Stop" }).click();
  await until(
    async () => (await slow.root.locator(".cl-error").innerText()) === "interrupted",
    20_000,
    () => "it is not stopped",
  );
  assert.equal(
    await print("model.pause = 0; slow.view.region['row'], slow.view.region['column']"),
    `(${row}, ${column})`,
  );
});

test("Stop ends what the lens asked of the model, and nothing else", async () => {
  const { index } = await notebook.add(SLOW);
  const slow = await new LensOnScreen(await notebook.area(index)).ready();
  await slow.root.locator(".cl-quantities button").filter({ hasText: "Cause" }).click();
  await slow.root.locator(".cl-offer").getByRole("button", { name: "Measure" }).click();
  const band = slow.root.locator(".cl-status");
  await band.filter({ hasText: "Covering the page" }).waitFor();
  await band.getByRole("button", { name: "Stop" }).click();
  const wrong = slow.root.locator(".cl-error");
  await until(
    async () => (await wrong.innerText()) === "interrupted",
    10_000,
    () => "it is not stopped",
  );
  assert.equal(await print("model.pause = 0; slow.score == slow.maxsim['score']"), "True");
});

test("a PDF is made and downloaded", async () => {
  const download = notebook.page.waitForEvent("download", { timeout: 60_000 });
  await lens.root.getByRole("button", { name: "Share" }).click();
  await lens.root
    .locator(".cl-menu-share .cl-share-item")
    .filter({ has: notebook.page.getByText("PDF", { exact: true }) })
    .click();
  assert.match(readFileSync(await (await download).path(), "latin1"), /^%PDF-/);
});

test("when Node is killed the next line starts it anew", async () => {
  const kill =
    "from colpali_lens.worker import worker; process = worker()._process; process.kill(); process.wait(); lens.map(0).shape";
  assert.equal(await print(kill), "(6, 4)");
});

test("reloaded, the lens goes on with the kernel", goesOn);
test("reopened without what the kernel had, it still shows each word", showsAlone);

test("it is the same in Notebook 7", async () => {
  assert.ok(HOSTS["Notebook 7"]);
  notebook = await jupyter.browser.open("python-notebook.ipynb", jupyter.browser.page, "Notebook 7");
  lens = await run();
  await lens.choose("harbour");
  assert.deepEqual(await hottest(lens), [4, 0]);
  assert.equal(await print("lens.view.word"), "1");
  assert.equal(await print("lens.view.word = 0"), "");
  await lens.waitForPressed("battery");
  assert.deepEqual(await hottest(lens), [1, 2]);
});

test("what is typed in Notebook 7 is answered by Python", async () => {
  const query = lens.root.locator(".cl-query");
  await query.fill("storm");
  await query.press("Enter");
  await until(
    async () => (await lens.labels()).join() === "All,storm",
    30_000,
    () => "the lens does not show storm",
  );
  await lens.choose("storm");
  assert.deepEqual(await hottest(lens), [3, 3]);
});

test("reloaded in Notebook 7, it goes on with the kernel", goesOn);
test("reopened in Notebook 7 without what the kernel had, it still shows each word", showsAlone);

test("nothing went wrong in the pages", () => {
  assert.deepEqual(jupyter.browser.problems, []);
});
