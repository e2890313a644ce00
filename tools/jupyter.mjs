/** How the project starts JupyterLab: the same for `npm run lab` and for the browser tests. */
import { createServer } from "node:net";

/**
 * Arguments after the interpreter. What `rest` says itself is not said for it.
 * @param {{folder: string, open?: string, rest?: string[]}} options `folder` is served; `open` is a file in it
 */
export function jupyterLabArguments({ folder, open, rest = [] }) {
  const url = open && `/lab/tree/${open.split("/").map(encodeURIComponent).join("/")}`;
  const opensAnother = rest.some((option) => /^--\w+\.default_url\b/.test(option));
  return [
    // The folder that it is started in may hold a file that is named as a module of Python's.
    ...["-I", "-m", "jupyterlab"],
    `--ServerApp.root_dir=${folder}`,
    ...(url && !opensAnother ? [`--LabApp.default_url=${url}`] : []),
    // JupyterLab refuses to run as root without this.
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...rest,
  ];
}

/** @returns {Promise<number>} a port of this machine that nobody listens at */
export function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
