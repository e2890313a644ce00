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
  joinLens,
  LENS_STATE_VERSION,
  type LensData,
  type LensStatus,
} from "../../core/index.js";
import { createLens, type LensHandle, type NamedFile, type SaveFormat } from "../viewer/index.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";

const own = (name: string) => ({
  _model_module: MODULE_NAME,
  _model_name: name,
  _model_module_version: MODULE_VERSION,
});

/** Kept as it came, so that saving loses nothing of what a view refuses; its binary leaves are saved as bytes of their own. */
const asItCame = { serialize: encodeLensData };

/** The picture of one page, for every lens state that shows the page. */
export class LensPictureModel extends WidgetModel {
  override defaults() {
    return { ...super.defaults(), ...own("LensPictureModel"), mime: "", data: null };
  }

  static override serializers: ISerializers = {
    ...WidgetModel.serializers,
    // One object as long as the picture is the same.
    data: {
      deserialize: (raw: unknown) =>
        ArrayBuffer.isView(raw) ? new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength) : raw,
      ...asItCame,
    },
  };
}

/** A picture that is missing must not keep the lens from saying so. */
const pictures: ISerializers[string] = {
  deserialize: async (raw: unknown, manager) => {
    const found = Object.entries(raw ?? {}).map(async ([page, reference]) => {
      const model = await unpack_models(reference, manager).catch(() => null);
      return [page, model] as const;
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
      state_version: LENS_STATE_VERSION,
      data: null,
      pictures: {},
      baselines: null,
      measuring: false,
      view: null,
      status: { busy: null, fraction: null, error: null },
    };
  }

  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    data: asItCame,
    baselines: asItCame,
    pictures,
  };
}

/** What decides what is shown. */
const TRAITS = ["data", "pictures", "baselines", "view"] as const;
type Traits = Record<(typeof TRAITS)[number], unknown>;

function pictured(models: unknown): Record<string, unknown> {
  const of = Object.entries((models ?? {}) as Record<string, WidgetModel | null>);
  return Object.fromEntries(
    of.map(([page, model]) => [page, model && { mime: model.get("mime"), data: model.get("data") }]),
  );
}

/** How long the kernel may take to answer with a file. */
const ANSWER_SECONDS = 60;

/** Of a kernel that no longer has what it had. The widget manager does not hear of one that died and was started again. */
const GONE: readonly Kernel.Status[] = ["restarting", "autorestarting", "terminating", "dead"];

interface Awaited {
  done(file: NamedFile): void;
  failed(error: Error): void;
  timer: number;
}

/** The lens in a cell: passes settings between the model and the viewer. */
export class LensView extends DOMWidgetView {
  private lens!: LensHandle;
  /** What was last passed on, to tell a change from an echo of our own. */
  private shown: Partial<Traits> = {};

  /** What is shown, checked. */
  private data: LensData | null = null;
  private kernel: Kernel.IKernelConnection | null = null;

  /** Files that this view asked for, by the id of the request. */
  private awaited = new Map<string, Awaited>();

  override render(): void {
    super.render();
    this.lens = createLens(this.el, null, {
      onView: (view) => {
        this.shown.view = view;
        this.model.set("view", view);
        this.touch();
      },
      onAsk: (query) => this.send({ type: "ask", query }),
      onSave: (format) => this.fileOf(format),
    });
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

  private fileOf(format: SaveFormat): Promise<NamedFile> {
    const id = uuid();
    return new Promise((done, failed) => {
      const late = `the kernel has not answered for ${ANSWER_SECONDS} s. It may be busy with a cell, or gone: try again then`;
      const timer = window.setTimeout(() => this.settle(id)?.failed(new Error(late)), ANSWER_SECONDS * 1000);
      this.awaited.set(id, { done, failed, timer });
      this.send({ type: "save", format, id });
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
    const now = Object.fromEntries(TRAITS.map((name) => [name, this.model.get(name)])) as Traits;
    const live = this.model.comm_live;
    this.lens.setLive(live);
    if (!live)
      for (const id of this.awaited.keys())
        this.settle(id)?.failed(new Error("the kernel is gone: run the cell again"));
    const status = this.model.get("status") as LensStatus;
    // Nothing is being done any more by a kernel that is gone.
    this.lens.setStatus(live ? status : { ...status, busy: null, fraction: null });
    this.lens.setMeasuring(live && this.model.get("measuring") === true);
    if (this.model.get("state_version") > LENS_STATE_VERSION) {
      this.lens.fail(
        `This lens was saved by a newer version of ${MODULE_NAME}: update it, or run the cell again with this one.`,
      );
      return;
    }
    const before = this.shown;
    if (TRAITS.every((name) => now[name] === before[name])) return;
    this.shown = now;
    try {
      this.show(now, before);
    } catch (error) {
      this.lens.fail(`This lens cannot be shown: ${(error as Error).message}. Run the cell again.`);
    }
  }

  private show(now: Traits, before: Partial<Traits>): void {
    if ((now.data ?? null) === null) {
      this.data = null;
      this.lens.setState(null);
      return;
    }
    const same = this.data !== null && now.data === before.data;
    if (!this.data || !same || now.baselines !== before.baselines || now.pictures !== before.pictures) {
      this.data = null;
      this.data = decodeLensData(
        joinLens(now.data, pictured(now.pictures), now.baselines ?? this.model.get("controls")),
      );
      if (same) this.lens.setData(this.data);
    }
    const view = decodeLensView(this.data, now.view ?? {});
    if (!same) this.lens.setState({ data: this.data, view });
    else if (now.view !== before.view) this.lens.setView(view);
  }

  override remove() {
    for (const id of this.awaited.keys()) this.settle(id);
    this.kernel?.statusChanged.disconnect(this.watch, this);
    this.lens.dispose();
    return super.remove();
  }
}
