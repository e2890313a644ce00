/** How the project starts JupyterLab: the same for `npm run lab` and for the browser tests. */
import { root } from "./report.mjs";

/** What the command opens, below the clone. */
export const firstLook = "examples/first-look.ipynb";

/**
 * Arguments after the interpreter.
 * @param {{folder?: string, open?: string, rest?: string[]}} options `folder` is served; `open` is a notebook in it
 */
export function jupyterLabArguments({ folder = root, open, rest = [] } = {}) {
  return [
    "-m",
    "jupyterlab",
    `--ServerApp.root_dir=${folder}`,
    // A picture or a vector file can be larger than the 10 MB that a message from the browser may have by default.
    "--ServerApp.tornado_settings={'websocket_max_message_size': 268435456}",
    ...(open ? [`--LabApp.default_url=/lab/tree/${open.split("/").map(encodeURIComponent).join("/")}`] : []),
    // JupyterLab refuses to run as root without this.
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...rest,
  ];
}
