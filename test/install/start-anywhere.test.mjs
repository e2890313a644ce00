/** `npm run lab -- PATH`: JupyterLab and the kernel in a folder of the person's, wherever it is and whatever it is called. */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { freePort } from "../../tools/jupyter.mjs";
import { choosePlace, firstLook, WITH_VALUE } from "../../tools/place.mjs";
import { root } from "../../tools/report.mjs";
import { python } from "../../tools/setup.mjs";

const home = mkdtempSync(join(tmpdir(), "colpali-lens-place-"));
const notes = join(home, "my notes #1 (ü)");
const notebook = join(notes, "sub", "a & b.ipynb");
mkdirSync(join(notes, "sub"), { recursive: true });
mkdirSync(join(home, "8890"));
writeFileSync(notebook, JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
// A module of Python's own name must not keep JupyterLab from starting.
writeFileSync(join(home, "json.py"), "raise RuntimeError('this is the person’s own file')\n");
after(() => rmSync(home, { recursive: true }));

test("without a place the clone's first notebook is opened, and options go to JupyterLab", () => {
  for (const [args, rest] of [
    [[], []],
    [
      ["--no-browser", "--port", "8890"],
      ["--no-browser", "--port=8890"],
    ],
    [
      ["-y", "--ServerApp.ip", "127.0.0.1", "--debug"],
      ["-y", "--ServerApp.ip=127.0.0.1", "--debug"],
    ],
  ])
    assert.deepEqual(choosePlace(args, home), { folder: root, open: firstLook, rest });
});

test("a folder is served and a file opened in its folder, from where the person is, in every way to say so", () => {
  const name = "my notes #1 (ü)";
  const folder = { folder: notes, rest: [] };
  const file = { folder: join(notes, "sub"), open: "a & b.ipynb", rest: [] };
  for (const [args, place] of [
    [[name], folder],
    [[notes], folder],
    [[`${name}/`], folder],
    [["--notebook-dir", name], folder],
    [[`--notebook-dir=${name}`], folder],
    [["--ServerApp.root_dir", name], folder],
    [[`--ServerApp.root_dir=${notes}`], folder],
    [[`--ServerApp.notebook_dir=${notes}`], folder],
    [["8890", "--port", "8890"], { folder: join(home, "8890"), rest: ["--port=8890"] }],
    [["--no-browser", name, "--debug"], { folder: notes, rest: ["--no-browser", "--debug"] }],
    [[`${name}/sub/a & b.ipynb`], file],
    [[notebook], file],
    [["--notebook-dir", name, notebook], { folder: notes, open: "sub/a & b.ipynb", rest: [] }],
    [["--notebook-dir=~"], { folder: homedir(), rest: [] }],
  ])
    assert.deepEqual(choosePlace(args, home), place, args.join(" "));
});

test("what is not there, or does not go together, is refused by name", () => {
  for (const [args, message] of [
    [["nope"], `invalid PATH: nope, expected a folder or a file that exists; ${join(home, "nope")} does not`],
    [["--notebook-dir=nope"], `invalid --notebook-dir: nope, expected a folder that exists; `],
    [["--ServerApp.root_dir", "nope"], `invalid --ServerApp.root_dir: nope, expected a folder that exists; `],
    [["--notebook-dir"], "invalid --notebook-dir: , expected a folder that exists; "],
    [["--notebook-dir", notebook], `expected a folder; ${notebook} is a file`],
    [["8890", notes], "expected one folder or one file"],
    [
      ["--notebook-dir=8890", notebook],
      `invalid PATH: ${notebook}, expected a file in ${join(home, "8890")}`,
    ],
  ])
    assert.throws(
      () => choosePlace(args, home),
      (error) => error.message.includes(message) && !error.stack.includes("TypeError"),
      args.join(" "),
    );
});

test("the options with a value are JupyterLab's own", () => {
  const ask =
    "from jupyterlab.labapp import LabApp; from jupyter_server.serverapp import ServerApp; a, b = LabApp(), ServerApp()\n" +
    "print(*sorted((set(a.aliases) | set(b.aliases)) - set(a.flags) - set(b.flags)))";
  assert.deepEqual(
    execFileSync(python, ["-c", ask], { encoding: "utf8" }).trim().split(" "),
    [...WITH_VALUE].sort(),
  );
});

test("a path that is not there ends the command at once, and says so", async () => {
  const { code, stderr } = await npmRunLab("nope").ended;
  assert.equal(code, 1);
  assert.match(stderr, /^invalid PATH: nope, expected a folder or a file that exists; .*nope does not$/m);
});

test("JupyterLab serves the person's folder and opens the notebook", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const lab = npmRunLab("--no-browser", "--port", String(port), "my notes #1 (ü)/sub/a & b.ipynb");
  try {
    const api = `http://127.0.0.1:${port}/api`;
    const served = await until(() => lab.json(`${api}/contents`), lab);
    assert.deepEqual(
      served.content.map(({ name }) => name),
      ["a & b.ipynb"],
    );
    assert.match(lab.printed(), /\/lab\/tree\/a%20%26%20b\.ipynb\?token/);
  } finally {
    await lab.stop();
  }
});

test("the package resolves in a foreign folder, with its types", { timeout: 120_000 }, async () => {
  const cells = [
    'import { explain, type Lens } from "colpali-lens";\nimport { IntSlider } from "colpali-lens/widgets";\ntypeof explain + typeof IntSlider',
    'const wrong: number = explain;\n"ran"',
    "process.cwd()",
  ];
  const run = promisify(execFile)(python, [join(root, "test/examples/run-cells.py"), join(notes, "sub")]);
  run.child.stdin.end(JSON.stringify(cells));
  const [first, second, third] = JSON.parse((await run).stdout);
  assert.deepEqual(
    first.map(({ shown, error }) => shown ?? error),
    ["'functionfunction'"],
  );
  assert.match(second[0].error, /not assignable to type 'number'/);
  assert.equal(third[0].shown, `'${join(notes, "sub")}'`);
});

/** `npm run lab -- ARGS`, called in `home`. */
function npmRunLab(...args) {
  const env = { ...process.env, JUPYTER_TOKEN: "place" };
  delete env.INIT_CWD;
  const child = spawn("npm", ["--prefix", root, "run", "lab", "--", ...args], {
    cwd: home,
    env,
    detached: true,
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"])
    child[name].on("data", (chunk) => {
      text[name] += chunk;
    });
  const ended = new Promise((done) => child.on("close", (code) => done({ code, ...text })));
  return {
    ended,
    printed: () => text.stdout + text.stderr,
    async json(url) {
      const answer = await fetch(url, { headers: { authorization: "token place" } });
      assert.equal(answer.status, 200);
      return answer.json();
    },
    async stop() {
      process.kill(-child.pid, "SIGKILL");
      await ended;
    },
  };
}

async function until(ask, lab) {
  const ended = lab.ended.then(() => assert.fail(lab.printed()));
  for (;;) {
    const answer = await Promise.race([ask().catch(() => null), ended]);
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 200));
  }
}
