/**
 * The settings that `colpali-lens install` and the wheel bring are in force under plain `jupyter lab` and nbconvert. Each is
 * installed into a new environment that has Jupyter's packages from the clone's and no settings of its own.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { root } from "../../tools/report.mjs";
import { python } from "../../tools/setup.mjs";
import { startBrowser } from "../browser/jupyterlab.mjs";
import { LensOnScreen } from "../browser/lens.mjs";
import { Notebook } from "../browser/notebook.mjs";

const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), "colpali-lens-settings-"));
after(() => rmSync(home, { recursive: true }));
const spec = join(root, ".venv/share/jupyter/kernels/colpali-lens/kernel.json");

for (const [how, install] of Object.entries({
  "colpali-lens install --prefix": (place) => cli(place, "--prefix", place.prefix),
  "colpali-lens install --user": (place) => cli(place, "--user"),
  "the wheel": async (place) => {
    const { stdout } = await run("npm", ["run", "--silent", "wheel"], { cwd: root });
    const options = ["--no-deps", "--no-index", "--ignore-installed", "--prefix", place.prefix];
    await run(python, ["-m", "pip", "install", "--quiet", ...options, stdout.trim().split("\n").at(-1)]);
  },
}))
  describe(how, { timeout: 300_000 }, () => {
    let place;
    let lab;
    before(async () => {
      place = await environment();
      await install(place);
      lab = await startLab(place);
    });
    after(() => lab?.stop());

    test("a message of 12 MB reaches the kernel", async () => {
      const script = join(import.meta.dirname, "large-message.py");
      const { stdout } = await run(place.python, [script, lab.url, "12000000"], { env: place.env });
      assert.equal(stdout.trim(), "kernel_info_reply");
    });

    test("JupyterLab saves the state of widgets", async () => {
      const plugin = encodeURIComponent("@jupyter-widgets/jupyterlab-manager:plugin");
      const answer = await fetch(`${lab.url}/lab/api/settings/${plugin}?token=settings`);
      const { schema } = await answer.json();
      assert.equal(schema.properties.saveState.default, true);
    });

    test("nbconvert, and JupyterLab's own export, prefer the table to a widget that needs a network", async () => {
      const args = ["-m", "nbconvert", "--to", "html", "--stdout", "--log-level=ERROR", lab.notebook];
      const { stdout } = await run(place.python, args, { env: place.env, maxBuffer: 2 ** 26 });
      const answer = await fetch(`${lab.url}/nbconvert/html/a.ipynb?token=settings`);
      for (const html of [stdout, await answer.text()]) {
        assert.ok(html.includes("<b>the table</b>"));
        assert.ok(!html.includes('"model_id": "m"'));
      }
    });

    if (how === "the wheel")
      test("two lines of Python show a lens, with no Node but the wheel's", async () => {
        cpSync(join(root, "examples", "energy-report.pdf"), join(lab.folder, "energy-report.pdf"));
        writeFileSync(join(lab.folder, "vectors.ipynb"), JSON.stringify(pythonNotebook(VECTORS, TWO_LINES)));
        const browser = await startBrowser(lab);
        try {
          await browser.page.goto(`${lab.url}/lab/tree/vectors.ipynb?token=settings`);
          const notebook = new Notebook(browser.page);
          await notebook.ready();
          for (const cell of [0, 1]) {
            const wrong = (await notebook.run(cell)).filter(({ output_type }) => output_type === "error");
            assert.deepEqual(wrong, []);
          }
          const lens = await new LensOnScreen(await notebook.area(1)).ready();
          await lens.choose("solar");
          const { row, column } = await lens.map({ rows: 3, columns: 2, domain: [-0.2, 1] });
          assert.deepEqual([row, column], [1, 1]);
          const { text } = await notebook.add(
            "import colpali_lens, shutil; print(colpali_lens.__file__, shutil.which('node'))",
          );
          assert.ok(text.startsWith(place.prefix), text);
          assert.match(text, / None\s*$/);
          assert.deepEqual(browser.problems, []);
        } finally {
          await browser.close();
        }
      });
  });

/** Made-up vectors: an axis for each of two words, and one for everything else. */
const VECTORS = `
import numpy as np
axes = np.eye(3, dtype=np.float32)
page = np.tile(axes[2], (6, 1))
page[4], page[3] = axes[0], axes[1]
`.trim();
const TWO_LINES = `
from colpali_lens import explain_vectors
explain_vectors("energy-report.pdf#1", [page], axes[:2], (3, 2), ["▁wind", "▁solar"], "wind solar")
`.trim();

