import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { providersReport } from "../inference/index.js";
import { dataFolder, KERNEL_NAME } from "../jupyter/install.js";
import { manifest, packageRoot } from "../package.js";
import { type Command, readArguments } from "./options.js";

/** One thing that was looked at. */
interface Finding {
  what: string;
  /** `bad` means that something a person would use does not work; `note` is worth knowing. */
  state: "ok" | "note" | "bad";
  detail: string;
}

export const doctor: Command = {
  summary: "checks GPU, kernel, extension and versions, and says what to do",
  usage: `colpali-lens doctor [options]

Ends with 1 when something that a notebook needs is missing.

  --json            print the findings as JSON`,
  async run(argv) {
    const { values } = readArguments(argv, { json: { type: "boolean", default: false } });
    const findings = [...versions(), ...(await providers()), ...jupyter()];
    if (values.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    else
      for (const { what, state, detail } of findings)
        process.stdout.write(
          `${{ ok: "ok  ", note: "note", bad: "BAD " }[state]}  ${what.padEnd(24)} ${detail}\n`,
        );
    return findings.some((f) => f.state === "bad") ? 1 : 0;
  },
};

function versions(): Finding[] {
  const installed = ["onnxruntime-node", "tslab", "typescript", "sharp", "zeromq"].map((name) => {
    return `${name} ${packageVersion(name)}`;
  });
  const major = Number.parseInt(process.versions.node, 10);
  return [
    { what: manifest.name, state: "ok", detail: `${manifest.version}, with ${installed.join(", ")}` },
    {
      what: "node",
      state: major >= 24 ? "ok" : "note",
      detail: `${process.versions.node}${major >= 24 ? "" : "; the notebook kernel needs 24 or later (install --node FILE)"}`,
    },
  ];
}

/** Version of a package that the kernel uses, found as Node does: in the nearest node_modules above. */
function packageVersion(name: string): string {
  for (let at = packageRoot; ; at = dirname(at)) {
    const file = join(at, "node_modules", name, "package.json");
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).version;
    if (at === dirname(at)) return "is missing";
  }
}

async function providers(): Promise<Finding[]> {
  return (await providersReport()).map(({ provider, works, milliseconds, reason }) => ({
    what: `provider ${provider}`,
    state: works ? "ok" : provider === "cpu" ? "bad" : "note",
    detail: works ? `works, ${milliseconds?.toFixed(1)} ms for a 1024 x 1024 matrix product` : reason,
  }));
}

/** Looks where Jupyter would: its own answer when it is there, else the user's and the system's folders. */
function jupyter(): Finding[] {
  const folders = jupyterFolders();
  const kernel = folders.map((f) => join(f, "kernels", KERNEL_NAME, "kernel.json")).find(existsSync);
  const extension = folders
    .map((f) => join(f, "labextensions", manifest.name, "package.json"))
    .find(existsSync);
  const widgets = folders
    .map((f) => join(f, "labextensions", "@jupyter-widgets", "jupyterlab-manager", "package.json"))
    .find(existsSync);
  return [
    kernel ? kernelFinding(kernel) : bad("kernel", "not registered: run `colpali-lens install`"),
    extension
      ? extensionFinding(extension)
      : bad("JupyterLab extension", "not installed: run `colpali-lens install`"),
    widgets
      ? { what: "widget manager", state: "ok", detail: widgets }
      : bad("widget manager", "not found: pip install jupyterlab_widgets"),
  ];
}

function kernelFinding(file: string): Finding {
  const { argv } = JSON.parse(readFileSync(file, "utf8")) as { argv: string[] };
  const missing = [argv[0], argv.find((a) => a.endsWith("main.js"))].find(
    (f) => f?.includes("/") && !existsSync(f),
  );
  if (missing)
    return bad("kernel", `${file} names ${missing}, which is gone: run \`colpali-lens install\` again`);
  return { what: "kernel", state: "ok", detail: `${file}, on ${argv[0]}` };
}

function extensionFinding(file: string): Finding {
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  if (version === manifest.version)
    return { what: "JupyterLab extension", state: "ok", detail: `${version}, ${file}` };
  return bad(
    "JupyterLab extension",
    `${file} is ${version}, expected ${manifest.version}: run \`colpali-lens install\` again`,
  );
}

function jupyterFolders(): string[] {
  try {
    const paths = JSON.parse(
      execFileSync("jupyter", ["--paths", "--json"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    return paths.data as string[];
  } catch {
    return [dataFolder({ user: true }), dataFolder({ system: true }), "/usr/share/jupyter"];
  }
}

function bad(what: string, detail: string): Finding {
  return { what, state: "bad", detail };
}
