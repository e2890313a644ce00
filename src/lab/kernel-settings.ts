import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { Kernel } from "@jupyterlab/services";
import type { Widget } from "@lumino/widgets";
import type { LensSettings } from "./lens-settings.js";
import { MODULE_NAME } from "./version.js";

/** The kernel keeps what comes over a comm of this target. */
const TARGET = "colpali-lens.settings";

type Panel = Widget & { context: DocumentRegistry.Context };

/**
 * Tells the kernel of each notebook how lenses open, when it starts and when the settings change: pictures that the kernel
 * makes, and `lens.view`, are then as the person has it.
 */
export function kernelSettings(settings: LensSettings): DocumentRegistry.WidgetExtension {
  return {
    createNew(panel: Widget) {
      const { sessionContext } = (panel as Panel).context;
      let tell = () => {};
      const connect = async (kernel: Kernel.IKernelConnection | null | undefined) => {
        tell = () => {};
        if (!kernel) return;
        const { implementation } = await kernel.info;
        if (implementation !== MODULE_NAME || !kernel.handleComms) return;
        tell = teller(kernel, settings);
        tell();
        kernel.statusChanged.connect(() => tell());
      };
      void connect(sessionContext.session?.kernel);
      sessionContext.kernelChanged.connect((_, { newValue }) => void connect(newValue));
      settings.onChange(() => tell());
    },
  };
}

/** Sends what the kernel does not know yet. */
function teller(kernel: Kernel.IKernelConnection, settings: LensSettings): () => void {
  let comm: Kernel.IComm | null = null;
  let last = "{}";
  return () => {
    if (kernel.isDisposed || kernel.connectionStatus !== "connected") return;
    if (!["starting", "idle", "busy"].includes(kernel.status)) return;
    // A kernel that was restarted has forgotten it all.
    if (comm?.isDisposed) [comm, last] = [null, "{}"];
    const now = JSON.stringify(settings.current.view);
    if (now === last) return;
    last = now;
    if (!comm) {
      comm = kernel.createComm(TARGET);
      comm.open();
    }
    comm.send({ view: JSON.parse(now) });
  };
}
