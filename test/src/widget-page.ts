/**
 * The widget's model and view as a host runs them, with a comm that records: `window.widget` for the browser tests.
 * The host's part is played by what @jupyter-widgets/base needs of a manager, no more.
 */
import * as base from "@jupyter-widgets/base";
import { defaultView, encodeLensData, LENS_STATE_VERSION, splitLens } from "../../core/index";
import {
  LensModel,
  LensPictureModel,
  LensResultModel,
  LensView,
  MODULE_NAME,
  MODULE_VERSION,
} from "../../src/lab/index";
import { PICTURE } from "../core/example";
import { states } from "./states";

interface Message {
  method: string;
  state?: Record<string, unknown>;
  content?: unknown;
}

class Comm {
  comm_id = "comm";
  target_name = "jupyter.widget";
  sent: Message[] = [];
  private handler: (message: unknown) => unknown = () => undefined;
  send(data: Message): string {
    this.sent.push(JSON.parse(JSON.stringify(data)));
    return String(this.sent.length);
  }
  on_msg(handler: (message: unknown) => unknown): void {
    this.handler = handler;
  }
  on_close(): void {}
  close(): string {
    return "";
  }
  /** A message of the kernel. */
  receive(data: Message, buffers: DataView[] = []): unknown {
    return this.handler({ content: { comm_id: this.comm_id, data }, buffers, parent_header: {} });
  }
}

/** Models that others refer to, by their ids. */
const models = new Map<string, Promise<base.WidgetModel>>();
let opened = 0;
const manager = {
  callbacks: () => ({}),
  get_model: async (id: string) => {
    const model = await models.get(id);
    if (!model) throw new Error("widget model not found");
    return model;
  },
} as never;

/** What is sent of a lens. */
type Traits = Record<string, unknown>;

interface Classes {
  LensModel: typeof LensModel;
  LensPictureModel: typeof LensPictureModel;
  LensResultModel: typeof LensResultModel;
  LensView: typeof LensView;
}

class Page {
  comm = new Comm();
  model!: LensModel;
  view!: LensView;
  /** What a host would load: the sources' classes, or those of the AMD module once it was loaded. */
  private classes: Classes = { LensModel, LensPictureModel, LensResultModel, LensView };

  /** Loads `dist/index.js` as a host with an AMD loader does. @returns what it asks for and what it gives */
  loadAmd(source: string): { asks: string[]; gives: string[] } {
    let asks: string[] = [];
    let given = {} as Classes;
    const define = (names: string[], factory: (...modules: unknown[]) => Classes) => {
      asks = names;
      given = factory(base);
    };
    new Function("define", source)(define);
    this.classes = given;
    return { asks, gives: Object.keys(given).sort() };
  }

  /** Opens a state of the gallery as it comes from a kernel, with a change to what is sent. */
  async open(name: string, change: (traits: Traits) => Traits = (t) => t) {
    models.clear();
    await this.show(this.references(change(await this.traits(name))));
  }

  /** Opens what a notebook saves of all models, in their place. @returns the saved states of pictures and results */
  async reopen(): Promise<object[]> {
    const saved = await Promise.all(
      [...models].map(
        async ([id, model]) => [id, (await model).constructor, await savedState(model)] as const,
      ),
    );
    const lens = this.saved();
    models.clear();
    for (const [id, Model, state] of saved) this.openModel(id, Model as never, state);
    await this.show(lens);
    return saved.map(([, , state]) => state);
  }

  private async show(traits: Traits): Promise<void> {
    this.comm = new Comm();
    const state = await this.classes.LensModel._deserialize_state(traits as never, manager);
    this.model = new this.classes.LensModel(state, {
      model_id: "lens",
      comm: this.comm,
      widget_manager: manager,
    });
    this.view?.remove();
    this.view = new this.classes.LensView({ model: this.model, options: {} } as never);
    this.view.render();
    document.querySelector("main")?.replaceChildren(this.view.el);
  }

  /** Another view of the same lens, as the notebook's "create new view for output" makes it. */
  addView(): void {
    const view = new this.classes.LensView({ model: this.model, options: {} } as never);
    view.render();
    document.querySelector("main")?.append(view.el);
  }

  /** A state of the gallery as a kernel has it before models are opened for its pictures and results. */
  async traits(name: string): Promise<Traits> {
    const data = await states[name]();
    const {
      data: rest,
      pictures,
      results,
    } = data ? splitLens(data) : { data: null, pictures: {}, results: {} };
    return encodeLensData({
      state_version: LENS_STATE_VERSION,
      data: rest,
      pictures,
      results,
      view: data && defaultView(data),
    }) as Traits;
  }

