import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IFileBrowserFactory } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { kernelSettings } from "./kernel-settings.js";
import { addNotebooks } from "./lens-notebooks.js";
import { lensSettings } from "./lens-settings.js";
import { addLensCommands } from "./palette-commands.js";
import { shownWidgets } from "./shown-widgets.js";
import { standIns } from "./stand-in.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";
import { keepWidgetKeys } from "./widget-keys.js";

/** Tells JupyterLab and Notebook where the lens's model and view are. */
const widgets: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:widgets`,
  description: "Shows why a ColPali-family model matched a document page.",
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  activate: (app: JupyterFrontEnd, registry: IJupyterWidgetRegistry) => {
    registry.registerWidget({
      name: MODULE_NAME,
      version: MODULE_VERSION,
      // Loaded with the first lens, not with JupyterLab.
      exports: async () => import("./widget.js") as never,
    });
    keepWidgetKeys(window);
    app.docRegistry.addWidgetExtension("Notebook", standIns);
    app.docRegistry.addWidgetExtension("Notebook", shownWidgets);
  },
};

/** Notebooks on files of the file browser, the launcher's cards, and settings. Its name is that of the settings' schema. */
const notebooks: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:plugin`,
  description: "Opens documents with a lens, and keeps how new lenses open.",
  autoStart: true,
  optional: [IFileBrowserFactory, ILauncher, ICommandPalette, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    files: IFileBrowserFactory | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
  ) => {
    const settings = lensSettings(registry);
    addNotebooks(app, settings, { files, launcher, palette });
    addLensCommands(app, palette);
    app.docRegistry.addWidgetExtension("Notebook", kernelSettings(settings));
  },
};

export default [widgets, notebooks];
