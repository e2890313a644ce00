/** How the project starts JupyterLab: the same for `npm run lab` and for the browser tests. */

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
    // A picture or a vector file can be larger than the 10 MB that a message from the browser may have by default.
    "--ServerApp.tornado_settings={'websocket_max_message_size': 268435456}",
    ...(url && !opensAnother ? [`--LabApp.default_url=${url}`] : []),
    // JupyterLab refuses to run as root without this.
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...rest,
  ];
}
