import { type Explanation, layerIn, type Scene, tableOf } from "../../../core/index.js";
import { h, setText } from "../dom.js";
import type { Actions, Part } from "../frame.js";
import { copyText } from "./clipboard.js";
import { createFold } from "./fold.js";

/** The numbers of the map as a table, filled when it is opened. */
export function createNumbers(actions: Actions): Part {
  const [head, body] = [h("thead"), h("tbody")];
  const caption = h("caption", { class: "cl-hidden" });
  const table = h("table", { class: "cl-table" }, caption, head, body);
  const copying = h("button", { class: "cl-link" }, "Copy as CSV");
  const fold = createFold(
    { name: "Numbers", key: "numbers" },
    [
      h("div", { class: "cl-table-scroll", tabindex: "0", role: "group", "aria-label": "Numbers" }, table),
      copying,
    ],
    fill,
  );
  let current: Scene | null = null;
  let filled: { explanation: Explanation; of: string } | null = null;
  copying.addEventListener("click", () => {
    const csv = current && rowsOf(current).toCsv();
    if (csv) copyText(actions, () => csv, "Numbers copied as CSV");
  });

  function fill(): void {
    if (!fold.element.open || current === null) return;
    const { explanation, view } = current;
    const { quantity, scope, stage, layer: at, head: of } = view;
    const now = JSON.stringify([quantity, scope, stage, at, of]);
    if (filled?.explanation === explanation && filled.of === now) return;
    filled = { explanation, of: now };
    const [names, ...lines] = rowsOf(current).cells;
    const layer = layerIn(explanation, view);
    setText(caption, layer ? `Highest ${layer.quantity.noun} of each map` : CAPTIONS[scope]);
    head.replaceChildren(h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name))));
    body.replaceChildren(
      ...lines.map(([first, ...rest]) =>
        h("tr", {}, h("th", { scope: "row", dir: "auto" }, first), ...rest.map((cell) => h("td", {}, cell))),
      ),
    );
  }
  return {
    element: fold.element,
    update({ scene }) {
      current = scene;
      fill();
    },
  };
}

const CAPTIONS = {
  words: "Each word's part of the score, its best cosine on the page, and how often chance reaches that",
  all: "Each token's best cosine over all vectors and over the patches",
};

/** A row a word, or a token where the model's pieces are in view. */
function rowsOf(scene: Scene) {
  const isOfWords = scene.view.scope === "words" && scene.explanation.query.words.length > 0;
  return tableOf(scene, isOfWords ? "word" : "token");
}
