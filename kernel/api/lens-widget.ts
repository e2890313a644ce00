import {
  decodeLensView,
  type LensPage,
  type LensState,
  type LensStatus,
  type LensView,
  type LensWire,
  splitLens,
} from "../../core/index.js";
import { currentHandling } from "../jupyter/widget-protocol/handling.js";
import { Widget } from "../jupyter/widget-protocol/widgets.js";
import { manifest } from "../package.js";
import type { StateOf } from "../widgets/control.js";
import { dom } from "../widgets/dom-widget.js";
import type { Layout } from "../widgets/index.js";
import type { LensFile } from "./save.js";

/** What the person at the widget can ask of the kernel. */
export interface LensRequests {
  ask(query: string): Promise<void>;
  view(view: LensView): void;
  file(format: string): Promise<LensFile>;
}

const OWNED = { owned: true } as const;
const IDLE: LensStatus = { busy: null, fraction: null, error: null };

const MODULE = { module: manifest.name, version: `^${manifest.version}` };

/** A page's picture: a model of its own, so that it is sent and saved once. */
class LensPicture extends Widget<LensPage["picture"]> {
  constructor(picture: LensPage["picture"]) {
    super({
      model: { ...MODULE, name: "LensPictureModel" },
      state: picture,
      properties: { mime: OWNED, data: OWNED },
    });
  }
}

type Pictures = Record<string, LensPicture>;

/** Those of `known` that are wanted, and new ones. */
function opened(pictures: LensWire["pictures"], known: Pictures): Pictures {
  const all = Object.entries(pictures);
  return Object.fromEntries(all.map(([page, picture]) => [page, known[page] ?? new LensPicture(picture)]));
}

/** The lens's end of the widget protocol: state out, view and questions in. */
export class LensWidget extends Widget<
  StateOf<typeof dom> & {
    state_version: number;
    data: LensWire["data"];
    pictures: Pictures;
    baselines: LensWire["baselines"];
    /** Whether control queries are being run. */
    measuring: boolean;
    view: LensView;
    status: LensStatus;
  }
> {
  constructor(state: LensState, requests: LensRequests, measuring = false) {
    const { data, pictures, baselines } = splitLens(state.data);
    super({
      model: { ...MODULE, name: "LensModel" },
      view: { ...MODULE, name: "LensView" },
      state: {
        _dom_classes: [],
        tabbable: null,
        tooltip: null,
        layout: dom.layout.initial(),
        state_version: state.version,
        data,
        pictures: opened(pictures, {}),
        baselines,
        measuring,
        view: state.view,
        status: IDLE,
      },
      properties: {
        ...dom,
        state_version: OWNED,
        data: OWNED,
        pictures: OWNED,
        baselines: OWNED,
        measuring: OWNED,
        status: OWNED,
      },
      check: ({ data }, { view }) => (view === undefined ? {} : { view: decodeLensView(data, view) }),
    });
    this.on("change:view", () => requests.view(this.get("view")));
    this.on("close", () => this.#drop(Object.values(this.get("pictures"))));
    this.onMessage((content) => {
      const { type, query, format, id } = (content ?? {}) as {
        type?: unknown;
        query?: unknown;
        format?: unknown;
        id?: unknown;
      };
      if (type === "ask" && typeof query === "string") this.#answer("Asking", () => requests.ask(query));
      if (type === "save" && typeof format === "string")
        this.#answer(`Writing ${format.toUpperCase()}`, async () => {
          // The id tells the view that asked from others that show the same lens; it says what went wrong, too.
          try {
            const { name, mime, data } = await requests.file(format);
            this.send({ type: "file", id, name, mime }, [data]);
          } catch (error) {
            this.send({ type: "file", id, error: inWords(error) });
          }
        });
    });
  }

  /** Place and size: `widget.layout.width = "50%"`. */
  get layout(): Layout {
    return this.get("layout");
  }

  /** Replaces what is shown, in one message; of the pictures only those go along that are not there yet. */
  show(state: LensState, measuring = false): void {
    const before = this.get("pictures");
    const { data, pictures, baselines } = splitLens(state.data);
    const now = opened(pictures, before);
    this.set({ data, pictures: now, baselines, measuring, view: state.view, status: IDLE });
    this.#drop(Object.values(before).filter((picture) => !Object.values(now).includes(picture)));
  }

  /** Completes what is shown by what control queries reach. */
  showChance(state: LensState, measuring: boolean): void {
    this.set({ baselines: splitLens(state.data).baselines, measuring });
  }

  setView(view: LensView): void {
    this.set({ view: { ...view } });
  }

  #drop(pictures: LensPicture[]): void {
    for (const picture of pictures) picture.close();
  }

  #answer(busy: string, act: () => Promise<void>): void {
    const work = async () => {
      this.set({ status: { ...IDLE, busy } });
      try {
        await act();
        this.set({ status: IDLE });
      } catch (error) {
        this.set({ status: { ...IDLE, error: inWords(error) } });
      }
    };
    const answered = work();
    currentHandling()?.until(answered);
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
