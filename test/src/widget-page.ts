/**
 * The widget's model and view as a host runs them, with a comm that records: `window.widget` for the browser tests.
 * The host's part is played by what @jupyter-widgets/base needs of a manager, no more.
 */
import * as base from "@jupyter-widgets/base";
import { defaultView, encodeLensData, LENS_STATE_VERSION, type LensPage, splitLens } from "../../core/index";
import { LensModel, LensPictureModel, LensView, MODULE_NAME, MODULE_VERSION } from "../../src/lab/index";
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
const manager = {
  callbacks: () => ({}),
  get_model: async (id: string) => {
    const model = await models.get(id);
    if (!model) throw new Error("widget model not found");
    return model;
  },
} as never;

interface Classes {
  LensModel: typeof LensModel;
  LensPictureModel: typeof LensPictureModel;
  LensView: typeof LensView;
}

class Page {
  comm = new Comm();
  model!: LensModel;
  view!: LensView;
  /** What a host would load: the sources' classes, or those of the AMD module once it was loaded. */
  private classes: Classes = { LensModel, LensPictureModel, LensView };

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

  /** Opens a state of the gallery as it comes from a kernel, with a change to the raw trait. */
  async open(name: string, change: (traits: Record<string, unknown>) => Record<string, unknown> = (t) => t) {
    models.clear();
    const traits = change(await this.traits(name));
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

  /** A state of the gallery as the traits that a kernel sends, its pictures opened. */
  async traits(name: string): Promise<Record<string, unknown>> {
    const data = await states[name]();
    const {
      data: rest,
      pictures,
      baselines,
    } = data ? splitLens(data) : { data: null, pictures: {}, baselines: [] };
    return {
      state_version: LENS_STATE_VERSION,
      data: encodeLensData(rest),
      pictures: this.openPictures(pictures),
      baselines: encodeLensData(baselines),
      view: data && defaultView(data),
    };
  }

  /** Opens the models of pictures. @returns references to them, as the `pictures` trait has them */
  openPictures(pictures: Record<string, LensPage["picture"]>): Record<string, string> {
    const opened = Object.entries(pictures).map(([page, picture]): [string, string] => {
      const id = `picture-${models.size}`;
      const { LensPictureModel: Model } = this.classes;
      const state = Model._deserialize_state(encodeLensData(picture) as never, manager);
      models.set(
        id,
        state.then((s) => new Model(s as never, { model_id: id, widget_manager: manager })),
      );
      return [page, `IPY_MODEL_${id}`];
    });
    return Object.fromEntries(opened);
  }

  /** The kernel's answer to a query: another state of the gallery, in one message. Pictures that are there stay. */
  async answer(name: string): Promise<void> {
    const { state_version: _, pictures, ...state } = await this.traits(name);
    const known = this.model.get("pictures") as Record<string, base.WidgetModel>;
    const references = Object.entries(pictures as Record<string, string>).map(([page, fresh]) => [
      page,
      known[page] ? `IPY_MODEL_${known[page].model_id}` : fresh,
    ]);
    await this.comm.receive({
      method: "update",
      state: { ...state, pictures: Object.fromEntries(references) },
    });
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
    for (const [id, model] of models) {
      const state = (await model).serialize((await model).get_state(true));
      Object.assign(saved, { [id]: notebookModel("LensPictureModel", state) });
    }
    return [
      { version_major: 2, version_minor: 0, state: saved },
      { version_major: 2, version_minor: 0, model_id: "lens" },
    ];
  }

  readonly module = { name: MODULE_NAME, version: MODULE_VERSION };
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
