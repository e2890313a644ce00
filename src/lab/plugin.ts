import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { shownWidgets } from "./shown-widgets.js";
import { standIns } from "./stand-in.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";
import { keepWidgetKeys } from "./widget-keys.js";

/** Tells JupyterLab and Notebook where the lens's model and view are. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: `${MODULE_NAME}:plugin`,
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

export default plugin;
