/**
 * `npm run lab`: sets the clone up where needed and opens the first notebook in JupyterLab.
 * `npm run lab -- --no-browser --port 8890`: everything after `--` goes to JupyterLab.
 */
import { spawn } from "node:child_process";
import { firstLook, jupyterLabArguments } from "./jupyter.mjs";
import { root, run, say, seconds, Trouble } from "./report.mjs";
import { environment, python, setup } from "./setup.mjs";

await run(async () => {
  const began = Date.now();
  await setup();
  say(`Ready after ${seconds(began)}. Starting JupyterLab with ${firstLook}; stop it with Ctrl+C.`);
  return serve(process.argv.slice(2));
});

function serve(rest) {
  const server = spawn(python, jupyterLabArguments({ open: firstLook, rest }), {
    cwd: root,
    env: { ...process.env, ...environment() },
    stdio: "inherit",
  });
  // The terminal sends Ctrl+C to JupyterLab as well, which asks before it stops: stay until it has decided.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => server.kill("SIGTERM"));
  return new Promise((done, fail) => {
    server.on("error", (error) => fail(new Trouble(`JupyterLab could not be started: ${error.message}`)));
    server.on("close", (code) => done(code ?? 1));
  });
}
