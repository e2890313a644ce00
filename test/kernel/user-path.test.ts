/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { saveLens } from "../../kernel/api/save";
import { run } from "../../kernel/cli/commands";
import { loadModel } from "../../kernel/hub/load-model";
import { openPages } from "../../kernel/pages";
import { cacheFolder } from "../../kernel/store/cache-folder";
import { userPath } from "../../kernel/user-path";
import { lensState } from "../core/example";

const root = join(__dirname, "../..");
const home = mkdtempSync(join(os.tmpdir(), "colpali-lens-home-"));
beforeAll(() => {
  mkdirSync(join(home, "a folder"));
  copyFileSync(join(root, "examples/energy-report.pdf"), join(home, "a folder/Übersicht.pdf"));
  cpSync(join(root, "models/mini"), join(home, "model"), { recursive: true });
});
beforeEach(() => void jest.spyOn(os, "homedir").mockReturnValue(home));
afterEach(() => jest.restoreAllMocks());
afterAll(() => rmSync(home, { recursive: true }));

test("a tilde is the home folder only where a shell takes it so", () => {
  expect(["~", "~/x", "~x", "a/~/b", "./~", "~~", ""].map(userPath)).toEqual([
    home,
    join(home, "x"),
    ...["~x", "a/~/b", "./~", "~~", ""],
  ]);
});

test("a model, its cache and a document are found below it, and a figure is written there", async () => {
  const model = await loadModel("~/model", { cacheDir: "~/cache", provider: "cpu" });
  expect(model.info.path).toBe(join(home, "model"));
  const [page] = await openPages("~/a folder/Übersicht.pdf#1", { dpi: 50 });
  await model.embedPage(page);
  await model.dispose();
  expect(existsSync(join(home, "cache/embeddings"))).toBe(true);
  expect(await saveLens(lensState(), "~/a folder/x.json")).toBe(join(home, "a folder/x.json"));
  expect(existsSync(join(home, "a folder/x.json"))).toBe(true);
  await expect(loadModel("~/no model")).rejects.toThrow("unknown model: ~/no model");
});

test("the cache folder of the environment, too", () => {
  const before = process.env.COLPALI_LENS_CACHE;
  process.env.COLPALI_LENS_CACHE = "~/kept";
  expect(cacheFolder()).toBe(join(home, "kept"));
  if (before === undefined) delete process.env.COLPALI_LENS_CACHE;
  else process.env.COLPALI_LENS_CACHE = before;
});

test("a prefix and the programs of an installation", async () => {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  writeFileSync(join(home, "node"), "#!/bin/sh\necho v24.0.0\n", { mode: 0o755 });
  writeFileSync(join(home, "python"), `#!/bin/sh\necho ${join(home, "venv")}\n`, { mode: 0o755 });
  for (const [target, folder] of [
    [["--prefix=~/a folder"], "a folder"],
    [["--sys-prefix", "--python=~/python"], "venv"],
  ] as const) {
    expect(await run(["install", ...target, "--node=~/node"])).toBe(0);
    const kernel = join(home, folder, "share/jupyter/kernels/colpali-lens");
    expect(JSON.parse(readFileSync(join(kernel, "kernel.json"), "utf8")).argv[0]).toBe(join(home, "node"));
    expect(await run(["uninstall", ...target])).toBe(0);
    expect(existsSync(kernel)).toBe(false);
  }
  expect(write).toHaveBeenCalled();
});

test("and on the command line: options with a tilde that the shell has left", async () => {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  const argv = ["embed", "--documents=~/a folder/Übersicht.pdf#1", "--model=~/model", "--out=~/vectors"];
  expect(await run([...argv, "--dpi=50", "--provider=cpu"])).toBe(0);
  expect(String(write.mock.calls[0][0])).toContain(join(home, "vectors/"));
});
