/**
 * `npm run new-machine`: what somebody sees whose machine has never seen the project. A root with a bare Debian and what the
 * README names (Node, Python with venv, git) clones HEAD and runs the README's two commands, `npm run lab` until the first
 * notebook has run, and `npm test`; `npm run new-machine -- lint unit` runs these suites alone. Needs Debian and root.
 * The last line is the sum, "N passed, N failed".
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bareDebian } from "./bare-debian.mjs";
import { sumCount } from "./counts.mjs";
import { freePort } from "./jupyter.mjs";
import { firstLook } from "./place.mjs";
import { capture, root, run, say, seconds, Trouble } from "./report.mjs";

const clone = "/root/colpali-lens";
const times = [];

await run(async () => {
  const machine = await timed("bare root", () =>
    bareDebian(["ca-certificates", "git", "python3", "python3-venv"]),
  );
  await bringRepository(machine);
  const sum = { passed: 0, failed: 0 };
  const add = ({ passed, failed }) => {
    sum.passed += passed;
    sum.failed += failed;
  };
  add(await tryLab(machine));
  add(await timed("npm test", () => test(machine, process.argv.slice(2))));

  say(`\nOn a machine that has nothing of ours:`);
  for (const [what, time] of times) say(`${what.padEnd(13)}${time.padStart(10)}`);
  say(`\n${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0 ? 0 : 1;
});

/** Without the history: of the commit, and nothing that is not committed. */
async function bringRepository(machine) {
  const changed = await capture("git", ["status", "--porcelain"]);
  if (changed.output.trim()) say("  Changes that are not committed are left out.");
  const bare = join(machine.path, "srv/colpali-lens.git");
  for (const { code, output } of [
    await capture("git", ["clone", "--quiet", "--bare", "--depth=1", `file://${root}`, bare]),
    await machine.run(`git clone --quiet file:///srv/colpali-lens.git ${clone}`),
  ])
    if (code !== 0) throw new Trouble(`The repository could not be cloned into the root.\n${output}`);
}

/** `npm run lab` until the server answers, and the first notebook under nbclient beside it. */
async function tryLab(machine) {
  const port = await freePort();
  const token = "new-machine";
  const stop = new AbortController();
  say("\n━━ npm run lab");
  const lab = { ended: false };
  const ended = machine
    .run(`cd ${clone} && JUPYTER_TOKEN=${token} npm run lab -- --no-browser --port ${port}`, {
      echo: true,
      signal: stop.signal,
    })
    .then(() => {
      lab.ended = true;
    });
  try {
    const page = `http://127.0.0.1:${port}/lab/tree/${firstLook}?token=${token}`;
    const answers = await timed("npm run lab", async () => {
      for (let status = 0; !lab.ended; status = await ask(page)) {
        if (status === 200) return true;
        await new Promise((done) => setTimeout(done, 500));
      }
      return false;
    });
    say(answers ? "ok: JupyterLab answers" : "FAIL: JupyterLab ended before it answered");
    const shown = answers && (await timed("first-look", () => runFirstLook(machine)));
    return { passed: Number(answers) + Number(shown), failed: Number(!answers) + Number(!shown) };
  } finally {
    stop.abort();
    await ended;
  }
}

async function runFirstLook(machine) {
  const { code, output } = await machine.run(
    `cd ${clone} && .venv/bin/jupyter nbconvert --to notebook --execute --output-dir /tmp ${firstLook}`,
  );
  const problem = code === 0 ? withoutLens(join(machine.path, "tmp", "first-look.ipynb")) : output;
  say(
    problem
      ? `FAIL: ${firstLook} under nbclient: ${problem}`
      : `ok: ${firstLook} shows the lens under nbclient`,
  );
  return !problem;
}

/** What keeps a notebook's outputs from showing a lens: an error, or no live lens, or no picture of it; "" if nothing does. */
function withoutLens(file) {
  const { cells, metadata } = JSON.parse(readFileSync(file, "utf8"));
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  const error = outputs.find((output) => output.output_type === "error");
  if (error) return `${error.ename}: ${error.evalue}`;
  const states = metadata.widgets?.["application/vnd.jupyter.widget-state+json"]?.state ?? {};
  const live = outputs.filter(
    ({ data }) =>
      states[data?.["application/vnd.jupyter.widget-view+json"]?.model_id]?.model_name === "LensModel",
  );
  if (live.length === 0) return "no output is a lens";
  return live.every(({ data }) => data["image/png"]) ? "" : "a lens has no picture";
}

async function test(machine, suites) {
  say(`\n━━ npm test${suites.length > 0 ? ` -- ${suites.join(" ")}` : ""}`);
  // CI: tests that need what the browser brings along are not left out in silence. torch is large, and no part of the package.
  const { code, output, timedOut } = await machine.run(
    `cd ${clone} && CI=true COLPALI_LENS_SKIP=torch npm test -- ${suites.join(" ")}`,
    { echo: true },
  );
  if (timedOut) say("FAIL: npm test was stopped: it gave no result in an hour");
  return sumCount(output, code);
}

async function timed(what, work) {
  const began = Date.now();
  try {
    return await work();
  } finally {
    times.push([what, seconds(began)]);
  }
}

/** @returns {Promise<number>} the status of the page, 0 while nobody answers */
async function ask(page) {
  try {
    return (await fetch(page)).status;
  } catch {
    return 0;
  }
}
