import { type Explanation, finding, origin, TOKEN_COLUMNS, tokenRows } from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Part } from "./frame.js";

/** The caption with provenance, and the same numbers as a table. */
export function createFooter(): Part {
  const found = h("p", { class: "cl-finding" });
  const from = h("p", { class: "cl-origin" });
  const body = h("tbody");
  const head = h("tr", {}, ...TOKEN_COLUMNS.map((name) => h("th", { scope: "col" }, name)));
  const table = h(
    "table",
    { class: "cl-table" },
    h("caption", { class: "cl-hidden" }, "Each token's best cosine over all vectors and over the patches"),
    h("thead", {}, head),
    body,
  );
  const details = h("details", { class: "cl-numbers" }, h("summary", {}, "Numbers as a table"), table);
  let current: Explanation | null = null;
  let filled: Explanation | null = null;

  function fill(): void {
    if (!details.open || current === null || filled === current) return;
    filled = current;
    body.replaceChildren(
      ...tokenRows(current).map((cells) =>
        h(
          "tr",
          {},
          ...cells.map((cell, i) =>
            i === 0 ? h("th", { scope: "row", dir: "auto" }, cell) : h("td", {}, cell),
          ),
        ),
      ),
    );
  }
  details.addEventListener("toggle", fill);
  return {
    element: h("div", { class: "cl-foot" }, h("div", { class: "cl-caption" }, found, from), details),
    update({ scene }) {
      setText(found, finding(scene));
      setText(from, origin(scene));
      current = scene.explanation;
      fill();
    },
  };
}
