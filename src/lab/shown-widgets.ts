import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { Kernel } from "@jupyterlab/services";
import type { Widget } from "@lumino/widgets";

const VIEW = "application/vnd.jupyter.widget-view+json";
const STATE = "application/vnd.jupyter.widget-state+json";
/** The kernel that takes such comms. */
const IMPLEMENTATION = "colpali-lens";
const TARGET = "colpali-lens.shown";

type Bundle = { [VIEW]?: { model_id: string } };
type Model = { state?: Record<string, unknown> };
type States = Record<string, Model>;
type Saved = { [STATE]?: { state?: States } };

/** What of a notebook's model matters here. */
interface NotebookModel extends DocumentRegistry.IModel {
  cells: Iterable<{ id: string; outputs?: { length: number; get(i: number): { data: Bundle } } }>;
  metadataChanged: {
    connect(
      slot: (sender: unknown, change: { key?: string; oldValue?: Saved; newValue?: Saved }) => void,
    ): void;
  };
  getMetadata(key: string): Saved | undefined;
  setMetadata(key: string, value: unknown): void;
  deleteMetadata(key: string): void;
}
type Panel = Widget & { context: DocumentRegistry.IContext<NotebookModel> };

/**
 * The widget manager saves every model that the kernel has open, and only those. Of notebooks with our kernel this keeps
 * the models that the outputs show and drops the others, and it tells the kernel which these are, so that it does not close
 * the widget of a copied output, and opens again the one of a cell that was deleted and brought back.
 */
export const shownWidgets: DocumentRegistry.WidgetExtension = {
  createNew(panel: Widget) {
    const { context } = panel as Panel;
    const { model, sessionContext } = context;
    let implementation: string | null = null;
    const isOurs = () => (implementation ?? model.defaultKernelName) === IMPLEMENTATION;
    let tell = () => {};
    const connect = async (kernel: Kernel.IKernelConnection | null | undefined) => {
      tell = () => {};
      if (!kernel) return;
      ({ implementation } = await kernel.info);
      if (isOurs() && kernel.handleComms) tell = teller(kernel, context);
      tell();
    };
    void connect(sessionContext.session?.kernel);
    sessionContext.kernelChanged.connect((_, { newValue }) => void connect(newValue));
    model.contentChanged.connect(() => tell());
    const keepShown = (now?: Saved, before?: Saved) => {
      const saved = now?.[STATE];
      if (!isOurs() || !saved?.state) return;
      const kept = shownOf({ ...before?.[STATE]?.state, ...saved.state }, model);
      if (sameKeys(kept, saved.state)) return;
      if (Object.keys(kept).length === 0) model.deleteMetadata("widgets");
      else model.setMetadata("widgets", { ...now, [STATE]: { ...saved, state: kept } });
    };
    model.metadataChanged.connect((_, { key, newValue, oldValue }) => {
      if (key === "widgets") keepShown(newValue, oldValue);
    });
    // Nothing is told to have changed when the manager saves what was saved before.
    context.saveState.connect((_, state) => {
      if (state === "started") keepShown(model.getMetadata("widgets"));
    });
  },
};

/** Sends what stands in the outputs, whenever that has changed. */
function teller(
  kernel: Kernel.IKernelConnection,
  { model, path }: DocumentRegistry.IContext<NotebookModel>,
): () => void {
  let comm: Kernel.IComm | null = null;
  let last = "";
  return () => {
    if (kernel.connectionStatus !== "connected" || !["idle", "busy"].includes(kernel.status)) return;
    const cells = Object.fromEntries(shownIn(model));
    const now = JSON.stringify(cells);
    // A kernel that was restarted has forgotten it all.
    const isOpen = comm !== null && !comm.isDisposed;
    if (now === (isOpen ? last : "{}")) return;
    last = now;
    if (!isOpen) {
      comm = kernel.createComm(TARGET);
      comm.open();
    }
    comm?.send({ notebook: path, cells });
  };
}

/** Ids of the models that the outputs show, for each cell that shows one. */
function shownIn(model: NotebookModel): [cell: string, ids: string[]][] {
  return [...model.cells].flatMap(({ id, outputs }): [string, string[]][] => {
    const each = Array.from({ length: outputs?.length ?? 0 }, (_, i) => outputs?.get(i).data[VIEW]?.model_id);
    const ids = each.filter((shown) => shown !== undefined);
    return ids.length > 0 ? [[id, ids]] : [];
  });
}

/** The models that the outputs show, those that they hold, and links between these. */
function shownOf(states: States, model: NotebookModel): States {
  const kept = new Set<string>();
  const keep = (id: string) => {
    if (kept.has(id) || !states[id]) return;
    kept.add(id);
    for (const part of referenced(states[id].state)) keep(part);
  };
  for (const [, ids] of shownIn(model)) for (const id of ids) keep(id);
  for (const [id, { state }] of Object.entries(states)) {
    // What can be shown itself has a layout.
    const ends = state && !("layout" in state) ? referenced(state) : [];
    if (ends.length > 0 && ends.every((end) => kept.has(end))) keep(id);
  }
  return Object.fromEntries(Object.entries(states).filter(([id]) => kept.has(id)));
}

/** Ids of the models that a value refers to, at any depth: by reference, or by a view of one in a stored output. */
function referenced(value: unknown): string[] {
  if (typeof value === "string") return value.startsWith("IPY_MODEL_") ? [value.slice(10)] : [];
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === VIEW && typeof item?.model_id === "string" ? [item.model_id] : referenced(item),
  );
}

function sameKeys(a: object, b: object): boolean {
  return Object.keys(a).sort().join() === Object.keys(b).sort().join();
}
