import { decimal, explanationOf, type LensData, pageName, siblings } from "../../core/index.js";
import { h, replaceButtons } from "./dom.js";
import type { Actions, Part } from "./frame.js";
import type { Pictures } from "./pictures.js";

/** The pages of which the same model was asked the same query, ranked by score, each with a bar per token. */
export function createStrip(actions: Actions, pictures: Pictures): Part {
  const element = h("div", { class: "cl-strip", role: "toolbar", "aria-label": "Pages, best first" });
  let key: LensData | null = null;
  let set = "";
  let buttons: { button: HTMLButtonElement; result: string }[] = [];

  element.addEventListener("keydown", (event) => {
    const at = buttons.findIndex(({ button }) => button === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    buttons.at(next % buttons.length)?.button.focus();
  });

  function build(data: LensData, results: string[]): void {
    const ranked = results
      .map((key) => explanationOf(data, key))
      .sort((a, b) => b.maxsim.score - a.maxsim.score);
    const top = Math.max(0.001, ranked[0]?.maxsim.score ?? 1);
    buttons = ranked.map(({ key: result, page: pageKey, maxsim }) => {
      const page = data.pages[pageKey];
      const { score, tokens } = maxsim;
      const label = `p. ${page.number} · ${decimal(score)}`;
      const fill = h("span", { class: "cl-bar-fill" });
      fill.style.width = `${Math.max(0, score / top) * 100}%`;
      const bars = tokens.map(({ best }) => {
        const bar = h("span", { class: "cl-token-bar" });
        bar.style.height = `${Math.max(0, Math.min(1, best)) * 100}%`;
        return bar;
      });
      const button = h(
        "button",
        {
          class: "cl-thumb",
          tabindex: "-1",
          "aria-label": `${label}, ${pageName(page)}`,
          "data-key": `${page.number} ${page.sha256}`,
        },
        h("img", { src: pictures.url(page), alt: "", draggable: "false" }),
        h("span", { class: "cl-token-bars", title: "Best cosine of each token" }, ...bars),
        h("span", { class: "cl-thumb-label" }, label),
        h("span", { class: "cl-bar" }, fill),
      );
      button.title = pageName(page);
      button.addEventListener("click", () => actions.set({ result }));
      return { button, result };
    });
    element.hidden = buttons.length < 2;
    replaceButtons(
      element,
      buttons.map((b) => b.button),
    );
  }

  return {
    element,
    update({ data, locked }) {
      const results = siblings(data, locked.result);
      if (data !== key || results.join() !== set) {
        [key, set] = [data, results.join()];
        build(data, results);
      }
      for (const { button, result } of buttons) {
        const chosen = result === locked.result;
        button.setAttribute("aria-pressed", String(chosen));
        button.tabIndex = chosen ? 0 : -1;
      }
    },
  };
}
