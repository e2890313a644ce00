import {
  changeView,
  comparison,
  type LensData,
  type LensState,
  type LensStatus,
  type LensView,
  scene,
  type ViewChange,
} from "../../core/index.js";
import { createChips } from "./chip-row.js";
import { h, setText } from "./dom.js";
import { createEnlarge } from "./enlarge.js";
import type { NamedFile, SaveFormat } from "./files.js";
import { createFooter } from "./footer.js";
import type { Actions, Frame, Part } from "./frame.js";
import { createHeader } from "./header.js";
import { createMultiples } from "./multiples.js";
import { createPictures } from "./pictures.js";
import { createSide } from "./side.js";
import { createStage } from "./stage.js";
import { createStrip } from "./strip.js";

export interface LensCallbacks {
  /** The person changed settings. */
  onView(view: LensView): void;
  /** The person asks another query; absent where there is no kernel. */
  onAsk?(query: string): void;
  /** The person wants a file that only the kernel can make; a rejection says in words why there is none. */
  onSave?(format: SaveFormat): Promise<NamedFile>;
  /** The person wants maps of a quantity that has none yet, such as `score-drop`; absent where there is no kernel. */
  onMeasure?(quantity: string): void;
  /** The person stops what is being measured; what is there by then stays. */
  onStop?(): void;
}

export type { NamedFile, SaveFormat } from "./files.js";

/** A lens in an element. It knows nothing of Jupyter. */
export interface LensHandle {
  /** Shows data and settings; `null` says that they are still on their way. */
  setState(state: Pick<LensState, "data" | "view"> | null): void;
  setView(view: LensView): void;
  /** Completes what is shown, for example by chance: the same results, so that nothing that is chosen or pointed at changes. */
  setData(data: LensData): void;
  /** Whether chance is being measured at the moment. */
  setMeasuring(measuring: boolean): void;
  setStatus(status: LensStatus): void;
  /** Whether there is a kernel that can answer a new query. */
  setLive(live: boolean): void;
  /** Replaces the lens by a message: its data cannot be shown. */
  fail(message: string): void;
  dispose(): void;
}

/**
 * @param state validated data and settings (`decodeLensData`, `decodeLensView`), or null for "on their way"
 */
export function createLens(
  element: HTMLElement,
  state: Pick<LensState, "data" | "view"> | null,
  callbacks: LensCallbacks,
): LensHandle {
  let data: LensData | null = null;
  let locked: LensView | null = null;
  let preview: ViewChange | null = null;
  let measuring = false;
  let scheduled = 0;

  const live = h("p", { class: "cl-hidden", "aria-live": "polite" });
  const actions: Actions = {
    set(change) {
      if (!data || !locked) return;
      locked = changeView(data, locked, typeof change === "function" ? change(locked) : change);
      schedule();
      callbacks.onView(locked);
    },
    preview(change) {
      if (change === null && preview === null) return;
      preview = change;
      schedule();
    },
    point(at) {
      for (const part of parts) part.pointAt?.(at);
    },
    ask: (query) => callbacks.onAsk?.(query),
    say: (words) => setText(live, words),
  };

  const pictures = createPictures();
  const enlarge = createEnlarge(element);
  const header = createHeader(actions, enlarge.button, callbacks.onSave?.bind(callbacks));
  const parts: Part[] = [
    header,
    createChips(actions),
    createStage(actions, pictures),
    createStage(actions, pictures, "b"),
    createMultiples(actions, pictures),
    createSide(actions),
    createStrip(actions, pictures),
    createFooter(),
  ];
  const [, chips, stage, second, multiples, side, strip, footer] = parts;
  const message = h("p", { class: "cl-empty", role: "status" }, "Waiting for the kernel’s data…");
  const stages = h("div", { class: "cl-stages" }, stage.element);
  const lens = h(
    "div",
    { class: "cl-lens-body" },
    header.element,
    chips.element,
    h("div", { class: "cl-main" }, stages, side.element),
    strip.element,
    footer.element,
    live,
  );
  element.classList.add("cl-lens");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Lens: what each word of the query looked at");
  element.replaceChildren(lens, message);

  // At most one picture a frame, however many events there were.
  function schedule(): void {
    scheduled ||= requestAnimationFrame(render);
  }

  /** Whoever acts, acts on what is so now: a busy browser may be a frame or many behind. */
  function catchUp(): void {
    if (scheduled === 0) return;
    cancelAnimationFrame(scheduled);
    render();
  }
  // Before any part hears of it, and before the browser moves the focus. Later events have changed fields already.
  for (const type of ["keydown", "pointerdown"] as const)
    lens.addEventListener(type, catchUp, { capture: true });

  /** Only what is shown is in the document. */
  function arrange({ locked: { layout }, other }: Frame): void {
    const wanted = layout === "multiples" ? [multiples] : other ? [stage, second] : [stage];
    const elements = wanted.map((part) => part.element);
    if (elements.some((e, i) => stages.children[i] !== e) || stages.children.length !== elements.length)
      stages.replaceChildren(...elements);
  }

  function render(): void {
    scheduled = 0;
    lens.hidden = !data;
    message.hidden = data !== null;
    if (!data || !locked) return;
    const view = preview ? changeView(data, locked, preview) : locked;
    const shown = scene({ data, view });
    const other = comparison({ data, view }, shown);
    const frame: Frame = { data, view, locked, scene: shown, other, preview: preview !== null, measuring };
    arrange(frame);
    for (const part of parts) part.update(frame);
    pictures.keep(Object.values(data.pages));
  }

  const handle: LensHandle = {
    setState(next) {
      [data, locked, preview] = [next?.data ?? null, next?.view ?? null, null];
      schedule();
    },
    setData(next) {
      data = next;
      schedule();
    },
    setMeasuring(now) {
      if (now === measuring) return;
      measuring = now;
      schedule();
    },
    setView(view) {
      // What is pointed at may not be in another result.
      if (view.result !== locked?.result) preview = null;
      locked = view;
      schedule();
    },
    setStatus(status) {
      header.setStatus(status);
      // A line more or less moves the page away under the pointer.
      schedule();
    },
    setLive: header.setLive,
    fail(words) {
      [data, locked] = [null, null];
      setText(message, words);
      message.classList.add("cl-failed");
      message.setAttribute("role", "alert");
      schedule();
    },
    dispose() {
      cancelAnimationFrame(scheduled);
      for (const part of parts) part.dispose?.();
      pictures.dispose();
      enlarge.dispose();
      element.replaceChildren();
    },
  };
  lens.hidden = true;
  header.setLive(callbacks.onAsk !== undefined);
  handle.setState(state);
  return handle;
}
