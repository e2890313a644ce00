import { pageName, printable, resultName } from "../../core/index.js";
import { createHistory } from "./asked-menu.js";
import { createCompare } from "./compare.js";
import { h, setText, uniqueId } from "./dom.js";
import type { NamedFile, SaveFormat, SaveSettings } from "./files.js";
import type { Actions, Frame, Part } from "./frame.js";
import { icon } from "./icons.js";
import { createShare, type ShareMenu } from "./panel/share.js";

/** The line on top: the query, and what is done with the whole lens. */
export interface Header extends Part {
  setLive(live: boolean): void;
  /** Whether the query in the field is another one than that of the answer. */
  isEdited(): boolean;
  /** Asks what is in the field. */
  submit(): void;
  readonly sharing: Pick<ShareMenu, "open" | "save" | "copyPicture">;
}

const NEEDS_KERNEL = "A new query needs a running kernel: run the cell again.";

/** @param edited is called when the query in the field becomes another one than that of the answer, or the same again */
export function createHeader(
  actions: Actions,
  enlarge: HTMLElement,
  edited: () => void,
  fromKernel?: (format: SaveFormat, settings: SaveSettings) => Promise<NamedFile>,
): Header {
  const id = uniqueId("query");
  const input = h("input", { id, type: "text", class: "cl-query", autocomplete: "off", spellcheck: "false" });
  const ask = h(
    "button",
    { type: "submit", class: "cl-ask", "aria-label": "Ask", title: "Ask (Enter)" },
    h("span", {}, "Ask"),
    " ↵",
  );
  const sign = h("span", { class: "cl-sign" }, icon("find"));
  const form = h(
    "form",
    { class: "cl-form", role: "search" },
    h("label", { for: id, class: "cl-hidden" }, "Query"),
    sign,
    input,
    ask,
  );
  const otherName = h("span", { class: "cl-other-name" });
  const stop = h(
    "button",
    { class: "cl-btn cl-square", "aria-label": "Stop comparing", title: "Stop comparing" },
    icon("close"),
  );
  const other = h(
    "div",
    { class: "cl-other" },
    h("span", { class: "cl-tag cl-tag-b" }, "B"),
    otherName,
    stop,
  );
  stop.addEventListener("click", () => {
    actions.set({ compare: null, difference: false });
    compare.button.focus();
  });
  const history = createHistory(actions);
  const compare = createCompare(actions);
  const save = createShare(actions, fromKernel);
  const element = h(
    "div",
    { class: "cl-head" },
    form,
    other,
    h("span", { class: "cl-gap" }),
    history.element,
    compare.element,
    save.element,
    enlarge,
  );

  let live = true;
  let query = "";
  const written = () => printable(query, 100_000);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (live && input.value.trim()) actions.ask(input.value.trim());
  });
  // A notebook takes Enter for itself, so that the form would never hear of it.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value !== written()) {
      event.stopPropagation();
      input.value = written();
      edited();
    }
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    form.requestSubmit();
  });
  input.addEventListener("input", edited);

  return {
    element,
    dispose: save.dispose,
    isEdited: () => input.value.trim() !== written().trim(),
    submit: () => form.requestSubmit(),
    sharing: save,
    update(frame: Frame) {
      for (const part of [history, compare, save]) part.update(frame);
      const { data, locked, scene } = frame;
      const comparing = locked.compare !== null;
      element.classList.toggle("cl-comparing", comparing);
      other.hidden = !comparing;
      if (locked.compare !== null) {
        setText(otherName, otherSays(frame, locked.compare));
        otherName.title = resultName(data, locked.compare);
      }
      const tag = comparing ? "A" : "";
      if (sign.textContent !== tag)
        sign.replaceChildren(comparing ? h("span", { class: "cl-tag" }, tag) : icon("find"));
      const { text } = scene.explanation.query;
      if (text === query) return;
      query = text;
      input.value = written();
      edited();
    },
    setLive(now: boolean) {
      live = now;
      save.setLive(now);
      compare.setLive(now);
      ask.disabled = !now;
      input.readOnly = !now;
      input.title = now ? "" : NEEDS_KERNEL;
    },
  };
}

/** What is different about B: its query, else its page, else its model. */
function otherSays({ data, locked }: Frame, key: string): string {
  const [a, b] = [data.results[locked.result], data.results[key]];
  const [one, two] = [data.queries[a.query].text, data.queries[b.query].text];
  if (one !== two) return printable(two, 200);
  if (a.page !== b.page) return pageName(data.pages[b.page]);
  const { id, profile } = data.models[b.model].provenance;
  return profile === id ? printable(id, 60) : `${printable(id, 60)}, ${printable(profile, 30)}`;
}
