import { h } from "../dom.js";

/** A part of the panel behind its name, with a remark beside it. */
export interface Fold {
  element: HTMLDetailsElement;
  remark: HTMLElement;
}

/**
 * @param name of the part; `key` tells it from others in styles and tests
 * @param opened is called when it opens, to fill what was left out while it was shut
 */
export function createFold(
  { name, key }: { name: string; key: string },
  content: HTMLElement[],
  opened: () => void = () => {},
): Fold {
  const remark = h("span", { class: "cl-quiet", dir: "auto" });
  const element = h(
    "details",
    { class: `cl-fold cl-fold-${key}` },
    h("summary", {}, h("span", {}, name), remark),
    h("div", { class: "cl-fold-content" }, ...content),
  );
  element.addEventListener("toggle", () => {
    if (element.open) opened();
  });
  return { element, remark };
}
