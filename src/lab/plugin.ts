import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { shownWidgets } from "./shown-widgets.js";
import { standIns } from "./stand-in.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";
import { keepWidgetKeys } from "./widget-keys.js";

/** Tells JupyterLab, Notebook and Voila where the lens's model and view are. */
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
  activate: async (app: JupyterFrontEnd) => {
    // Named in the plugin, what a host does not have would keep the lens from being shown there, too.
    const parts = await import("./host-parts.js").catch((error) => {
      console.info(`${MODULE_NAME}: lenses are shown; this host has no files to open and no settings`, error);
    });
    await parts?.addToHost(app);
  },
};

export default [widgets, notebooks];
