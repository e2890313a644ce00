import {
  DOMWidgetModel,
  DOMWidgetView,
  type ISerializers,
  unpack_models,
  uuid,
  WidgetModel,
} from "@jupyter-widgets/base";
import type { Kernel } from "@jupyterlab/services";
import {
  decodeLensData,
  decodeLensView,
  encodeLensData,
  fromEarlier,
  isEarlier,
  joinLens,
  LENS_STATE_VERSION,
  type LensData,
  type LensStatus,
} from "../../core/index.js";
import {
  createLens,
  type LensHandle,
  type NamedFile,
  type SaveFormat,
  type SaveSettings,
} from "../viewer/index.js";
import { otherVersion } from "../viewer/other-version.js";
import { watchLens } from "./active-lens.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";

const own = (name: string) => ({
  _model_module: MODULE_NAME,
  _model_name: name,
  _model_module_version: MODULE_VERSION,
});

/** Kept as it came, so that saving loses nothing of what a view refuses; its binary leaves are saved as bytes of their own. */
const asItCame = { serialize: encodeLensData };

/** The picture of one page and what is printed on it, for every lens state that shows the page. */
export class LensPictureModel extends WidgetModel {
  override defaults() {
    return {
      ...super.defaults(),
      ...own("LensPictureModel"),
      mime: "",
      data: null,
      paper: null,
      words: null,
    };
  }

  static override serializers: ISerializers = {
    ...WidgetModel.serializers,
    // One object as long as the picture is the same.
    data: {
      deserialize: (raw: unknown) =>
        ArrayBuffer.isView(raw) ? new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength) : raw,
      ...asItCame,
    },
    paper: asItCame,
  };
}

/** What one model says to one query on one page, for every lens state that shows it. */
export class LensResultModel extends WidgetModel {
  override defaults() {
    return {
      ...super.defaults(),
      ...own("LensResultModel"),
      result: null,
      baseline: null,
      layers: null,
      attention: null,
    };
  }

  static override serializers: ISerializers = {
    ...WidgetModel.serializers,
    result: asItCame,
    baseline: asItCame,
    layers: asItCame,
    attention: asItCame,
  };
}

