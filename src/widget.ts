import { DOMWidgetModel, DOMWidgetView, type ISerializers, uuid } from "@jupyter-widgets/base";
import type { Kernel } from "@jupyterlab/services";
import {
  decodeLensData,
  decodeLensView,
  encodeLensData,
  LENS_STATE_VERSION,
  type LensData,
  type LensStatus,
} from "../core/index.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";
import { createLens, type LensHandle, type NamedFile, type SaveFormat } from "./viewer/index.js";

/** What the `data` trait holds: checked data, or what came and why it is refused (so that saving loses nothing). */
type Received = { data: LensData } | { refused: string; raw: unknown };

const received = {
  // Throwing here would leave the person with "Error displaying widget"; the view says what is wrong instead.
  deserialize(raw: unknown): Received | null {
    if (raw === null || raw === undefined) return null;
    try {
      return { data: decodeLensData(raw) };
    } catch (error) {
      return { refused: (error as Error).message, raw };
    }
  },
  serialize(value: Received | null): unknown {
    if (value === null) return null;
    return "data" in value ? encodeLensData(value.data) : value.raw;
  },
};

export class LensModel extends DOMWidgetModel {
  override defaults() {
    return {
      ...super.defaults(),
      _model_module: MODULE_NAME,
      _model_name: "LensModel",
      _model_module_version: MODULE_VERSION,
      _view_module: MODULE_NAME,
      _view_name: "LensView",
      _view_module_version: MODULE_VERSION,
      state_version: LENS_STATE_VERSION,
      data: null,
      view: null,
      status: { busy: null, fraction: null, error: null },
    };
  }

  static override serializers: ISerializers = { ...DOMWidgetModel.serializers, data: received };
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
  private shown: { received: Received | null; view: unknown } = { received: null, view: null };

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
    const now: Received | null = this.model.get("data");
    const view: unknown = this.model.get("view");
    this.lens.setLive(this.model.comm_live);
    if (!this.model.comm_live)
      for (const id of this.awaited.keys())
        this.settle(id)?.failed(new Error("the kernel is gone: run the cell again"));
    const status = this.model.get("status") as LensStatus;
    // Nothing is being done any more by a kernel that is gone.
    this.lens.setStatus(this.model.comm_live ? status : { ...status, busy: null, fraction: null });
    if (this.model.get("state_version") > LENS_STATE_VERSION) {
      this.lens.fail(
        `This lens was saved by a newer version of ${MODULE_NAME}: update it, or run the cell again with this one.`,
      );
      return;
    }
    if (now === this.shown.received && view === this.shown.view) return;
    const sameData = now === this.shown.received;
    this.shown = { received: now, view };
    if (now === null) this.lens.setState(null);
    else if ("refused" in now)
      this.lens.fail(`This lens cannot be shown: ${now.refused}. Run the cell again.`);
    else this.show(now.data, view, sameData);
  }

  private show(data: LensData, raw: unknown, sameData: boolean): void {
    try {
      const view = decodeLensView(data, raw ?? {});
      if (sameData) this.lens.setView(view);
      else this.lens.setState({ data, view });
    } catch (error) {
      this.lens.fail(`This lens cannot be shown: ${(error as Error).message}. Run the cell again.`);
    }
  }

  override remove() {
    for (const id of this.awaited.keys()) this.settle(id);
    this.kernel?.statusChanged.disconnect(this.watch, this);
    this.lens.dispose();
    return super.remove();
  }
}
