/** The lens in a plain page: named states for eyes, and `window.gallery` for the browser tests. */

import type { LensData, LensState, LensView, ViewChange } from "../../core/index";
import * as core from "../../core/index";
import { createLens, type LensHandle } from "../../src/viewer/index";
import { looks } from "./looks";
import { states, wordy } from "./states";

const main = document.querySelector("main") as HTMLElement;

class Gallery {
  readonly core = core;
  readonly looks = looks;
  /** Settings the viewer passed on, last one last. */
  views: LensView[] = [];
  asked: string[] = [];
  wanted: string[] = [];
  /** Quantities that were to be measured, and "stop"; null where nothing can be measured. */
  measured: string[] | null = null;
  /** Answers the last file that was asked for: with its content, or with what went wrong. */
  answer: (content: string | Error) => void = () => undefined;
  handle: LensHandle | null = null;
  private state: LensState | null = null;

  async open(name: string, change: ViewChange = {}): Promise<void> {
    const made = await states[name]();
    if (made === null) {
      this.mount(null);
      return;
    }
    // Through the same door as data from a kernel.
    const data = core.decodeLensData(made);
    const view = core.changeView(data, core.defaultView(data), change);
    this.mount({ version: core.LENS_STATE_VERSION, data, view });
  }

  openJson(json: string, change: ViewChange = {}): void {
    const state = core.unpackLens(json);
    this.mount({ ...state, view: core.changeView(state.data, state.view, change) });
  }

  /** A lens with the given words, which also stand for query, document and model. */
  async openWords(words: string[]): Promise<void> {
    const data = core.decodeLensData(await wordy(words));
    this.mount({ version: core.LENS_STATE_VERSION, data, view: core.defaultView(data) });
  }

  /** The same state many times below each other, as in a long notebook. */
  async openMany(name: string, count: number): Promise<void> {
    const made = await states[name]();
    if (made === null) throw new Error(`${name} has no data`);
    const data = core.decodeLensData(made);
    this.handle?.dispose();
    main.replaceChildren();
    for (let i = 0; i < count; i++) {
      const element = document.createElement("div");
      main.append(element);
      createLens(element, { data, view: core.defaultView(data) }, { onView() {} });
    }
  }

  /** What the lens shows now. */
  shown(): LensState {
    if (!this.state) throw new Error("no lens is open");
    return this.state;
  }

  /** Changes settings from outside, as a cell does. */
  setView(change: ViewChange): void {
    const { data, view } = this.shown();
    this.remember(core.changeView(data, view, change));
    this.handle?.setView(this.shown().view);
  }

  /** New data in the lens that is open, as after another query. */
  setData(data: LensData, change: ViewChange = {}): void {
    this.state = { ...this.shown(), data, view: core.changeView(data, core.defaultView(data), change) };
    this.handle?.setState(this.state);
  }

  private remember(view: LensView): void {
    this.state = { ...this.shown(), view };
  }

  private mount(state: LensState | null): void {
    this.handle?.dispose();
    const element = document.createElement("div");
    main.replaceChildren(element);
    this.state = state;
    this.views = [];
    this.handle = createLens(element, state, {
      onView: (view) => {
        this.views.push(view);
        this.remember(view);
      },
      onAsk: (query) => this.asked.push(query),
      ...(this.measured && {
        onMeasure: (quantity: string) => this.measured?.push(quantity),
        onStop: () => this.measured?.push("stop"),
      }),
      onSave: (format) =>
        new Promise((done, failed) => {
          this.wanted.push(format);
          this.answer = (content) =>
            typeof content === "string"
              ? done({ name: `lens.${format}`, content: new Blob([content]) })
              : failed(content);
        }),
    });
  }
}

const gallery = new Gallery();
Object.assign(window, { gallery });

const wanted = looks[new URLSearchParams(location.search).get("look") ?? ""];
if (wanted) await gallery.open(wanted.state, wanted.view);
else if (location.search === "?list") list();

function list(): void {
  for (const name of Object.keys(looks)) {
    const link = document.createElement("a");
    link.href = `?look=${encodeURIComponent(name)}`;
    link.textContent = name;
    const line = document.createElement("p");
    line.append(link);
    main.append(line);
  }
}
