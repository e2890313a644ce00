import { h } from "./dom.js";

/** Where the lens is too narrow for columns: what stands under the page. The frame carries the choice as `data-tab`. */
export function createTabs(frame: HTMLElement): HTMLElement {
  const tabs = [
    ["panel", "Hits"],
    ["pages", "Pages"],
  ].map(([name, label]) => {
    const tab = h("button", { class: "cl-tab", "data-key": name }, label);
    tab.addEventListener("click", () => choose(name));
    return { name, tab };
  });

  function choose(chosen: string): void {
    frame.dataset.tab = chosen;
    for (const { name, tab } of tabs) tab.setAttribute("aria-pressed", String(name === chosen));
  }

  choose(tabs[0].name);
  return h(
    "div",
    { class: "cl-tabs", role: "group", "aria-label": "Under the page" },
    ...tabs.map(({ tab }) => tab),
  );
}