/** Models by key. One that is missing must not keep the lens from saying so. */
const byKey: ISerializers[string] = {
  deserialize: async (raw: unknown, manager) => {
    const found = Object.entries(raw ?? {}).map(async ([key, reference]) => {
      const model = await unpack_models(reference, manager).catch(() => null);
      return [key, model] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  },
};

export class LensModel extends DOMWidgetModel {
  override defaults() {
    return {
      ...super.defaults(),
      ...own("LensModel"),
      _view_module: MODULE_NAME,
      _view_name: "LensView",
      _view_module_version: MODULE_VERSION,
      package_version: "",
      state_version: LENS_STATE_VERSION,
      data: null,
      pictures: {},
      results: {},
      measuring: false,
      view: null,
      hears: false,
      status: { busy: null, fraction: null, error: null },
    };
  }

  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    data: asItCame,
    pictures: byKey,
    results: byKey,
    // As version 2 saved it.
    controls: asItCame,
  };
}

type Models = Record<string, WidgetModel | null>;
type Contents = Record<string, Record<string, unknown> | null>;

/** What decides what is shown, as it came. */
interface Parts {
  data: unknown;
  pictures: Contents;
  results: Contents;
  /** Of version 2. */
  controls: unknown;
  view: unknown;
}

/** The named properties of each model of a trait. */
function contents(models: unknown, names: readonly string[]): Contents {
  const of = Object.entries((models ?? {}) as Models);
  const read = (model: WidgetModel) => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  return Object.fromEntries(of.map(([key, model]) => [key, model && read(model)]));
}

/** True when nothing but the view can differ. */
function sameParts(a: Parts, b: Parts): boolean {
  const [one, other] = [a, b].map(({ data, pictures, results, controls }) => [
    data,
    controls,
    ...[pictures, results].flatMap((of) =>
      Object.entries(of).flatMap(([key, content]) => [key, ...Object.values(content ?? {})]),
    ),
  ]);
  return one.length === other.length && one.every((leaf, i) => leaf === other[i]);
}

/** How long the kernel may take to answer with a file. */
const ANSWER_SECONDS = 60;

/** Of a kernel that no longer has what it had. The widget manager does not hear of one that died and was started again. */
const GONE: readonly Kernel.Status[] = ["restarting", "autorestarting", "terminating", "dead"];

/** Maps that are measured, or read, later. */
const FURTHER = "change:layers change:attention";

interface Awaited {
  done(file: NamedFile): void;
  failed(error: Error): void;
  timer: number;
}

/** The lens in a cell: passes settings between the model and the viewer. */
export class LensView extends DOMWidgetView {
  private lens!: LensHandle;
  private forget = () => {};
  /** What was last passed on, to tell a change from an echo of our own. */
  private shown: Parts | null = null;

  /** What is shown, checked. */
  private data: LensData | null = null;
  private kernel: Kernel.IKernelConnection | null = null;
  private isVersionTold = false;

  /** Files that this view asked for, by the id of the request. */
  private awaited = new Map<string, Awaited>();

  override render(): void {
    super.render();
    this.lens = createLens(this.el, null, {
      onView: (view) => {
        if (this.shown) this.shown.view = view;
        this.model.set("view", view);
        this.touch();
      },
      onAsk: (query) => this.send({ type: "ask", query }),
      onSave: (format, settings) => this.fileOf(format, settings),
      onMeasure: (quantity) => this.send({ type: "measure", quantity }),
      onStop: () => this.stop(),
    });
    this.forget = watchLens({ element: this.el, run: (command) => this.lens.run(command) });
    this.listenTo(this.model, "msg:custom", this.receive);
    this.listenTo(this.model, "change", this.refresh);
    this.listenTo(this.model, "comm_live_update", this.refresh);
    this.kernel = (this.model.widget_manager as { kernel?: Kernel.IKernelConnection | null }).kernel ?? null;
    this.kernel?.statusChanged.connect(this.watch, this);
    this.refresh();
  }

  private watch(_: unknown, status: Kernel.Status): void {
    if (GONE.includes(status)) this.model.comm_live = false;
  }

  /** Kernels of another environment may have another version, of which the model's modules say nothing. */
  private tellVersion(): void {
    if (this.isVersionTold) return;
    this.isVersionTold = true;
    this.lens.setNotice(otherVersion(this.model.get("package_version"), MODULE_VERSION));
  }

  private stop(): void {
    const isHeard = !this.kernel || this.kernel.name === MODULE_NAME || this.model.get("hears") === true;
    if (isHeard) this.send({ type: "stop" });
    // Other kernels hear of nothing while they are at work.
    else void this.kernel?.interrupt();
  }

  private fileOf(format: SaveFormat, options: SaveSettings): Promise<NamedFile> {
    const id = uuid();
    return new Promise((done, failed) => {
      const late = `the kernel has not answered for ${ANSWER_SECONDS} s. It may be busy with a cell, or gone: try again then`;
      const timer = window.setTimeout(() => this.settle(id)?.failed(new Error(late)), ANSWER_SECONDS * 1000);
      this.awaited.set(id, { done, failed, timer });
      this.send({ type: "save", format, options, id });
    });
  }

  /** The request, which from now on is no longer awaited: nothing is answered twice. */
  private settle(id: string): Awaited | undefined {
    const request = this.awaited.get(id);
    window.clearTimeout(request?.timer);
    this.awaited.delete(id);
    return request;
  }

  /** A file, or why there is none; other views of the model get the message, too. */
  private receive(
    content: { type?: unknown; id?: unknown; name?: unknown; mime?: unknown; error?: unknown },
    buffers: DataView[] = [],
  ): void {
    if (content?.type !== "file") return;
    const request = this.settle(String(content.id));
    if (!buffers[0]) request?.failed(new Error(String(content.error ?? "the kernel sent an empty answer")));
    else
      request?.done({
        name: String(content.name),
        content: new Blob([buffers[0] as BlobPart], { type: String(content.mime) }),
      });
  }

  private refresh(): void {
    const live = this.model.comm_live;
    this.lens.setLive(live);
    if (!live)
      for (const id of this.awaited.keys())
        this.settle(id)?.failed(new Error("the kernel is gone: run the cell again"));
    const status = this.model.get("status") as LensStatus;
    // Nothing is being done any more by a kernel that is gone.
    this.lens.setStatus(live ? status : { ...status, busy: null, fraction: null });
    this.lens.setMeasuring(live && this.model.get("measuring") === true);
    if (live) this.tellVersion();
    if (this.model.get("state_version") > LENS_STATE_VERSION) {
      this.lens.fail(
        `This lens was saved by a newer version of ${MODULE_NAME}: update it, or run the cell again with this one.`,
      );
      return;
    }
    // Further maps come by themselves.
    this.stopListening(undefined, FURTHER);
    for (const result of Object.values((this.model.get("results") ?? {}) as Models))
      if (result) this.listenTo(result, FURTHER, this.refresh);
    const before = this.shown;
    this.shown = this.parts();
    try {
      this.show(this.shown, before);
    } catch (error) {
      this.lens.fail(`This lens cannot be shown: ${(error as Error).message}. Run the cell again.`);
    }
  }

  private parts(): Parts {
    const { model } = this;
    return {
      data: model.get("data") ?? null,
      pictures: contents(model.get("pictures"), ["mime", "data", "paper", "words"]),
      results: contents(model.get("results"), ["result", "baseline", "layers", "attention"]),
      controls: model.get("controls"),
      view: model.get("view"),
    };
  }

  private show(now: Parts, before: Parts | null): void {
    const same = before !== null && sameParts(now, before);
    if (same && now.view === before.view) return;
    const last = this.data;
    this.data = null;
    if (now.data === null) {
      this.lens.setState(null);
      return;
    }
    const { data, view } = isEarlier(now.data)
      ? fromEarlier(now)
      : { data: joinLens(now.data, now.pictures, now.results), view: now.view };
    this.data = same && last ? last : decodeLensData(data);
    const checked = decodeLensView(this.data, view ?? {});
    if (!last || !before || now.data !== before.data) this.lens.setState({ data: this.data, view: checked });
    else {
      if (this.data !== last) this.lens.setData(this.data);
      if (now.view !== before.view) this.lens.setView(checked);
    }
  }

  override remove() {
    for (const id of this.awaited.keys()) this.settle(id);
    this.kernel?.statusChanged.disconnect(this.watch, this);
    this.forget();
    this.lens.dispose();
    return super.remove();
  }
}
