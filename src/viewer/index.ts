import {
  changeView,
  comparison,
  isAttention,
  type LensData,
  type LensState,
  type LensStatus,
  type LensView,
  printedCovers,
  type SceneHit,
  scene,
  type ViewChange,
} from "../../core/index.js";
import { type AskedBeside, comparedWith } from "./asked-beside.js";
import { askedPart, showsAttention } from "./asked-part.js";
import { createBands } from "./bands.js";
import { h, setText } from "./dom.js";
import { createEnlarge } from "./enlarge.js";
import type { NamedFile, SaveFormat, SaveSettings } from "./files.js";
import { createFoot } from "./foot.js";
import type { Actions, Fit, Frame, Part } from "./frame.js";
import { createHeader } from "./header.js";
import { listenToKeys } from "./keyboard.js";
import type { LensCommand } from "./lens-commands.js";
import { listedHits } from "./listed-hits.js";
import { createMultiples } from "./multiples.js";
import { createOverview } from "./overview.js";
import { createPanel } from "./panel/panel.js";
import { createPictures } from "./pictures.js";
import { createPageList } from "./ranked-pages.js";
import { createStage } from "./stage.js";
import { createStageBar } from "./stage-bar.js";
import { stepping } from "./steps.js";
import { createTabs } from "./tabs.js";
import { createToast } from "./toast.js";
import { createUndo } from "./undo.js";
import { createWordsRow } from "./words-row.js";

export interface LensCallbacks {
  /** The person changed settings. */
  onView(view: LensView): void;
  /** The person asks another query; absent where there is no kernel. */
  onAsk?(query: string): void;
  /** The person wants a file that only the kernel can make; a rejection says in words why there is none. */
  onSave?(format: SaveFormat, settings: SaveSettings): Promise<NamedFile>;
  /** The person wants maps of a quantity that has none yet, such as `score-drop`; absent where there is no kernel. */
  onMeasure?(quantity: string): void;
  /** The person stops what is being measured; what is there by then stays. */
  onStop?(): void;
}

export type { NamedFile, SaveFormat, SaveSettings } from "./files.js";
export { LENS_COMMANDS, type LensCommand } from "./lens-commands.js";

