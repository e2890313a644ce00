import type { LensData, LensState, LensView } from "../core/index.js";
import { Widget } from "./jupyter/widgets.js";
import { manifest } from "./package.js";

/** What the person at the widget can ask of the kernel. */
export interface LensRequests {
  ask(query: string): Promise<void>;
  view(view: LensView): void;
}

export interface LensStatus {
  /** What is being worked on, or null. */
  busy: string | null;
  /** Share done, 0 to 1, or null if unknown. */
  fraction: number | null;
  /** What went wrong last, in words for a person, or null. */
  error: string | null;
}

const IDLE: LensStatus = { busy: null, fraction: null, error: null };

/** The lens's end of the widget protocol: state out, view and questions in. */
export class LensWidget extends Widget<{
  state_version: number;
  data: LensData;
  view: LensView;
  status: LensStatus;
}> {
  constructor(state: LensState, requests: LensRequests) {
    const module = { module: manifest.name, version: `^${manifest.version}` };
    super({
      model: { ...module, name: "LensModel" },
      view: { ...module, name: "LensView" },
      state: { state_version: state.version, data: state.data, view: state.view, status: IDLE },
    });
    this.on("change:view", () => requests.view(this.get("view")));
    this.onMessage((content) => {
      const message = content as { type?: unknown; query?: unknown };
      if (message.type === "ask" && typeof message.query === "string")
        void this.#answer(message.query, requests);
    });
  }

  /** Replaces what is shown, in one message. */
  show(state: LensState): void {
    this.set({ data: state.data, view: state.view, status: IDLE });
  }

  setView(view: LensView): void {
    this.set({ view: { ...view } });
  }

  async #answer(query: string, requests: LensRequests): Promise<void> {
    this.set({ status: { ...IDLE, busy: "Asking" } });
    try {
      await requests.ask(query);
      this.set({ status: IDLE });
    } catch (error) {
      this.set({ status: { ...IDLE, error: error instanceof Error ? error.message : String(error) } });
    }
  }
}
