import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import * as jupyter from "../jupyter/setup/install.js";
import { KERNEL_NODE, nodeProblem } from "../jupyter/setup/node.js";
import { userPath } from "../user-path.js";
import { type Command, readArguments, UsageError } from "./options.js";

const TARGETS = `  --user            for this user (default)
  --sys-prefix      into the Python environment that \`python3\` (or --python) belongs to
  --prefix DIR      below DIR/share/jupyter
  --system          for all users
  --python FILE     the Python that --sys-prefix asks; default python3`;
const OPTIONS = {
  user: { type: "boolean" },
  "sys-prefix": { type: "boolean" },
  prefix: { type: "string" },
  system: { type: "boolean" },
  python: { type: "string", default: "python3" },
} as const;

export const install: Command = {
  summary: "registers the kernel and the JupyterLab extension, with their settings",
  usage: `colpali-lens install [target] [options]\n\n${TARGETS}
  --node FILE       the Node (${KERNEL_NODE} or later) that the kernel runs on; default: the one that runs this`,
  async run(argv) {
    const { values } = readArguments(argv, { ...OPTIONS, node: { type: "string" } });
    const node = values.node === undefined ? process.execPath : resolve(userPath(values.node));
    const problem = nodeProblem(nodeVersion(node), node);
    if (problem) throw new Error(problem);
    for (const folder of await jupyter.install(target(values), node)) process.stdout.write(`${folder}\n`);
    return 0;
  },
};

export const uninstall: Command = {
  summary: "removes what install has registered",
  usage: `colpali-lens uninstall [target]\n\n${TARGETS}`,
  async run(argv) {
    const { values } = readArguments(argv, OPTIONS);
    const removed = jupyter.uninstall(target(values));
    process.stdout.write(removed.length === 0 ? "nothing was installed there\n" : `${removed.join("\n")}\n`);
    return 0;
  },
};

/** @throws UsageError when that is no program of Node's */
function nodeVersion(file: string): string {
  try {
    return execFileSync(file, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    throw new UsageError(`invalid --node: ${file}, expected the path of a Node.js program`);
  }
}

interface Values {
  user?: boolean;
  "sys-prefix"?: boolean;
  prefix?: string;
  system?: boolean;
  python: string;
}

function target(values: Values): jupyter.InstallTarget {
  const chosen = [values.user, values["sys-prefix"], values.prefix !== undefined, values.system];
  if (chosen.filter(Boolean).length > 1)
    throw new UsageError(
      "invalid target: several given, expected one of --user, --sys-prefix, --prefix, --system",
    );
  if (values.prefix !== undefined) return { prefix: resolve(userPath(values.prefix)) };
  if (values.system) return { system: true };
  if (!values["sys-prefix"]) return { user: true };
  const asked = ["-c", "import sys; print(sys.prefix)"];
  return { prefix: execFileSync(userPath(values.python), asked, { encoding: "utf8" }).trim() };
}
