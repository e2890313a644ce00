import { h } from "./dom.js";

const TABS = [
  ["hits", "Hits"],
  ["pages", "Pages"],
  ["patch", "This patch"],
  ["appearance", "Appearance"],
  ["numbers", "Numbers"],
] as const;

/**
 * Where the lens is too narrow for columns: what stands under the page.
 * @param frame carries the choice as `data-tab`, for styles; parts of the panel that are folded in columns open with their tab
 */
export function createTabs(frame: HTMLElement): HTMLElement {
  const tabs = TABS.map(([name, label]) => {
    const tab = h("button", { class: "cl-tab", "data-key": name }, label);
    tab.addEventListener("click", () => choose(name));
    return { name, tab };
  });

  function choose(chosen: string): void {
    frame.dataset.tab = chosen;
    for (const { name, tab } of tabs) tab.setAttribute("aria-pressed", String(name === chosen));
    const fold = frame.querySelector<HTMLDetailsElement>(`.cl-fold-${chosen}`);
    if (fold) fold.open = true;
  }

  choose(TABS[0][0]);
  return h(
    "div",
    { class: "cl-tabs", role: "group", "aria-label": "Under the page" },
    ...tabs.map(({ tab }) => tab),
  );
}
