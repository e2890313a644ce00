import type { LensStatus } from "../../core/index.js";
import { h, setText } from "./dom.js";

/** What is the matter with the lens or its kernel, in one line over the page. Nothing below it moves or is locked. */
export interface Bands {
  /** Over the page. */
  element: HTMLElement;
  /** Under the query: how far the kernel is. */
  progress: HTMLElement;
  setStatus(status: LensStatus): void;
  setLive(live: boolean): void;
  /** Whether the kernel has said nothing yet to what was asked of it. */
  setWaiting(waiting: boolean): void;
  /** What else there is to know of the lens as a whole. */
  setNotice(words: string | null): void;
  /** Whether the query in the field is another one than that of the answer. */
  setEdited(edited: boolean): void;
  /** From now on what the kernel is at was asked for here, and can be stopped. */
  start(): void;
  /** Asks whether something should be measured, and says what that takes; null takes the question back. */
  offer(question: string | null): void;
}

const GONE = "The kernel has stopped. Everything here still works; a new query needs the cell run again.";
const WAITING =
  "The kernel is busy with a cell. What you asked for waits, and is answered when the kernel is free.";
const EDITED = "The query has changed. This is still the answer to the old one.";

export interface BandActions {
  /** Asks what is in the query field. */
  ask(): void;
  /** Measures what was offered. */
  measure(): void;
  /** Stops what is being measured. */
  stop(): void;
}

export function createBands({ ask, measure, stop }: BandActions): Bands {
  const message = h("span", { class: "cl-message" });
  const bar = h("progress", { class: "cl-progress", max: "1", "aria-label": "Progress" });
  const stopNow = link("Stop", stop);
  const status = h("p", { class: "cl-band cl-status", role: "status" }, message, stopNow);
  const error = h("span", { role: "alert", class: "cl-error" });
  const wrong = h(
    "p",
    { class: "cl-band cl-band-error" },
    error,
    closing(() => show({ error: "" })),
  );
  const gone = h(
    "p",
    { class: "cl-band cl-band-warning cl-gone" },
    h("span", {}, GONE),
    closing(() => show({ gone: false })),
  );
  const stale = h(
    "p",
    { class: "cl-band cl-band-warning cl-stale" },
    h("span", {}, EDITED),
    link("Ask ↵", ask),
  );
  const told = h("span");
  const notice = h(
    "p",
    { class: "cl-band cl-band-warning cl-notice" },
    told,
    closing(() => show({ notice: "" })),
  );
  const question = h("span");
  const offered = h(
    "p",
    { class: "cl-band cl-offer", role: "status" },
    question,
    link("Measure", () => {
      measure();
    }),
    closing(() => show({ offer: "" })),
  );

  let wasLive = false;
  const now = {
    busy: "",
    waiting: false,
    error: "",
    gone: false,
    edited: false,
    offer: "",
    stoppable: false,
    notice: "",
  };

  /** One at a time: what needs the reader most. */
  function show(change: Partial<typeof now>): void {
    Object.assign(now, change);
    setText(message, now.busy === "" && now.waiting ? WAITING : now.busy);
    setText(error, now.error);
    wrong.hidden = now.error === "";
    status.hidden = !wrong.hidden || (now.busy === "" && !now.waiting);
    stale.hidden = !wrong.hidden || !status.hidden || !now.edited || now.gone;
    gone.hidden = !wrong.hidden || !status.hidden || !now.gone;
    setText(question, now.offer);
    offered.hidden = now.offer === "" || ![wrong, status, stale, gone].every((band) => band.hidden);
    setText(told, now.notice);
    notice.hidden = now.notice === "" || ![wrong, status, stale, gone, offered].every((band) => band.hidden);
    // What the kernel is at before it hears of this is a cell of the person's.
    stopNow.hidden = !now.stoppable || now.busy === "";
  }

  show({});
  bar.hidden = true;
  return {
    element: h("div", { class: "cl-bands" }, wrong, status, stale, gone, offered, notice),
    progress: bar,
    setStatus({ busy, fraction, error: failed }) {
      bar.hidden = busy === null;
      if (fraction === null) bar.removeAttribute("value");
      else bar.value = fraction;
      // What was asked for begins with the kernel's word that it is at work, and ends with its word that it is not.
      const ends = now.busy !== "" && busy === null;
      show({ busy: busy ?? "", error: failed ?? "", ...(ends && { stoppable: false }) });
    },
    setLive(live) {
      // A page without a kernel of its own has lost none.
      show({ gone: wasLive && !live });
      wasLive ||= live;
    },
    setWaiting: (waiting) => show({ waiting }),
    setNotice: (words) => show({ notice: words ?? "" }),
    setEdited: (edited) => show({ edited }),
    start: () => show({ offer: "", stoppable: true }),
    offer: (asked) => show({ offer: asked ?? "" }),
  };
}

function link(label: string, act: () => void): HTMLElement {
  const button = h("button", { class: "cl-link" }, label);
  button.addEventListener("click", act);
  return button;
}

function closing(close: () => void): HTMLElement {
  const button = h("button", { class: "cl-close", "aria-label": "Close", title: "Close" }, "×");
  button.addEventListener("click", close);
  return button;
}
