import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifest, packageRoot } from "../package.js";
import { providersReport } from "../runtime/providers.js";
import { type Finding, jupyterFindings } from "./doctor-jupyter.js";
import { type Command, readArguments } from "./options.js";

export const doctor: Command = {
  summary: "checks GPU, kernel, extension and versions, and says what to do",
  usage: `colpali-lens doctor [options]

Ends with 1 when something that a notebook needs is missing.

  --json            print the findings as JSON`,
  async run(argv) {
    const { values } = readArguments(argv, { json: { type: "boolean", default: false } });
    const findings = [...versions(), ...(await providers()), ...jupyterFindings()];
    const amiss = findings.filter((f) => f.state === "bad").length;
    if (values.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    else {
      for (const { what, state, detail } of findings)
        process.stdout.write(
          `${{ ok: "ok  ", note: "note", bad: "BAD " }[state]}  ${what.padEnd(24)} ${detail}\n`,
        );
      const sum = amiss === 1 ? "One thing is" : `${amiss} things are`;
      process.stdout.write(
        amiss === 0
          ? "All that a notebook needs works.\n"
          : `${sum} amiss: the lines with BAD say what to do.\n`,
      );
    }
    return amiss === 0 ? 0 : 1;
  },
};

function versions(): Finding[] {
  const installed = ["onnxruntime-node", "tslab", "typescript", "sharp", "zeromq"].map((name) => {
    return `${name} ${packageVersion(name)}`;
  });
  return [
    { what: manifest.name, state: "ok", detail: `${manifest.version}, with ${installed.join(", ")}` },
    { what: "node", state: "ok", detail: `${process.versions.node}, which runs this command` },
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
