import { standIns } from "../../src/lab/stand-in";

const WIDGET = "application/vnd.jupyter.widget-view+json";
const MODEL = { data: { [WIDGET]: { model_id: "lens" }, "image/png": "" }, metadata: {}, trusted: true };

/** The widget manager's renderer: it draws nothing of a model that is not known yet, and again once all are restored. */
function widgetRenderer() {
  const manager = { isRestored: false, models: new Set<string>() };
  const widgets: string[] = [];
  const node = { textContent: "", querySelector: () => null };
  let later: typeof MODEL | null = null;
  const renderer = {
    node,
    widgets,
    addWidget: (widget: string) => widgets.push(widget),
    async renderModel(model: typeof MODEL) {
      node.textContent = "Loading widget...";
      await null;
      const id = model.data[WIDGET].model_id;
      if (!manager.models.has(id)) {
        if (!manager.isRestored) later = model;
        else node.textContent = "Error displaying widget: model not found";
        return;
      }
      later = null;
      await new Promise((made) => setTimeout(made, 5));
      node.textContent = "";
      renderer.addWidget(`view of ${id}`);
    },
    async restored() {
      manager.isRestored = true;
      if (!later) return;
      node.textContent = "";
      await renderer.renderModel(later);
    },
  };
  return { renderer, manager };
}

/** The same in a notebook with stand-ins. */
function inNotebook() {
  const made = widgetRenderer();
  let factory = { mimeTypes: [WIDGET], createRenderer: (_: object) => made.renderer };
  const rendermime = {
    getFactory: () => factory,
    addFactory(one: typeof factory) {
      factory = one;
    },
  };
  const panel = { content: { rendermime } } as unknown as Parameters<typeof standIns.createNew>[0];
  standIns.createNew(panel, undefined as never);
  return { manager: made.manager, renderer: factory.createRenderer({ mimeType: WIDGET }) };
}

test("a view that was asked for before its model is known is drawn when the manager has restored it", async () => {
  const { renderer, manager } = inNotebook();
  await renderer.renderModel(MODEL);
  expect(renderer.widgets).toEqual([]);
  manager.models.add("lens");
  await renderer.restored();
  expect(renderer.widgets).toEqual(["view of lens"]);
});

test("an output that is completed keeps its view, also while it is being made", async () => {
  const { renderer, manager } = inNotebook();
  manager.models.add("lens");
  await Promise.all([renderer.renderModel(MODEL), renderer.renderModel(MODEL), renderer.renderModel(MODEL)]);
  await renderer.renderModel(MODEL);
  expect(renderer.widgets).toEqual(["view of lens"]);
});

test("another model is drawn in its place", async () => {
  const { renderer, manager } = inNotebook();
  manager.models.add("lens").add("other");
  const other = { ...MODEL, data: { ...MODEL.data, [WIDGET]: { model_id: "other" } } };
  await renderer.renderModel(MODEL);
  await renderer.renderModel(other);
  await renderer.renderModel(MODEL);
  expect(renderer.widgets).toEqual(["view of lens", "view of other", "view of lens"]);
});
