import { cpSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { manifest, packageRoot } from "../../package.js";
import { addSettings, removeSettings } from "./jupyter-config.js";

export const KERNEL_NAME = "colpali-lens";
export const DISPLAY_NAME = "TypeScript (ColPali Lens)";

/** Where Jupyter looks: for one user, for the whole system, or below a prefix such as a virtual environment. */
export type InstallTarget = { user: true } | { system: true } | { prefix: string };

/**
 * Registers the kernel and, when it is built, the JupyterLab extension, and adds their settings to Jupyter's. Replaces an
 * earlier installation.
 * @param nodePath the Node (`KERNEL_NODE` or later) that the kernel runs on; this process's when left out
 * @returns the folders and files written
 * @throws Error when Jupyter's settings cannot be read
 */
export async function install(target: InstallTarget, nodePath = process.execPath): Promise<string[]> {
  const data = dataFolder(target);
  const settings = addSettings(configFolder(target));
  const kernel = join(data, "kernels", KERNEL_NAME);
  rmSync(kernel, { recursive: true, force: true });
  mkdirSync(kernel, { recursive: true });
  writeFileSync(join(kernel, "kernel.json"), `${JSON.stringify(kernelSpec(nodePath), null, 2)}\n`);
  const logo = join(packageRoot, "style", "logo.svg");
  cpSync(logo, join(kernel, "logo-svg.svg"));
  for (const size of [32, 64])
    await sharp(logo, { density: 300 })
      .resize(size, size)
      .png()
      .toFile(join(kernel, `logo-${size}x${size}.png`));
  const written = [kernel];
  const built = join(packageRoot, "labextension");
  if (existsSync(join(built, "package.json"))) {
    const extension = join(data, "labextensions", manifest.name);
    rmSync(extension, { recursive: true, force: true });
    cpSync(built, extension, { recursive: true });
    cpSync(join(packageRoot, "install.json"), join(extension, "install.json"));
    written.push(extension);
  }
  return [...written, ...settings];
}

/** Removes what `install` wrote. @returns the folders and files removed or changed */
export function uninstall(target: InstallTarget): string[] {
  const data = dataFolder(target);
  const all = [join(data, "kernels", KERNEL_NAME), join(data, "labextensions", manifest.name)];
  const removed = all.filter((folder) => existsSync(folder));
  for (const folder of removed) rmSync(folder, { recursive: true });
  for (const folder of [join(data, "kernels"), join(data, "labextensions"), data])
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  return [...removed, ...removeSettings(configFolder(target))];
}

export function kernelSpec(nodePath: string): object {
  return {
    argv: [
      nodePath,
      // A cell whose stack was terminated leaves async hooks unbalanced; Node would exit over it.
      "--no-force-async-hooks-checks",
      "--disable-warning=ExperimentalWarning",
      join(packageRoot, "lib", "kernel", "main.js"),
      "{connection_file}",
    ],
    display_name: DISPLAY_NAME,
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}

/** Jupyter's data folder (jupyter_core, `paths.py`). */
export function dataFolder(target: InstallTarget): string {
  if ("prefix" in target) return join(target.prefix, "share", "jupyter");
  const { env, platform } = process;
  if ("system" in target)
    return platform === "win32"
      ? join(env.PROGRAMDATA ?? "C:\\ProgramData", "jupyter")
      : "/usr/local/share/jupyter";
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (platform === "win32") return join(env.APPDATA ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "jupyter");
}

/** Where Jupyter looks for settings (jupyter_core, `paths.py`). */
function configFolder(target: InstallTarget): string {
  if ("prefix" in target) return join(target.prefix, "etc", "jupyter");
  const { env, platform } = process;
  if ("user" in target) return env.JUPYTER_CONFIG_DIR || join(homedir(), ".jupyter");
  return platform === "win32"
    ? join(env.PROGRAMDATA ?? "C:\\ProgramData", "jupyter")
    : "/usr/local/etc/jupyter";
}
