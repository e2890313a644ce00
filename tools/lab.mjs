/**
 * `npm run lab`: sets the clone up where needed and opens the first notebook in JupyterLab; `npm run lab -- PATH` opens a
 * folder or a notebook of the person's. Everything else after `--` goes to JupyterLab, for example `--no-browser --port 8890`.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { jupyterLabArguments } from "./jupyter.mjs";
import { choosePlace } from "./place.mjs";
import { run, say, seconds, Trouble } from "./report.mjs";
import { environment, python, setup } from "./setup.mjs";

await run(async () => {
  const began = Date.now();
  // npm runs this in the clone, wherever the person is.
  const from = process.env.INIT_CWD ?? process.cwd();
  const place = choosePlace(process.argv.slice(2), from);
  await setup();
  const { folder, open } = place;
  say(
    `Ready after ${seconds(began)}. Starting JupyterLab with ${open ? join(folder, open) : folder}; stop it with Ctrl+C.`,
  );
  return serve(place, from);
});

function serve(place, cwd) {
  const server = spawn(python, jupyterLabArguments(place), {
    cwd,
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
