/** The lens in a plain page: named states for eyes, and `window.gallery` for the browser tests. */
import {
  changeView,
  defaultView,
  LENS_STATE_VERSION,
  type LensState,
  type LensView,
  unpackLens,
} from "../../core/index";
import { createLens, type LensHandle } from "../../src/viewer/index";
import { states } from "./states";

interface Gallery {
  names: string[];
  /** Settings the viewer passed on, last one last. */
  views: LensView[];
  asked: string[];
  handle: LensHandle | null;
  state: LensState | null;
  open(name: string, view?: Partial<LensView>): Promise<void>;
  openJson(json: string, view?: Partial<LensView>): void;
}

const main = document.querySelector("main") as HTMLElement;

function mount(state: LensState | null): void {
  gallery.handle?.dispose();
  const element = document.createElement("div");
  main.replaceChildren(element);
  gallery.state = state;
  gallery.handle = createLens(element, state, {
    onView: (view) => gallery.views.push(view),
    onAsk: (query) => gallery.asked.push(query),
  });
}

const gallery: Gallery = {
  names: Object.keys(states),
  views: [],
  asked: [],
  handle: null,
  state: null,
  async open(name, view = {}) {
    const data = await states[name]();
    mount(data && { version: LENS_STATE_VERSION, data, view: changeView(data, defaultView(data), view) });
  },
  openJson(json, view = {}) {
    const state = unpackLens(json);
    mount({ ...state, view: changeView(state.data, state.view, view) });
  },
};

Object.assign(window, { gallery });
const wanted = new URLSearchParams(location.search).get("state");
if (wanted) await gallery.open(wanted);
