import type { JupyterFrontEnd } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IFileBrowserFactory } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { kernelSettings } from "./kernel-settings.js";
import { addNotebooks } from "./lens-notebooks.js";
import { lensSettings } from "./lens-settings.js";
import { addLensCommands } from "./palette-commands.js";

/** Adds notebooks, commands and settings to a host with what it has of file browser, launcher, palette and settings. */
export async function addToHost(app: JupyterFrontEnd): Promise<void> {
  const [files, launcher, palette, registry] = await Promise.all([
    app.resolveOptionalService(IFileBrowserFactory),
    app.resolveOptionalService(ILauncher),
    app.resolveOptionalService(ICommandPalette),
    app.resolveOptionalService(ISettingRegistry),
  ]);
  const settings = lensSettings(registry);
  addNotebooks(app, settings, { files, launcher, palette });
  addLensCommands(app, palette);
  app.docRegistry.addWidgetExtension("Notebook", kernelSettings(settings));
}
