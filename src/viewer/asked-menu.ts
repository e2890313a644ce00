import { askedQueries, type LensData, queryText } from "../../core/index.js";
import { h, replaceButtons } from "./dom.js";
import type { Actions, Part } from "./frame.js";
import { createMenu } from "./menu.js";

/** The queries asked so far, the newest first; choosing one goes back to its answer. */
export function createHistory(actions: Actions): Part {
  const list = h("div", { class: "cl-items" });
  const menu = createMenu({ label: "History", title: "Earlier queries", icon: "history", name: "history" }, [
    list,
  ]);
  let data: LensData | null = null;
  let current = "";
  return {
    element: menu.element,
    update(frame) {
      const { result } = frame.locked;
      if (frame.data === data && result === current) return;
      [data, current] = [frame.data, result];
      const queries = askedQueries(frame.data).reverse();
      const shown = queryText(frame.data, result);
      const items = queries.map((query) => {
        const item = h(
          "button",
          {
            class: "cl-item",
            dir: "auto",
            "aria-current": String(query.text === shown),
            "data-key": query.text,
          },
          query.label,
        );
        item.addEventListener("click", () => {
          menu.close();
          menu.button.focus();
          actions.set({ result: query.result });
        });
        return item;
      });
      const note = h("p", { class: "cl-note" }, "Ask another query: the answers stay here.");
      replaceButtons(list, queries.length < 2 ? [...items, note] : items);
    },
  };
}
