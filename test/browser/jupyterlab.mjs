/** A real Jupyter server with JupyterLab and Notebook 7, on a folder of its own, and a real Chromium looking at it. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { chromium as findChromium } from "../../tools/chromium.mjs";
import { freePort, jupyterLabArguments } from "../../tools/jupyter.mjs";
import { root } from "../../tools/report.mjs";
import { environment, python } from "../../tools/setup.mjs";
import { Notebook } from "./notebook.mjs";

const token = "browser-test";

/** The two front ends, by where the server has them. */
export const HOSTS = { JupyterLab: "lab/tree", "Notebook 7": "notebooks" };

/**
 * A server and a browser for the tests of a file, ended after them.
 * @param prepare runs before the tests with what is returned
 * @returns {{lab: object, browser: object}} filled in by the time that tests run
 */
export function useJupyter(prepare = async () => {}) {
  const jupyter = {};
  before(async () => {
    jupyter.lab = await startLab();
    jupyter.browser = await startBrowser(jupyter.lab);
    await prepare(jupyter);
  });
  after(async () => {
    await jupyter.browser?.close();
    await jupyter.lab?.stop();
  });
  return jupyter;
}

/**
 * Starts JupyterLab as `npm run lab` does, apart from the folder: a copy of `examples/` in a temporary place, so that the
 * notebook lies outside the clone. Settings, workspaces and caches are its own.
 */
export async function startLab() {
  const home = mkdtempSync(join(tmpdir(), "colpali-lens-"));
  const folder = join(home, "notebooks");
  cpSync(join(root, "examples"), folder, { recursive: true });
  const own = (name) => {
    mkdirSync(join(home, name));
    return join(home, name);
  };
  const settings = own("settings");
  mkdirSync(join(settings, "@jupyterlab", "apputils-extension"), { recursive: true });
  // No question about news in the corner.
  writeFileSync(
    join(settings, "@jupyterlab", "apputils-extension", "notification.jupyterlab-settings"),
    JSON.stringify({ fetchNews: "false", checkForUpdates: false }),
  );
  const port = await freePort();
  const rest = [
    "--no-browser",
    `--port=${port}`,
    "--ServerApp.port_retries=0",
    `--IdentityProvider.token=${token}`,
  ];
  // Gives the tests `window.jupyterapp`, through which they put code into cells and read outputs.
  rest.push("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True");
  const server = spawn(python, jupyterLabArguments({ folder, rest }), {
    cwd: folder,
    env: {
      ...process.env,
      ...environment(),
      JUPYTER_CONFIG_DIR: own("config"),
      JUPYTER_DATA_DIR: own("data"),
      JUPYTER_RUNTIME_DIR: own("runtime"),
      JUPYTERLAB_SETTINGS_DIR: settings,
      JUPYTERLAB_WORKSPACES_DIR: own("workspaces"),
      COLPALI_LENS_CACHE: own("cache"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  server.stdout.on("data", (chunk) => {
    log += chunk;
  });
  server.stderr.on("data", (chunk) => {
    log += chunk;
  });
  const stopped = new Promise((done) => server.on("close", done));
  const url = `http://127.0.0.1:${port}`;
  const api = async (path, method = "GET") => {
    const answer = await fetch(`${url}/api/${path}`, {
      method,
      headers: { Authorization: `token ${token}` },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  const lab = {
    url,
    folder,
    log: () => log,
    /** Restarts a kernel, the only one when left out, as another tab or an administrator would. */
    async restartKernel(id) {
      const [only] = await api("kernels");
      await api(`kernels/${id ?? only.id}/restart`, "POST");
    },
    async stop() {
      server.kill("SIGTERM");
      const late = setTimeout(() => server.kill("SIGKILL"), 10_000);
      await stopped;
      clearTimeout(late);
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await until(
    () => api("status"),
    60_000,
    () => `JupyterLab did not start:\n${log.slice(-3000)}`,
  );
  return lab;
}

/** Chromium without a network of its own, and what went wrong in its pages. */
export async function startBrowser(lab) {
  const home = mkdtempSync(join(tmpdir(), "colpali-lens-chromium-"));
  const flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  flags.push("--disable-component-update", "--disable-sync");
  if (process.getuid?.() === 0) flags.push("--no-sandbox");
  const context = await chromium.launchPersistentContext(home, {
    executablePath: await findChromium(),
    headless: true,
    args: flags,
    viewport: { width: 1280, height: 1000 },
    colorScheme: "light",
  });
  const problems = [];
  context.on("page", (page) => watch(page, problems));
  for (const page of context.pages()) watch(page, problems);
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    problems,
    /**
     * @param {string} path below the served folder
     * @param {keyof HOSTS} host
     */
    async open(path, tab = page, host = "JupyterLab") {
      await tab.goto(`${lab.url}/${HOSTS[host]}/${path}?token=${token}`);
      const notebook = new Notebook(tab);
      await notebook.ready();
      return notebook;
    },
    newTab: () => context.newPage(),
    async close() {
      await context.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Notebook 7.6 says these while it starts, with no extension at all. */
const NOTEBOOKS_OWN = /(reading 'schema'|'filebrowser:open-path' not registered)[\s\S]*notebook_core/;

function watch(page, problems) {
  page.on("pageerror", (error) => {
    const problem = `${error.message}\n${error.stack}`;
    if (!NOTEBOOKS_OWN.test(problem)) problems.push(problem);
  });
  page.on("dialog", (dialog) => {
    // JupyterLab asks before it leaves a notebook with unsaved changes.
    if (dialog.type() === "beforeunload") return void dialog.accept().catch(() => {});
    problems.push(`a script opened a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
}

/** Polls until `ask` gives something truthy; its last error or `problem()` is the message when it never does. */
export async function until(ask, milliseconds, problem) {
  const end = Date.now() + milliseconds;
  for (let last; ; ) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${problem()}${last ? `\n${last.message}` : ""}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
