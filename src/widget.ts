import { DOMWidgetModel, DOMWidgetView, type ISerializers } from "@jupyter-widgets/base";
import {
  decodeLensData,
  decodeLensView,
  encodeLensData,
  LENS_STATE_VERSION,
  type LensData,
  type LensStatus,
} from "../core/index.js";
import { MODULE_NAME, MODULE_VERSION } from "./version.js";
import { createLens, download, type LensHandle } from "./viewer/index.js";

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

/** The lens in a cell: passes settings between the model and the viewer. */
export class LensView extends DOMWidgetView {
  private lens!: LensHandle;
  /** What was last passed on, to tell a change from an echo of our own. */
  private shown: { received: Received | null; view: unknown } = { received: null, view: null };

  private awaited = 0;

  override render(): void {
    super.render();
    this.lens = createLens(this.el, null, {
      onView: (view) => {
        this.shown.view = view;
        this.model.set("view", view);
        this.touch();
      },
      onAsk: (query) => this.send({ type: "ask", query }),
      onSave: (format) => {
        this.awaited += 1;
        this.send({ type: "save", format });
      },
    });
    this.listenTo(this.model, "msg:custom", this.receive);
    this.listenTo(this.model, "change", this.refresh);
    this.listenTo(this.model, "comm_live_update", this.refresh);
    this.refresh();
  }

  /** A file that this view asked for; other views of the model get the message, too. */
  private receive(
    content: { type?: unknown; name?: unknown; mime?: unknown },
    buffers: DataView[] = [],
  ): void {
    if (content?.type !== "file" || this.awaited === 0 || !buffers[0]) return;
    this.awaited -= 1;
    download(new Blob([buffers[0] as BlobPart], { type: String(content.mime) }), String(content.name));
  }

  private refresh(): void {
    const now: Received | null = this.model.get("data");
    const view: unknown = this.model.get("view");
    this.lens.setLive(this.model.comm_live);
    this.lens.setStatus(this.model.get("status") as LensStatus);
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
    this.lens.dispose();
    return super.remove();
  }
}