function pythonNotebook(...sources) {
  const cells = sources.map((source, i) => {
    const empty = { metadata: {}, execution_count: null, outputs: [] };
    return { cell_type: "code", id: `cell-${i}`, source, ...empty };
  });
  const kernelspec = { name: "python3", display_name: "Python 3", language: "python" };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

async function cli({ env }, ...target) {
  const [node] = JSON.parse(readFileSync(spec, "utf8")).argv;
  const bin = join(root, "lib/kernel/cli/bin.js");
  await run(process.execPath, [bin, "install", ...target, "--node", node], { env });
}

/** An environment that nobody has set anything in, with the packages of the clone's. */
async function environment() {
  const prefix = mkdtempSync(join(home, "env-"));
  await run(python, ["-m", "venv", "--without-pip", prefix]);
  const lib = (folder) => join(folder, "lib", readdirSync(join(folder, "lib"))[0], "site-packages");
  // Nothing of it may need a Node that is there by chance.
  const others = process.env.PATH.split(delimiter).filter((folder) => !existsSync(join(folder, "node")));
  const env = {
    HOME: mkdtempSync(join(home, "home-")),
    PATH: [join(prefix, "bin"), ...others].join(delimiter),
    PYTHONPATH: [lib(prefix), lib(join(root, ".venv"))].join(delimiter),
    JUPYTER_TOKEN: "settings",
  };
  // Of the clone's own environment: widgets belong to ipywidgets, which the new one has from it.
  const widgets = "share/jupyter/labextensions/@jupyter-widgets";
  mkdirSync(join(prefix, "share/jupyter/labextensions"), { recursive: true });
  await run("cp", ["-r", join(root, ".venv", widgets), join(prefix, widgets)]);
  for (const part of ["lab", "nbconvert"])
    await run("cp", ["-r", join(root, ".venv/share/jupyter", part), join(prefix, "share/jupyter", part)]);
  rmSync(join(prefix, "share/jupyter/lab/settings"), { recursive: true, force: true });
  return { prefix, python: join(prefix, "bin/python"), env };
}

async function startLab({ python, env }) {
  const folder = mkdtempSync(join(home, "notebooks-"));
  const notebook = join(folder, "a.ipynb");
  const data = {
    "application/vnd.jupyter.widget-view+json": { model_id: "m", version_major: 2, version_minor: 1 },
    "text/html": "<b>the table</b>",
    "text/plain": "plain",
  };
  const outputs = [{ output_type: "display_data", data, metadata: {} }];
  const cell = { cell_type: "code", id: "a", source: "", metadata: {}, execution_count: null, outputs };
  const state = { m: { model_name: "HTMLModel", model_module: "@jupyter-widgets/controls", state: {} } };
  const widgets = {
    "application/vnd.jupyter.widget-state+json": { state, version_major: 2, version_minor: 0 },
  };
  const content = { cells: [cell], metadata: { widgets }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(notebook, JSON.stringify(content));
  const args = ["-m", "jupyterlab", "--no-browser", "--port=0", "--allow-root", "--expose-app-in-browser"];
  const child = spawn(python, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  const url = await new Promise((done, fail) => {
    child.stderr.on("data", (chunk) => {
      log += chunk;
      const [, address] = /(http:\/\/127\.0\.0\.1:\d+)\/lab\?/.exec(log) ?? [];
      if (address) done(address);
    });
    child.once("close", () => fail(new Error(log)));
  });
  const stop = () => {
    child.kill("SIGKILL");
    return new Promise((done) => child.once("close", done));
  };
  return { url, folder, notebook, stop };
}
