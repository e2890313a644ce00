import { control } from "./control.js";
import { boxStyle, dom } from "./dom-widget.js";
import { int, invalid, list, optional, text, widget } from "./traits.js";

/** Widgets inside it, in order. Assign a new list to change them. */
const box = { ...dom, children: list(widget()), box_style: boxStyle };
const pages = { ...box, titles: list(text()), selected_index: optional(int()) };

/** Widgets beside each other, as CSS flex boxes are. */
export class Box extends control({ name: "Box", first: "children", traits: box }) {}
/** Widgets in a row. */
export class HBox extends control({ name: "HBox", first: "children", traits: box }) {}
/** Widgets in a column. */
export class VBox extends control({ name: "VBox", first: "children", traits: box }) {}
/** Widgets in a grid: `layout.grid_template_columns` and the like say which. */
export class GridBox extends control({ name: "GridBox", first: "children", traits: box }) {}

/** Pages under one another, at most one open; `titles` are their headings. */
export class Accordion extends control({
  name: "Accordion",
  first: "children",
  traits: pages,
  check: (next, change) => checkPages("Accordion", next, change),
}) {
  /** @param index counted from 0 */
  setTitle(index: number, title: string): void {
    this.titles = withTitle("Accordion", this.titles, index, title);
  }
}

/** Pages behind tabs, the first shown; `titles` are what the tabs say. */
export class Tab extends control({
  name: "Tab",
  first: "children",
  traits: pages,
  check(next, change) {
    const { titles, selected_index } = checkPages("Tab", next, change);
    const isUnset = change.selected_index === undefined || change.children !== undefined;
    const first = next.children.length > 0 ? 0 : null;
    return { titles, selected_index: isUnset ? (selected_index ?? first) : selected_index };
  },
}) {
  /** @param index counted from 0 */
  setTitle(index: number, title: string): void {
    this.titles = withTitle("Tab", this.titles, index, title);
  }
}

/** Pages of which only the selected one is shown. */
export class Stack extends control({
  name: "Stack",
  first: "children",
  traits: pages,
  check: (next, change) => checkPages("Stack", next, change),
}) {}

interface Pages {
  children: readonly unknown[];
  titles: readonly string[];
  selected_index: number | null;
}

/** One title a page. A selection that is asked for must be a page; one that lost its page is given up. */
function checkPages(name: string, next: Pages, change: Partial<Pages>): Omit<Pages, "children"> {
  const count = next.children.length;
  const titles = Array.from({ length: count }, (_, i) => next.titles[i] ?? "");
  const { selected_index } = next;
  if (selected_index === null || (selected_index >= 0 && selected_index < count))
    return { titles, selected_index };
  if (typeof change.selected_index !== "number") return { titles, selected_index: null };
  throw invalid(
    `${name}.selected_index`,
    selected_index,
    count === 0 ? "null: there are no children" : `0 to ${count - 1}, or null`,
  );
}

function withTitle(name: string, titles: readonly string[], index: number, title: string): string[] {
  if (index in titles) return titles.map((old, i) => (i === index ? title : old));
  throw invalid(`index of a page of ${name}`, index, `0 to ${titles.length - 1}`);
}
