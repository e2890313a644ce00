/** A server of a host that is not Jupyter's own, in a folder of its own with the example document, and a browser on its page. */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { freePort } from "../../tools/jupyter.mjs";
import { root } from "../../tools/report.mjs";
import { environment, python } from "../../tools/setup.mjs";
import { startBrowser, until } from "./jupyterlab.mjs";

/**
 * For the tests of a file, and ended after them.
 * @param {{name: string, args: string[], answers: string, prepare: (folder: string) => void}} host `args` for Python, the port is
 *   added; `answers` is a path that is there when the server is
 * @returns {{folder: string, browser: object}} filled in by the time that tests run
 */
export function useHost({ name, args, answers, prepare }) {
  const host = {};
  let server;
  let log = "";
  before(async () => {
    host.folder = mkdtempSync(join(tmpdir(), `colpali-lens-${name}-`));
    copyFileSync(join(root, "examples", "energy-report.pdf"), join(host.folder, "energy-report.pdf"));
    prepare(host.folder);
    const port = await freePort();
    server = spawn(python, ["-m", name, ...args, `--port=${port}`], {
      cwd: host.folder,
      env: { ...process.env, ...environment() },
    });
    for (const stream of [server.stdout, server.stderr])
      stream.on("data", (chunk) => {
        log += chunk;
      });
    const url = `http://127.0.0.1:${port}`;
    await until(
      async () => (await fetch(`${url}${answers}`)).ok,
      60_000,
      () => `${name} did not start:\n${log}`,
    );
    host.browser = await startBrowser({ url });
    await host.browser.page.goto(url, { waitUntil: "domcontentloaded" });
  });
  after(async () => {
    await host.browser?.close();
    const stopped = new Promise((done) => server.on("close", done));
    server.kill("SIGTERM");
    await stopped;
    rmSync(host.folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return host;
}