/** Milliseconds within which a kernel that is free says that it has heard. */
const LATE = 1000;

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
  /** Says what else there is to know of the lens as a whole, until it is closed; null takes it back. */
  setNotice(words: string | null): void;
  /** Does what a person would do in the lens; nothing while there is nothing to see. */
  run(command: LensCommand): void;
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
  let isLive = false;
  /** The quantity that is offered to be measured. */
  let wanted = "";
  /** What was asked to stand beside a result, until it is there. */
  let beside: AskedBeside | null = null;
  let fit: Fit = "width";
  let hit: SceneHit | null = null;
  /** The result whose first hit was brought into view. */
  let opened = "";
  let last: Frame | null = null;
  /** As it was last told: any other is an answer. */
  let status: LensStatus | null = null;
  /** Runs while something that was asked of the kernel has had no answer. */
  let unanswered = 0;
  let scheduled = 0;
  const undo = createUndo();

  const live = h("p", { class: "cl-hidden", "aria-live": "polite" });
  const toast = createToast();
  const actions: Actions = {
    set(change) {
      if (!data || !locked) return;
      const next = changeView(data, locked, typeof change === "function" ? change(locked) : change);
      undo.keep(locked, next);
      show(next);
      callbacks.onView(next);
    },
    undo() {
      const before = undo.take();
      if (!data || !locked || !before) return;
      // What is gone meanwhile cannot be shown again.
      const { results } = data;
      if (![before.result, before.compare].every((key) => key === null || Object.hasOwn(results, key)))
        return;
      show(changeView(data, locked, before));
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
    goTo(to) {
      hit = to;
      schedule();
      catchUp();
      for (const part of parts) part.goTo?.(to, true);
    },
    pointAtHit(to) {
      for (const part of parts) part.pointAtHit?.(to);
    },
    fit(how) {
      fit = how;
      if (locked && locked.zoom.scale > 1) actions.set({ zoom: { scale: 1, x: 0.5, y: 0.5 } });
      schedule();
    },
    ask(query) {
      beside = null;
      asked(() => callbacks.onAsk?.(query));
    },
    askBeside(query) {
      beside = locked && { result: locked.result, query };
      asked(() => callbacks.onAsk?.(query));
    },
    offer(quantity) {
      wanted = quantity;
      if (data && locked) bands.offer(cost(quantity, data, locked));
    },
    measure(quantity) {
      bands.start();
      asked(() => callbacks.onMeasure?.(quantity));
    },
    catchUp,
    say: (words) => setText(live, words),
    tell: toast.show,
    quiet: toast.clear,
  };

  const pictures = createPictures();
  const enlarge = createEnlarge(element);
  const bands = createBands({
    ask: () => header.submit(),
    measure: () => actions.measure(wanted),
    stop: () => callbacks.onStop?.(),
  });
  const edited = () => bands.setEdited(header.isEdited());
  const header = createHeader(actions, enlarge.button, edited, callbacks.onSave?.bind(callbacks));
  const words = createWordsRow(actions);
  const pages = createPageList(actions, pictures);
  const overview = createOverview(actions, pictures);
  const stage = createStage(actions, pictures, "a", {
    scrolled: (at) => second.follow(at),
    viewed: overview.showView,
  });
  const second = createStage(actions, pictures, "b", { scrolled: (at) => stage.follow(at) });
  const multiples = createMultiples(actions, pictures);
  const bar = createStageBar(actions, stage.by);
  const side = createPanel(actions);
  const foot = createFoot(actions);
  const main = h("div", { class: "cl-main" });
  const tabs = createTabs(main);
  const parts: Part[] = [header, words, pages, stage, second, multiples, overview, bar, side, foot, tabs];
  const message = h("p", { class: "cl-empty", role: "status" }, "Waiting for the kernel’s data…");
  const stages = h("div", { class: "cl-stages" }, stage.element);
  const middle = h("div", { class: "cl-middle" }, stages, bands.element, bar.element);
  main.append(pages.element, middle, overview.element, tabs.element, side.element);
  const lens = h(
    "div",
    // A click anywhere in it makes the keys its own.
    { class: "cl-lens-body", tabindex: "-1" },
    header.element,
    bands.progress,
    words.element,
    main,
    foot.element,
    toast.element,
    live,
  );
  element.classList.add("cl-lens");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Lens: what each word of the query looked at");
  element.replaceChildren(lens, message);

  /** Settings of now on; another selection starts at its first hit again. */
  function show(next: LensView): void {
    const selects = ({ region, zoom, color, marks, cells, layout, ...rest }: LensView) =>
      JSON.stringify(rest);
    if (!locked || selects(next) !== selects(locked)) {
      hit = null;
      bands.offer(null);
    }
    locked = next;
    schedule();
  }

  /** Asks the kernel, which says at once that it has heard; where it does not, it is at work on something else. */
  function asked(act: () => void): void {
    heard();
    if (isLive) unanswered = window.setTimeout(() => bands.setWaiting(true), LATE);
    act();
  }

  function heard(): void {
    window.clearTimeout(unanswered);
    bands.setWaiting(false);
  }

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
  // What was not in the document, or had no room, could not be drawn.
  const attached = new ResizeObserver(schedule);
  attached.observe(element);

  // Before any part hears of it, and before the browser moves the focus. Later events have changed fields already.
  for (const type of ["keydown", "pointerdown", "wheel"] as const)
    lens.addEventListener(type, catchUp, { capture: true, passive: true });

  /** Only what is shown is in the document. */
  function arrange({ locked: { layout }, other }: Frame): void {
    const wanted: Part[] = layout === "multiples" ? [multiples] : other ? [stage, second] : [stage];
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
    const previewed = preview !== null;
    const frame: Frame = {
      data,
      view,
      locked,
      scene: shown,
      other,
      preview: previewed,
      measuring,
      measurable: isLive && callbacks.onMeasure !== undefined,
      hit,
      fit,
      undoable: undo.isPossible(),
    };
    last = frame;
    arrange(frame);
    for (const part of parts) part.update(frame);
    pictures.keep(Object.values(data.pages));
    if (!previewed && opened !== view.result) open(frame);
  }

  const keys = stepping(actions, () => last, {
    zoom: stage.by,
    enlarge: enlarge.toggle,
    help: foot.help.open,
    copyPicture: header.sharing.copyPicture,
    share: header.sharing.open,
  });
  listenToKeys(lens, keys);
  const commands: Record<LensCommand, () => void> = {
    "next-hit": () => keys.hit(1),
    "previous-hit": () => keys.hit(-1),
    enlarge: keys.enlarge,
    "clear-selection": () => actions.set({ token: null, word: null, region: null }),
    "copy-picture": header.sharing.copyPicture,
    "save-svg": () => header.sharing.save("svg"),
    "save-png": () => header.sharing.save("png"),
    "save-pdf": () => header.sharing.save("pdf"),
    "save-html": () => header.sharing.save("html"),
    "save-json": () => header.sharing.save("json"),
  };

  /** A page opens where it answers, but what is asked about stays in view: of attention on every page, else in the first. */
  function open(frame: Frame): void {
    const { scene, locked: settings } = frame;
    const isAsked = opened === "" ? askedPart(scene, settings, "a") : showsAttention(scene, settings);
    opened = settings.result;
    const [first] = listedHits(frame);
    if (!first || settings.zoom.scale > 1) return;
    hit = first;
    const current = { ...frame, hit };
    last = current;
    for (const part of parts) part.update(current);
    if (isAsked) return;
    for (const part of parts) part.goTo?.(first, false);
  }

  const handle: LensHandle = {
    setState(next) {
      [data, preview] = [next?.data ?? null, null];
      if (next) show(next.view);
      else locked = null;
      undo.forget();
      schedule();
      const pair = beside && data && comparedWith(beside, data);
      if (!pair || !data || !locked) return;
      beside = null;
      show(changeView(data, locked, pair));
      callbacks.onView(locked);
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
      show(view);
    },
    setStatus(now) {
      if (now !== status) heard();
      status = now;
      if (now.error !== null) beside = null;
      bands.setStatus(now);
    },
    setLive(now) {
      if (isLive !== now) schedule();
      isLive = now;
      header.setLive(now);
      bands.setLive(now);
      if (!now) heard();
    },
    setNotice: (words) => bands.setNotice(words),
    run(command) {
      catchUp();
      if (data) commands[command]();
    },
    fail(words) {
      [data, locked] = [null, null];
      setText(message, words);
      message.classList.add("cl-failed");
      message.setAttribute("role", "alert");
      schedule();
    },
    dispose() {
      cancelAnimationFrame(scheduled);
      window.clearTimeout(unanswered);
      attached.disconnect();
      for (const part of parts) part.dispose?.();
      pictures.dispose();
      enlarge.dispose();
      element.replaceChildren();
    },
  };
  lens.hidden = true;
  handle.setLive(callbacks.onAsk !== undefined);
  handle.setState(state);
  return handle;
}

/** What measuring takes on the page in view. */
function cost(quantity: string, { results, pages }: LensData, { result }: LensView): string {
  if (isAttention(quantity))
    return "Attention is not read yet. The page goes through the model once more, with its attention written out, which takes more memory.";
  const { words } = pages[results[result].page];
  const parts = words?.length
    ? `${printedCovers(words, "word").length} printed words are`
    : "Cells of a grid are";
  return `Cause is not measured yet. ${parts} covered one after the other, and the page embedded anew for each.`;
}
