import { decodeLensView, type LensData, type LensState, type LensView } from "../core/index.js";
import type { StateOf } from "./controls/control.js";
import { dom } from "./controls/dom.js";
import type { Layout } from "./controls/index.js";
import { Widget } from "./jupyter/widgets.js";
import { manifest } from "./package.js";
import type { LensFile } from "./save.js";

/** What the person at the widget can ask of the kernel. */
export interface LensRequests {
  ask(query: string): Promise<void>;
  view(view: LensView): void;
  file(format: string): Promise<LensFile>;
}

export interface LensStatus {
  /** What is being worked on, or null. */
  busy: string | null;
  /** Share done, 0 to 1, or null if unknown. */
  fraction: number | null;
  /** What went wrong last, in words for a person, or null. */
  error: string | null;
}

const OWNED = { owned: true } as const;
const IDLE: LensStatus = { busy: null, fraction: null, error: null };

/** The lens's end of the widget protocol: state out, view and questions in. */
export class LensWidget extends Widget<
  StateOf<typeof dom> & {
    state_version: number;
    data: LensData;
    view: LensView;
    status: LensStatus;
  }
> {
  constructor(state: LensState, requests: LensRequests) {
    const module = { module: manifest.name, version: `^${manifest.version}` };
    super({
      model: { ...module, name: "LensModel" },
      view: { ...module, name: "LensView" },
      state: {
        _dom_classes: [],
        tabbable: null,
        tooltip: null,
        layout: dom.layout.initial(),
        state_version: state.version,
        data: state.data,
        view: state.view,
        status: IDLE,
      },
      properties: { ...dom, state_version: OWNED, data: OWNED, status: OWNED },
      check: ({ data }, { view }) => (view === undefined ? {} : { view: decodeLensView(data, view) }),
    });
    this.on("change:view", () => requests.view(this.get("view")));
    this.onMessage((content) => {
      const { type, query, format, id } = (content ?? {}) as {
        type?: unknown;
        query?: unknown;
        format?: unknown;
        id?: unknown;
      };
      if (type === "ask" && typeof query === "string") void this.#answer("Asking", () => requests.ask(query));
      if (type === "save" && typeof format === "string")
        void this.#answer(`Writing ${format.toUpperCase()}`, async () => {
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

  /** Replaces what is shown, in one message. */
  show(state: LensState): void {
    this.set({ data: state.data, view: state.view, status: IDLE });
  }

  setView(view: LensView): void {
    this.set({ view: { ...view } });
  }

  async #answer(busy: string, act: () => Promise<void>): Promise<void> {
    this.set({ status: { ...IDLE, busy } });
    try {
      await act();
      this.set({ status: IDLE });
    } catch (error) {
      this.set({ status: { ...IDLE, error: inWords(error) } });
    }
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
