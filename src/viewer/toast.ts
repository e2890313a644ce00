import { h } from "./dom.js";

/** Short messages where somebody has just acted: seen, and said to a screen reader when it has time. */
export interface Toast {
  element: HTMLElement;
  /** Takes the place of the message before. What failed stays until it is closed. */
  show(words: string, outcome: "done" | "failed"): void;
  clear(): void;
}

const DONE_MILLISECONDS = 8_000;

export function createToast(): Toast {
  const element = h("div", { class: "cl-toasts", role: "status" });
  let timer = 0;

  function clear(): void {
    window.clearTimeout(timer);
    element.replaceChildren();
  }

  return {
    element,
    clear,
    show(words, outcome) {
      clear();
      const close = h("button", { "aria-label": "Close the message", title: "Close" }, "×");
      close.addEventListener("click", clear);
      element.append(h("p", { class: `cl-toast cl-toast-${outcome}` }, h("span", {}, words), close));
      if (outcome === "done") timer = window.setTimeout(clear, DONE_MILLISECONDS);
    },
  };
}
