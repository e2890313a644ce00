import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Widget } from "@lumino/widgets";

const WIDGET = "application/vnd.jupyter.widget-view+json";
const GONE =
  "This is a picture: what it was made with is no longer in the kernel. Run the cell again for the live view.";
const BROKEN =
  "This is a picture: the live view was saved by another version of its extension, or failed. Run the cell again for the live view.";

type Bundle = IRenderMime.IMimeModel["data"];
type Factory = IRenderMime.IRendererFactory;
/** What the widget manager's renderer is, as far as it matters here: a panel, with the view in it once there is one. */
type WidgetRenderer = IRenderMime.IRenderer & {
  addWidget?(widget: IRenderMime.IRenderer): void;
  readonly widgets?: readonly Widget[];
};

/**
 * After a restart of the kernel the widget manager shows "Error displaying widget: model not found", and for a view of a
 * version that is not installed a JavaScript error, even where the same output carries a static picture. This shows the
 * picture instead. Outputs without one stay as they are.
 */
export const standIns: DocumentRegistry.WidgetExtension = {
  createNew(panel: Widget) {
    const { content } = panel as Widget & { content?: { rendermime?: IRenderMimeRegistry } };
    if (content?.rendermime) watch(content.rendermime);
  },
};

/** The widget manager replaces the factory once it knows the kernel, so later ones are taken care of too. */
function watch(rendermime: IRenderMimeRegistry): void {
  const add = rendermime.addFactory.bind(rendermime);
  const wrapped = (factory: Factory): Factory => ({
    ...factory,
    createRenderer: (options) => {
      const renderer = factory.createRenderer(options);
      return options.mimeType === WIDGET ? withStandIn(renderer, rendermime) : renderer;
    },
  });
  rendermime.addFactory = (factory, rank) =>
    add(factory.mimeTypes.includes(WIDGET) ? wrapped(factory) : factory, rank);
  const present = rendermime.getFactory(WIDGET);
  if (present) add(wrapped(present), -10);
}

function withStandIn(renderer: WidgetRenderer, rendermime: IRenderMimeRegistry): IRenderMime.IRenderer {
  const render = renderer.renderModel.bind(renderer);
  let picture: IRenderMime.IRenderer | undefined;
  let live: string | undefined;
  const draw = async (model: IRenderMime.IMimeModel) => {
    const id = shownBy(model);
    // An output that is completed, by its picture for example, keeps its view.
    if (id && id === live) return;
    live = undefined;
    picture?.dispose();
    await render(model);
    const gone = renderer.node.textContent?.startsWith("Error displaying widget");
    const broken = renderer.node.querySelector(".jupyter-widgets-error-widget") !== null;
    // Where the manager does not know the model yet, there is no view, and it draws again when it has restored its models.
    if (!gone && !broken && renderer.widgets?.length) live = id;
    if (!(gone || broken) || !model.data["image/png"] || !renderer.addWidget) return;
    const still = withoutWidget(model);
    const mimeType = rendermime.preferredMimeType(still.data, still.trusted ? "any" : "ensure");
    if (!mimeType) return;
    picture = rendermime.createRenderer(mimeType);
    await picture.renderModel(still);
    renderer.removeClass("jupyter-widgets");
    renderer.node.textContent = "";
    renderer.addWidget(picture);
    const note = document.createElement("p");
    note.className = "cl-stand-in";
    note.textContent = gone ? GONE : BROKEN;
    renderer.node.append(note);
  };
  let drawing: { id: string | undefined; done: Promise<void> } | undefined;
  renderer.renderModel = async (model) => {
    const id = shownBy(model);
    // A view is still being made when its picture comes, and would be made twice.
    while (drawing && drawing.id === id) await drawing.done.catch(() => {});
    const mine = { id, done: draw(model) };
    drawing = mine;
    await mine.done.finally(() => {
      if (drawing === mine) drawing = undefined;
    });
  };
  return renderer;
}

function shownBy(model: IRenderMime.IMimeModel): string | undefined {
  return (model.data[WIDGET] as { model_id?: string }).model_id;
}

function withoutWidget(model: IRenderMime.IMimeModel): IRenderMime.IMimeModel {
  const data: Bundle = Object.fromEntries(Object.entries(model.data).filter(([type]) => type !== WIDGET));
  return {
    data,
    metadata: model.metadata,
    trusted: model.trusted,
    setData: (change) => model.setData(change),
  };
}
