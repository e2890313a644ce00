import {
  decodeLensView,
  type LensData,
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
import type { LensFile, SaveOptions } from "./save.js";

/** What the person at the widget can ask of the kernel. */
export interface LensRequests {
  ask(query: string): Promise<void>;
  view(view: LensView): void;
  file(format: string, options: SaveOptions): Promise<LensFile>;
  /**
   * Measures maps of a quantity on the page in view.
   * @param report called with what is done, in words, and how much of it, 0 to 1, or null where that is not known
   */
  measure(quantity: string, report: (busy: string, fraction: number | null) => void): Promise<void>;
  /** Ends what {@link measure} does; what is measured is kept. */
  stop(): void;
}

const OWNED = { owned: true } as const;
const IDLE: LensStatus = { busy: null, fraction: null, error: null };

/** A front end of any version shows it, and says so where it is another one than the kernel's. */
const MODULE = { module: manifest.name, version: "*" };

/** A page's picture and printed words: a model of its own, so that they are sent and saved once. */
class PictureWidget extends Widget<LensWire["pictures"][string]> {
  constructor(picture: LensWire["pictures"][string]) {
    super({
      model: { ...MODULE, name: "LensPictureModel" },
      state: picture,
      properties: { mime: OWNED, data: OWNED, paper: OWNED, words: OWNED },
    });
  }
}

/** A result: a model of its own, so that its maps are sent and saved once, and what is measured later apart from them. */
class LensResult extends Widget<LensWire["results"][string]> {
  constructor(state: LensWire["results"][string]) {
    super({
      model: { ...MODULE, name: "LensResultModel" },
      state,
      properties: { result: OWNED, baseline: OWNED, layers: OWNED, attention: OWNED },
    });
  }
}

/** The models of `known` whose keys are wanted, and new ones. */
function opened<T, W>(
  wanted: Record<string, T>,
  known: Record<string, W>,
  Model: new (state: T) => W,
): Record<string, W> {
  const all = Object.entries(wanted);
  return Object.fromEntries(all.map(([key, state]) => [key, known[key] ?? new Model(state)]));
}

/** The lens's end of the widget protocol: state out, view and questions in. */
export class LensWidget extends Widget<
  StateOf<typeof dom> & {
    package_version: string;
    state_version: number;
    data: LensWire["data"];
    pictures: Record<string, PictureWidget>;
    results: Record<string, LensResult>;
    /** Whether control queries are being run. */
    measuring: boolean;
    view: LensView;
    status: LensStatus;
  }
> {
  /** What a view is checked against. */
  #data: LensData;

  constructor(state: LensState, requests: LensRequests, measuring = false) {
    const { data, pictures, results } = splitLens(state.data);
    super({
      model: { ...MODULE, name: "LensModel" },
      view: { ...MODULE, name: "LensView" },
      state: {
        _dom_classes: [],
        tabbable: null,
        tooltip: null,
        layout: dom.layout.initial(),
        package_version: manifest.version,
        state_version: state.version,
        data,
        pictures: opened(pictures, {}, PictureWidget),
        results: opened(results, {}, LensResult),
        measuring,
        view: state.view,
        status: IDLE,
      },
      properties: {
        ...dom,
        package_version: OWNED,
        state_version: OWNED,
        data: OWNED,
        pictures: OWNED,
        results: OWNED,
        measuring: OWNED,
        status: OWNED,
      },
      check: (_, { view }) => (view === undefined ? {} : { view: decodeLensView(this.#data, view) }),
    });
    this.#data = state.data;
    this.on("change:view", () => requests.view(this.get("view")));
    this.on("close", () => {
      closeOthers(this.get("pictures"), {});
      closeOthers(this.get("results"), {});
    });
    this.onMessage((content) => {
      const { type, query, format, options, quantity, id } = (content ?? {}) as Record<string, unknown>;
      if (type === "ask" && typeof query === "string") this.#answer("Asking", () => requests.ask(query));
      if (type === "measure" && typeof quantity === "string")
        this.#answer("Measuring", () =>
          requests.measure(quantity, (busy, fraction) =>
            this.set({ status: { busy, fraction, error: null } }),
          ),
        );
      if (type === "stop") requests.stop();
      if (type === "save" && typeof format === "string")
        this.#answer(`Writing ${format.toUpperCase()}`, async () => {
          // The id tells the view that asked from others that show the same lens; it says what went wrong, too.
          try {
            const { name, mime, data } = await requests.file(format, asOptions(options));
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

  /** Replaces what is shown, in one message; of pictures and results only those are sent that are not there yet. */
  show(state: LensState, measuring = false): void {
    const [shown, known] = [this.get("pictures"), this.get("results")];
    const wire = splitLens(state.data);
    const pictures = opened(wire.pictures, shown, PictureWidget);
    const results = opened(wire.results, known, LensResult);
    this.#data = state.data;
    this.set({ data: wire.data, pictures, results, measuring, view: state.view, status: IDLE });
    closeOthers(shown, pictures);
    closeOthers(known, results);
  }

  /** Completes what is shown by what control queries reach. */
  showChance({ data }: LensState, measuring: boolean): void {
    for (const [key, result] of Object.entries(this.get("results")))
      result.set({ baseline: data.results[key].baseline });
    // What changes last is what a view looks up the rest for.
    this.set({ measuring });
  }

  /** Completes what is shown by further maps. */
  showLayers({ data, view }: LensState): void {
    this.#data = data;
    for (const [key, result] of Object.entries(this.get("results")))
      result.set({
        layers: data.results[key].layers ?? null,
        attention: data.results[key].attention ?? null,
      });
    this.set({ view });
  }

  setView(view: LensView): void {
    this.set({ view: { ...view } });
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

/** What is no object says nothing; each option is checked where it is used. */
function asOptions(given: unknown): SaveOptions {
  return typeof given === "object" && given !== null ? { ...given } : {};
}

/** Closes the models whose keys are no longer wanted. */
function closeOthers(models: Record<string, { close(): void }>, wanted: object): void {
  for (const [key, model] of Object.entries(models)) if (!Object.hasOwn(wanted, key)) model.close();
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
