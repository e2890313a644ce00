import {
  explanationsOf,
  type LensData,
  type LensExplanation,
  queryText,
  resultName,
  sameModel,
} from "../../core/index.js";
import { h, replaceButtons, uniqueId } from "./dom.js";
import type { Actions, Part } from "./frame.js";
import { createMenu } from "./menu.js";

export interface Compare extends Part {
  button: HTMLButtonElement;
  setLive(live: boolean): void;
}

/** What to show beside this, by what is different about it: another query, page or model. */
export function createCompare(actions: Actions): Compare {
  const id = uniqueId("beside");
  const input = h("input", {
    id,
    type: "text",
    class: "cl-beside",
    autocomplete: "off",
    spellcheck: "false",
  });
  const ask = h("button", { type: "submit", class: "cl-ask" }, "Ask ↵");
  const form = h(
    "form",
    { class: "cl-beside-form" },
    h("label", { for: id, class: "cl-note" }, "Another query beside this one"),
    h("div", { class: "cl-form" }, input, ask),
  );
  const list = h("div", { class: "cl-items" });
  const menu = createMenu(
    {
      label: "Compare",
      title: "Another query, page or model beside this one",
      icon: "compare",
      name: "compare",
    },
    [form, list],
  );
  let data: LensData | null = null;
  let shown = "";
  let query = "";

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = input.value.trim();
    if (wanted === "" || ask.disabled) return;
    if (wanted === query.trim())
      return actions.tell("This is the query that is shown: ask another one.", "failed");
    input.value = "";
    menu.close();
    menu.button.focus();
    actions.askBeside(wanted);
  });
  // A notebook takes Enter for itself, so that the form would never hear of it.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    form.requestSubmit();
  });

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
      query = queryText(frame.data, result);
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
    setLive(live) {
      ask.disabled = !live;
      form.hidden = !live;
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
