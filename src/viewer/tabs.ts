import { siblings } from "../../core/index.js";
import { showsAttention } from "./asked-part.js";
import { h, setText } from "./dom.js";
import type { Part } from "./frame.js";
import { hitsTitle, listedHits } from "./listed-hits.js";

const TABS = [
  ["hits", "Hits"],
  ["pages", "Pages"],
  ["patch", "This patch"],
  ["appearance", "Appearance"],
  ["numbers", "Numbers"],
] as const;

/**
 * Where the lens is too narrow for columns: what stands under the page.
 * @param main carries the choice as `data-tab`, for styles; parts of the panel that are folded in columns open with their tab
 */
export function createTabs(main: HTMLElement): Part {
  const tabs = TABS.map(([name, label]) => {
    const title = h("span", {}, label);
    const count = h("span");
    const tab = h("button", { class: "cl-tab", "data-key": name }, title, " ", count);
    tab.addEventListener("click", () => choose(name));
    return { name, tab, title, count };
  });

  function choose(chosen: string): void {
    main.dataset.tab = chosen;
    for (const { name, tab } of tabs) tab.setAttribute("aria-pressed", String(name === chosen));
    const fold = main.querySelector<HTMLDetailsElement>(`.cl-fold-${chosen}`);
    if (fold) fold.open = true;
  }

  choose(TABS[0][0]);
  return {
    element: h(
      "div",
      { class: "cl-tabs", role: "group", "aria-label": "Under the page" },
      ...tabs.map(({ tab }) => tab),
    ),
    update(frame) {
      // Where a patch took its content from stands in the place of the hits.
      const attends = showsAttention(frame.scene, frame.locked);
      const counts: Record<string, number> = {
        ...(attends ? {} : { hits: listedHits(frame).length }),
        pages: siblings(frame.data, frame.locked.result).length,
      };
      for (const { name, title, count } of tabs) {
        if (name === "hits") setText(title, attends ? "Attention" : hitsTitle(frame));
        setText(count, name in counts ? String(counts[name]) : "");
      }
    },
  };
}