  /** The traits that a kernel sends: a model is opened for each picture and result that is no reference yet. */
  references(traits: Traits): Traits {
    const { LensPictureModel: Picture, LensResultModel: Result } = this.classes;
    const open = (of: unknown, Model: typeof base.WidgetModel) =>
      Object.fromEntries(
        Object.entries(of ?? {}).map(([key, state]) => [
          key,
          typeof state === "string" ? state : this.openModel(`part-${opened++}`, Model, state as object),
        ]),
      );
    const { pictures, results, ...rest } = traits;
    return {
      ...rest,
      ...(pictures !== undefined && { pictures: open(pictures, Picture) }),
      ...(results !== undefined && { results: open(results, Result) }),
    };
  }

  /** @returns a reference to the model */
  private openModel(id: string, Model: typeof base.WidgetModel, state: object): string {
    const read = Model._deserialize_state(state as never, manager);
    models.set(
      id,
      read.then((s) => new Model(s as never, { model_id: id, widget_manager: manager })),
    );
    return `IPY_MODEL_${id}`;
  }

  /** The kernel's answer to a query: another state of the gallery, in one message. Pictures that are there stay. */
  async answer(name: string): Promise<void> {
    const { state_version: _, ...state } = await this.traits(name);
    const known = this.model.get("pictures") as Record<string, base.WidgetModel>;
    const pictures = Object.entries(state.pictures as object).map(([page, fresh]) => [
      page,
      known[page] ? `IPY_MODEL_${known[page].model_id}` : fresh,
    ]);
    const traits = this.references({ ...state, pictures: Object.fromEntries(pictures) });
    await this.comm.receive({ method: "update", state: traits });
  }

  /** The kernel completes the results that are open by what control queries reach in a state of the gallery. */
  async measure(name: string): Promise<void> {
    const { results } = await this.traits(name);
    for (const [key, model] of Object.entries(this.model.get("results") as Record<string, base.WidgetModel>))
      model.set("baseline", (results as Record<string, { baseline: unknown }>)[key].baseline);
    await this.comm.receive({ method: "update", state: { measuring: false } });
  }

  /** The kernel completes the results that are open by the further maps of a state of the gallery, and by nothing else. */
  async addLayers(name: string): Promise<void> {
    const { results } = await this.traits(name);
    for (const [key, model] of Object.entries(this.model.get("results") as Record<string, base.WidgetModel>))
      model.set("layers", (results as Record<string, { layers: unknown }>)[key].layers);
  }

  /** What a notebook would save: the state through the serializers. */
  saved(): Record<string, unknown> {
    return this.model.serialize(this.model.get_state(true)) as never;
  }

  readonly base = base;
  /** A picture for what a test makes itself. */
  readonly picture = PICTURE;

  /** A state of the gallery as a notebook file has it: JSON, with binary leaves in base64 beside it. */
  async savedNotebookState(name: string): Promise<[state: unknown, view: unknown]> {
    await this.open(name);
    const { layout: _, ...traits } = this.saved();
    const saved = { lens: notebookModel("LensModel", traits) };
    for (const [id, model] of models)
      Object.assign(saved, {
        [id]: notebookModel((await model).get("_model_name"), await savedState(model)),
      });
    return [
      { version_major: 2, version_minor: 0, state: saved },
      { version_major: 2, version_minor: 0, model_id: "lens" },
    ];
  }

  readonly module = { name: MODULE_NAME, version: MODULE_VERSION };
}

/** A model's state through its serializers. */
async function savedState(of: Promise<base.WidgetModel>): Promise<object> {
  const model = await of;
  return model.serialize(model.get_state(true) as never);
}

/** A model as a notebook file has it. */
function notebookModel(name: string, traits: object): object {
  const buffers: { path: string[]; encoding: string; data: string }[] = [];
  const plain = (value: unknown, path: string[]): unknown => {
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      const data = btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
      buffers.push({ path, encoding: "base64", data });
      return null;
    }
    if (Array.isArray(value)) return value.map((v, i) => plain(v, [...path, String(i)]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plain(v, [...path, key])]));
  };
  return {
    model_name: name,
    model_module: MODULE_NAME,
    model_module_version: `^${MODULE_VERSION}`,
    state: plain(traits, []),
    buffers,
  };
}

Object.assign(window, { widget: new Page() });
