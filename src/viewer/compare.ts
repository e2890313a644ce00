import {
  explanationsOf,
  type LensData,
  type LensExplanation,
  resultName,
  sameModel,
} from "../../core/index.js";
import { h, replaceButtons } from "./dom.js";
import type { Actions, Part } from "./frame.js";
import { createMenu } from "./menu.js";

export interface Compare extends Part {
  button: HTMLButtonElement;
}

/** What to show beside this, by what is different about it: another query, page or model. */
export function createCompare(actions: Actions): Compare {
  const list = h("div", { class: "cl-items" });
  const menu = createMenu(
    {
      label: "Compare",
      title: "Another query, page or model beside this one",
      icon: "compare",
      name: "compare",
    },
    [list],
  );
  let data: LensData | null = null;
  let shown = "";

  const item = (data: LensData, { key }: LensExplanation, compare: string | null) => {
    const button = h(
      "button",
      { class: "cl-item", dir: "auto", "aria-current": String(key === compare), "data-key": key },
      resultName(data, key),
    );
    button.addEventListener("click", () => {
      menu.close();
      menu.button.focus();
      actions.set({ compare: key });
    });
    return button;
  };

  return {
    element: menu.element,
    button: menu.button,
    update(frame) {
      const { result, compare } = frame.locked;
      menu.button.setAttribute("aria-pressed", String(compare !== null));
      if (frame.data === data && shown === `${result} ${compare}`) return;
      [data, shown] = [frame.data, `${result} ${compare}`];
      const parts = groups(frame.data, result).map(({ label, of }) =>
        h(
          "div",
          { role: "group", "aria-label": label },
          h("p", { class: "cl-note" }, label),
          ...of.map((e) => item(frame.data, e, compare)),
        ),
      );
      const none = h(
        "p",
        { class: "cl-note" },
        "Nothing to compare with yet: ask another query, or explain more pages.",
      );
      replaceButtons(list, parts.length > 0 ? parts : [none]);
    },
  };
}

/** What A can be compared with; itself is no choice. */
function groups(data: LensData, from: string): { label: string; of: LensExplanation[] }[] {
  const all = explanationsOf(data);
  const a = all[data.order.indexOf(from)];
  const rest = all.filter((e) => e !== a);
  const same = rest.filter((e) => sameModel(e, a));
  const samePage = (e: LensExplanation) => e.page === a.page;
  const sameQuery = (e: LensExplanation) => e.query.text === a.query.text;
  return [
    { label: "Another query on this page", of: same.filter((e) => !sameQuery(e) && samePage(e)) },
    { label: "Another page", of: same.filter(sameQuery) },
    { label: "Another query and page", of: same.filter((e) => !sameQuery(e) && !samePage(e)) },
    { label: "Another model", of: rest.filter((e) => !sameModel(e, a)) },
  ].filter(({ of }) => of.length > 0);
}
