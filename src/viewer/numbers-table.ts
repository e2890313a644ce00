import { type Explanation, layerOf, type Scene, tableOf } from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Part } from "./frame.js";

/** The numbers of the map as a table, filled when it is opened. */
export function createNumbers(): Part {
  const [head, body] = [h("thead"), h("tbody")];
  const caption = h("caption", { class: "cl-hidden" });
  const table = h("table", { class: "cl-table" }, caption, head, body);
  const details = h(
    "details",
    { class: "cl-fold cl-numbers" },
    h("summary", {}, "Numbers as a table"),
    table,
  );
  let current: Scene | null = null;
  let filled: { explanation: Explanation; quantity: string } | null = null;

  function fill(): void {
    if (!details.open || current === null) return;
    const { explanation, view } = current;
    if (filled?.explanation === explanation && filled.quantity === view.quantity) return;
    filled = { explanation, quantity: view.quantity };
    const [names, ...lines] = tableOf(current).cells;
    const layer = layerOf(explanation, view.quantity);
    setText(
      caption,
      layer
        ? `Highest ${layer.quantity.noun} of each map`
        : "Each token's best cosine over all vectors and over the patches",
    );
    head.replaceChildren(h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name))));
    body.replaceChildren(
      ...lines.map(([first, ...rest]) =>
        h("tr", {}, h("th", { scope: "row", dir: "auto" }, first), ...rest.map((cell) => h("td", {}, cell))),
      ),
    );
  }
  details.addEventListener("toggle", fill);
  return {
    element: details,
    update({ scene }) {
      current = scene;
      fill();
    },
  };
}
