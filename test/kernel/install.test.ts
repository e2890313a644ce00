/**
 * What `colpali-lens install` leaves behind, what `doctor` finds of it, and which Node the kernel needs.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../kernel/cli/commands";
import { install, uninstall } from "../../kernel/jupyter/setup/install";
import { nodeProblem } from "../../kernel/jupyter/setup/node";

const home = mkdtempSync(join(tmpdir(), "colpali-lens-install-"));
afterAll(() => rmSync(home, { recursive: true }));
afterEach(() => jest.restoreAllMocks());

const folder = () => mkdtempSync(join(home, "prefix-"));
const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));
function put(file: string, content: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
const files = (prefix: string) =>
  readdirSync(prefix, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

/** A program that says `text`, whatever it is asked. */
function program(name: string, text: string): string {
  const file = put(join(folder(), name), `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`);
  chmodSync(file, 0o755);
  return file;
}

async function cli(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const caught = { out: "", err: "" };
  for (const name of ["stdout", "stderr"] as const)
    jest.spyOn(process[name], "write").mockImplementation((chunk) => {
      caught[name === "stdout" ? "out" : "err"] += String(chunk);
      return true;
    });
  const code = await run(argv);
  jest.restoreAllMocks();
  return { code, ...caught };
}

const node24 = () => program("node", "v24.1.0");

test("settings are added to what a person has set, and taken away again without it", async () => {
  const prefix = folder();
  const theirs = {
    ServerApp: { port: 9999, tornado_settings: { headers: { A: "b" } } },
    HTMLExporter: { NbConvertBase: { display_data_priority: ["text/plain"] } },
    KernelSpecManager: { ensure_native_kernel: false },
  };
  const file = put(join(prefix, "etc/jupyter/jupyter_config.json"), JSON.stringify(theirs));
  const other = put(join(prefix, "etc/jupyter/jupyter_server_config.json"), "{}");
  for (const _ of ["once", "again"]) await install({ prefix });
  expect(json(file)).toEqual({
    ...theirs,
    ServerApp: {
      port: 9999,
      tornado_settings: { headers: { A: "b" }, websocket_max_message_size: 268435456 },
    },
  });
  uninstall({ prefix });
  expect(json(file)).toEqual(theirs);
  expect(files(prefix).map(({ name }) => name)).toEqual([
    "jupyter_config.json",
    "jupyter_server_config.json",
  ]);
  expect(readFileSync(other, "utf8")).toBe("{}");
});

test("a limit of the person's own is kept, larger or smaller", async () => {
  const prefix = folder();
  const theirs = { ServerApp: { tornado_settings: { websocket_max_message_size: 7 } } };
  const file = put(join(prefix, "etc/jupyter/jupyter_config.json"), JSON.stringify(theirs));
  await install({ prefix });
  expect(json(file).ServerApp).toEqual(theirs.ServerApp);
  uninstall({ prefix });
  expect(json(file)).toEqual(theirs);
});

test("settings that cannot be read are named, and nothing is written", async () => {
  for (const text of ["{ not JSON", "[1]", '"x"']) {
    const prefix = folder();
    const file = put(join(prefix, "etc/jupyter/jupyter_config.json"), text);
    await expect(install({ prefix })).rejects.toThrow(`invalid settings in ${file}: `);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(files(prefix).length).toBe(1);
  }
});

test("nothing is left of an installation into an empty folder", async () => {
  const prefix = folder();
  const written = await install({ prefix });
  expect(written.every(existsSync)).toBe(true);
  expect(written).toContain(join(prefix, "etc/jupyter/jupyter_config.json"));
  const removed = uninstall({ prefix });
  expect(removed.sort()).toEqual(written.sort());
  expect(files(prefix)).toEqual([]);
});

test("which Node can run the kernel", () => {
  expect(nodeProblem("v24.0.0", "/node")).toBeNull();
  expect(nodeProblem("v26.3.1", "/node")).toBeNull();
  for (const version of ["v20.19.0", "v22.20.0", "v18.20.4", "v9.0.0"])
    expect(nodeProblem(version, "/usr/bin/node")).toMatch(
      `invalid Node.js: ${version} at /usr/bin/node, expected 24 or later for the notebook kernel`,
    );
});

