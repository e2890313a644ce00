import {
  askedQueries,
  decimal,
  type LensData,
  type LensStatus,
  pageName,
  printable,
  queryText,
} from "../../core/index.js";
import { h, setText, uniqueId } from "./dom.js";
import type { NamedFile, SaveFormat } from "./files.js";
import type { Actions, Frame, StatusPart } from "./frame.js";
import { createSave } from "./save-panel.js";

/** Query and score on top; what the kernel is doing shows in the same place, so that nothing moves. */
export function createHeader(
  actions: Actions,
  enlarge: HTMLElement,
  fromKernel?: (format: SaveFormat) => Promise<NamedFile>,
): StatusPart {
  const id = uniqueId("query");
  const input = h("input", { id, type: "text", class: "cl-query", autocomplete: "off", spellcheck: "false" });
  const ask = h("button", { type: "submit", class: "cl-ask" }, "Ask");
  const form = h(
    "form",
    { class: "cl-form", role: "search" },
    h("label", { for: id, class: "cl-hidden" }, "Query"),
    input,
    ask,
  );
  const asked = h("select", { class: "cl-asked", "aria-label": "Queries asked so far" });
  const where = h("span", { class: "cl-where" });
  const total = h("strong", { class: "cl-total" });
  const parts = h("span", { class: "cl-parts" });
  const score = h("p", { class: "cl-score" }, where, " score ", total, parts);
  const message = h("span", { class: "cl-message" });
  const bar = h("progress", { class: "cl-progress", max: "1", "aria-label": "Progress" });
  const status = h("p", { class: "cl-status", role: "status", hidden: "" }, message, bar);
  const error = h("p", { class: "cl-error", role: "alert", hidden: "" });
  const save = createSave(fromKernel);
  const element = h(
    "div",
    { class: "cl-head" },
    form,
    asked,
    score,
    status,
    h("div", { class: "cl-tools" }, enlarge, save.element),
    error,
  );

  let live = true;
  let shownQuery = "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (live && input.value.trim()) actions.ask(input.value.trim());
  });
  // A notebook takes Enter for itself, so that the form would never hear of it.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    form.requestSubmit();
  });
  asked.addEventListener("change", () => actions.set({ result: asked.value }));

  return {
    element,
    update(frame: Frame) {
      const { data, locked, scene } = frame;
      save.update(frame);
      const { explanation, page } = scene;
      if (explanation.query.text !== shownQuery) {
        shownQuery = explanation.query.text;
        input.value = printable(shownQuery, 100_000);
      }
      listQueries(asked, data, locked.result);
      setText(where, `${pageName(page)} · `);
      setText(total, decimal(explanation.maxsim.score));
      const { patchScore, residue } = explanation.maxsim;
      setText(parts, ` = patches ${decimal(patchScore)} + off-image ${decimal(residue)}`);
    },
    setStatus({ busy, fraction, error: wrong }: LensStatus) {
      score.hidden = busy !== null;
      status.hidden = busy === null;
      setText(message, busy ?? "");
      if (fraction === null) bar.removeAttribute("value");
      else bar.value = fraction;
      error.hidden = wrong === null;
      setText(error, wrong ?? "");
    },
    setLive(now: boolean) {
      live = now;
      save.setLive(now);
      ask.disabled = !now;
      input.readOnly = !now;
      input.title = now ? "" : "A new query needs a running kernel: run the cell again.";
    },
  };
}

/** One entry a query, the newest last, shown once there are several. */
function listQueries(select: HTMLSelectElement, data: LensData, current: string): void {
  const queries = askedQueries(data);
  select.hidden = queries.length < 2;
  const options = queries.map((q) => h("option", { value: q.result }, q.label));
  // An open list closes where its entries are replaced.
  if (options.some((o, i) => !o.isEqualNode(select.options[i])) || select.options.length !== options.length)
    select.replaceChildren(...options);
  const text = queryText(data, current);
  select.value = queries.find((q) => q.text === text)?.result ?? "";
}
