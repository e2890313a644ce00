import { h, uniqueId } from "./dom.js";
import { icon } from "./icons.js";

/**
 * A field for the number of a page.
 * @param go goes there, and says whether there is such a page
 */
export function createGoTo(go: (number: number) => boolean): HTMLElement {
  const id = uniqueId("page-number");
  const input = h("input", {
    id,
    type: "text",
    inputmode: "numeric",
    class: "cl-page-number",
    autocomplete: "off",
    placeholder: "Go to page",
  });
  const button = h(
    "button",
    { type: "submit", class: "cl-btn cl-square", "aria-label": "Go to the page", title: "Go to the page" },
    icon("next"),
  );
  const form = h(
    "form",
    { class: "cl-go-to" },
    h("label", { for: id, class: "cl-hidden" }, "Go to page"),
    input,
    button,
  );
  const submit = () => {
    const number = Number(input.value.trim());
    const found = Number.isInteger(number) && number > 0 && go(number);
    input.setAttribute("aria-invalid", String(!found));
    if (found) input.value = "";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  // A notebook takes Enter for itself.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    submit();
  });
  return form;
}