test("an installation on a Node that cannot run the kernel is refused, as is what is no Node", async () => {
  const prefix = folder();
  const old = program("node", "v20.19.0");
  const refused = await cli("install", "--prefix", prefix, "--node", old);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain(`invalid Node.js: v20.19.0 at ${old}, expected 24 or later`);
  const none = await cli("install", "--prefix", prefix, "--node", join(home, "none"));
  expect(none.code).toBe(2);
  expect(none.err).toContain(`invalid --node: ${join(home, "none")}, expected the path of a Node.js program`);
  expect(files(prefix)).toEqual([]);
});

describe("doctor", () => {
  const before = { PATH: process.env.PATH, COLPALI_LENS_PYTHON: process.env.COLPALI_LENS_PYTHON };
  afterEach(() => {
    process.env.PATH = before.PATH;
    if (before.COLPALI_LENS_PYTHON === undefined) delete process.env.COLPALI_LENS_PYTHON;
    else process.env.COLPALI_LENS_PYTHON = before.COLPALI_LENS_PYTHON;
  });

  /** What it finds of a Jupyter whose data lie in the folder, with the widget manager in it. */
  async function findings(data: string) {
    put(join(data, "labextensions/@jupyter-widgets/jupyterlab-manager/package.json"), "{}");
    process.env.COLPALI_LENS_PYTHON = program("python", JSON.stringify({ data: [join(home, "none"), data] }));
    const { code, out } = await cli("doctor", "--json");
    const all: { what: string; state: string; detail: string }[] = JSON.parse(out);
    return { code, of: (what: string) => all.find((finding) => finding.what === what)! };
  }

  test("in a clone where all works, without Jupyter on PATH: all is well", async () => {
    delete process.env.COLPALI_LENS_PYTHON;
    process.env.PATH = "/usr/bin:/bin";
    const { code, out } = await cli("doctor");
    expect(out).not.toContain("BAD");
    expect(out).toMatch(/\nAll that a notebook needs works\.\n$/);
    expect(out).toMatch(/^ok {4}kernel .*\.venv.*on Node v24/m);
    expect(code).toBe(0);
  }, 60_000);

  test("after an installation: all is well, and each part that is amiss is named with its remedy", async () => {
    const prefix = folder();
    const data = join(prefix, "share/jupyter");
    const node = node24();
    await install({ prefix }, node);
    put(join(data, "labextensions/colpali-lens/package.json"), readFileSync("package.json", "utf8"));
    // The sources that run here are not built; what is looked for is there.
    const spec = json(join(data, "kernels/colpali-lens/kernel.json"));
    const kernelFile = join(data, "kernels/colpali-lens/kernel.json");
    const main = put(join(prefix, "main.js"), "");
    const argv = (first: string) => JSON.stringify({ ...spec, argv: [first, main, "{connection_file}"] });
    put(kernelFile, argv(node));
    const well = await findings(data);
    expect(["kernel", "JupyterLab extension", "widget manager"].map((what) => well.of(what).state)).toEqual([
      "ok",
      "ok",
      "ok",
    ]);
    expect(well.code).toBe(0);

    for (const [first, detail] of [
      [join(home, "gone/node"), `${join(home, "gone/node")}, which is gone`],
      [program("node", "v20.19.0"), "expected 24 or later for the notebook kernel"],
    ]) {
      put(kernelFile, argv(first));
      const { code, of } = await findings(data);
      expect(of("kernel")).toMatchObject({ state: "bad", detail: expect.stringContaining(detail) });
      expect(of("kernel").detail).toContain("colpali-lens install");
      expect(code).toBe(1);
    }
    put(kernelFile, argv(node));
    put(join(data, "labextensions/colpali-lens/package.json"), '{ "version": "0.0.1" }');
    expect((await findings(data)).of("JupyterLab extension").detail).toMatch(
      /is 0\.0\.1, expected .*install/,
    );
    const nothing = await findings(folder());
    expect(nothing.of("kernel")).toMatchObject({
      state: "bad",
      detail: expect.stringContaining("not registered"),
    });
    expect(nothing.of("JupyterLab extension").state).toBe("bad");
  }, 60_000);
});
