/**
 * `npm test`: sets the clone up where needed and runs every suite; `npm test -- unit notebook` runs some of them.
 * The last line is the sum over the suites, "N passed, N failed".
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "./chromium.mjs";
import { suiteCount } from "./counts.mjs";
import { capture, root, run, say, seconds, Trouble } from "./report.mjs";
import { environment, setup } from "./setup.mjs";

const bin = (name) => join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
const node = process.execPath;

/** What runs, in order: the cheap and the telling first. `browser` marks those that need Chromium. */
const suites = [
  {
    name: "lint",
    what: "format and lint",
    command: bin("biome"),
    args: ["check", "--error-on-warnings", "."],
  },
  {
    name: "types",
    what: "strict types, one way of imports",
    command: node,
    args: [join(root, "tools", "tsc.mjs"), "-b", "core", "kernel", "src"],
  },
  { name: "unit", what: "core, widget, engine, kernel, figures, contract", command: bin("jest"), args: [] },
  {
    name: "package",
    what: "what the npm package holds, which Node it needs, how tests are counted",
    ...nodeTests("test/contract"),
  },
  { name: "examples", what: "the example document and notebook", ...nodeTests("test/examples") },
  { name: "install", what: "settings and places of JupyterLab, npm and pip", ...nodeTests("test/install") },
  { name: "conformance", what: "the kernel on the wire", ...script("test/conformance/run.mjs") },
  { name: "python", what: "the Python package", ...script("test/python/run.mjs") },
  { name: "torch", what: "the Python package over models of torch", ...script("test/torch/run.mjs") },
  { name: "lens", what: "the lens in a browser page", browser: true, ...script("test/src/run-browser.mjs") },
  { name: "notebook", what: "JupyterLab, Notebook 7, Voila", browser: true, ...nodeTests("test/browser") },
];

await run(async () => {
  const began = Date.now();
  const chosen = choose(process.argv.slice(2));
  await setup({ tests: true });
  const env = { ...environment(), COLPALI_LENS_SLOW_TESTS: "1" };
  if (chosen.some((suite) => suite.browser)) env.CHROMIUM_PATH = await chromium();

  const results = [];
  for (const suite of chosen) results.push(await play(suite, env));

  say(`\n${"suite".padEnd(13)}${"passed".padStart(7)}${"failed".padStart(8)}${"time".padStart(10)}`);
  for (const { name, what, passed, failed, time } of results) {
    say(
      `${name.padEnd(13)}${String(passed).padStart(7)}${String(failed).padStart(8)}${time.padStart(10)}   ${what}`,
    );
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  say(`All of it took ${seconds(began)}.\n`);
  say(`${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0 ? 0 : 1;
});

function choose(names) {
  const present = suites.filter((suite) => !suite.path || existsSync(suite.path));
  const unknown = names.find((name) => !present.some((suite) => suite.name === name));
  if (unknown) {
    throw new Trouble(`invalid suite: ${unknown}, expected ${present.map((suite) => suite.name).join(", ")}`);
  }
  if (names.length > 0) return present.filter((suite) => names.includes(suite.name));
  const skipped = process.env.COLPALI_LENS_SKIP;
  if (skipped) say(`${skipped} is left out, as COLPALI_LENS_SKIP says`);
  return present.filter((suite) => suite.name !== skipped);
}

async function play(suite, env) {
  say(`\n━━ ${suite.name}: ${suite.what}`);
  const began = Date.now();
  const { code, output, timedOut } = await capture(suite.command, suite.args, {
    env,
    minutes: 30,
    echo: true,
  });
  if (timedOut) say(`${suite.name} was stopped after 30 minutes`);
  return { ...suite, ...suiteCount(output, code), time: seconds(began) };
}

function script(path) {
  return { path: join(root, path), command: node, args: [join(root, path)] };
}

function nodeTests(path) {
  const folder = join(root, path);
  const tests = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".test.mjs")) : [];
  const args = [
    "--test",
    "--test-concurrency=1",
    "--test-reporter=spec",
    ...tests.sort().map((file) => join(folder, file)),
  ];
  return { path: tests.length ? folder : join(folder, "none"), command: node, args };
}
