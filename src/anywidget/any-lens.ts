/**
 * Entry of `dist/anywidget.js`: the same lens for hosts that load no extension of JupyterLab's, such as VS Code, Colab and marimo.
 * One model holds all of it: pictures and results are plain values here, not models of their own.
 */
import {
  decodeLensData,
  decodeLensView,
  joinLens,
  LENS_STATE_VERSION,
  type LensData,
  type LensStatus,
} from "../../core/index.js";
import { MODULE_VERSION } from "../lab/version.js";
import { createLens, type NamedFile, type SaveFormat, type SaveSettings } from "../viewer/index.js";
import { otherVersion } from "../viewer/other-version.js";

/** What anywidget gives of the model, as far as it is used. */
interface AnyModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: object): void;
  on(event: string, listener: (...args: never[]) => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
}

const PARTS = ["data", "pictures", "results", "view", "status", "measuring"] as const;
/** How long Python may take to answer with a file. */
const ANSWER_SECONDS = 60;

interface Awaited {
  done(file: NamedFile): void;
  failed(error: Error): void;
}

function render({ model, el }: { model: AnyModel; el: HTMLElement }): () => void {
  const awaited = new Map<string, Awaited>();
  let shown: Record<string, unknown> = {};
  let data: LensData | null = null;
  let isShown = false;
  let scheduled = false;

  const lens = createLens(el, null, {
    onView(view) {
      shown.view = view;
      model.set("view", view);
      model.save_changes();
    },
    onAsk: (query) => model.send({ type: "ask", query }),
    onSave: fileOf,
    onMeasure: (quantity) => model.send({ type: "measure", quantity }),
    onStop: () => model.send({ type: "stop" }),
  });
  lens.setNotice(otherVersion(model.get("package_version"), MODULE_VERSION));

  function fileOf(format: SaveFormat, options: SaveSettings): Promise<NamedFile> {
    const id = `${Date.now()} ${Math.random()}`;
    return new Promise((done, failed) => {
      const late = `Python has not answered for ${ANSWER_SECONDS} s. It may be busy with a cell, or gone: try again then`;
      const timer = setTimeout(() => awaited.get(id)?.failed(new Error(late)), ANSWER_SECONDS * 1000);
      const settle = <T>(how: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          awaited.delete(id);
          how(value);
        };
      };
      awaited.set(id, { done: settle(done), failed: settle(failed) });
      model.send({ type: "save", format, options, id });
    });
  }

  function receive(
    content: { type?: unknown; id?: unknown; name?: unknown; mime?: unknown; error?: unknown },
    buffers: DataView[] = [],
  ): void {
    if (content?.type !== "file") return;
    const request = awaited.get(String(content.id));
    const [file] = buffers;
    if (!file) request?.failed(new Error(String(content.error ?? "Python sent an empty answer")));
    else {
      const type = String(content.mime);
      request?.done({ name: String(content.name), content: new Blob([file as BlobPart], { type }) });
    }
  }

  // Several parts change in one message, and each is told of.
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      refresh();
    });
  }

  function refresh(): void {
    const before = shown;
    shown = Object.fromEntries(PARTS.map((part) => [part, model.get(part)]));
    lens.setStatus(shown.status as LensStatus);
    lens.setMeasuring(shown.measuring === true);
    try {
      if (Number(model.get("state_version")) > LENS_STATE_VERSION)
        throw new RangeError("it is of a newer version of colpali-lens than this view");
      const same = ["data", "pictures", "results"].every((part) => shown[part] === before[part]);
      if (!same || !data) data = decodeLensData(joinLens(shown.data, shown.pictures, shown.results));
      const view = decodeLensView(data, shown.view ?? {});
      if (!isShown || shown.data !== before.data) lens.setState({ data, view });
      else {
        if (!same) lens.setData(data);
        if (shown.view !== before.view) lens.setView(view);
      }
      isShown = true;
    } catch (error) {
      [data, isShown] = [null, false];
      lens.fail(`This lens cannot be shown: ${(error as Error).message}. Run the cell again.`);
    }
  }

  for (const part of PARTS) model.on(`change:${part}`, schedule);
  model.on("msg:custom", receive);
  refresh();
  return () => {
    for (const part of PARTS) model.off(`change:${part}`, schedule);
    model.off("msg:custom", receive);
    lens.dispose();
  };
}

export default { render };
