import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { root } from "../../tools/report.mjs";

const folder = mkdtempSync(join(tmpdir(), "colpali-lens-command-"));
after(() => rmSync(folder, { recursive: true }));

const report = join(root, "examples", "energy-report.pdf");
const queries = ["wind", "hydro", "solar", "battery", "cable", "load", "harbour", "turbine"];

/** The command as a process of its own, and how it ends. */
function start(...args) {
  const bin = join(root, "lib", "kernel", "cli", "bin.js");
  const child = spawn(process.execPath, [
    bin,
    "maps",
    report,
    "--queries",
    ...queries,
    "--provider",
    "cpu",
    ...args,
  ]);
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise((done) => {
    child.on("close", (code) => done({ code, err }));
  });
  return { child, ended };
}

test("Ctrl+C ends it when the map at hand is done; what was written is kept and said", {
  timeout: 120_000,
}, async () => {
  const out = join(folder, "maps");
  const { child, ended } = start("--tokens", "none", "--out", out);
  child.stdout.resume();
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
    // Once: a second Ctrl+C would end it at once.
    if (!child.killed && /^mapping: [1-9]/m.test(said)) child.kill("SIGINT");
  });
  const { code, err } = await ended;
  const [, done, all] = /^colpali-lens: stopped, (\d+) of (\d+) maps are in .*maps$/m.exec(err) ?? [];
  const pictures = readdirSync(out, { recursive: true }).filter((file) => file.endsWith(".png"));
  assert.equal(code, 130, err);
  assert.deepEqual([all, String(pictures.length)], ["32", done]);
  assert.ok(pictures.length > 0 && pictures.length < 32);
});

test("a reader that leaves early is nothing to complain about", { timeout: 120_000 }, async () => {
  const { child, ended } = start("--json", "--quiet");
  child.stdout.once("data", () => child.stdout.destroy());
  assert.deepEqual(await ended, { code: 1, err: "" });
});
