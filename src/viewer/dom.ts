import type { SvgNode } from "../../core/index.js";

type Child = Node | string | null;

const FOCUSABLE = new Set(["button", "input", "select", "summary", "textarea"]);

/** An element with attributes and children; strings become text, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  // In command mode JupyterLab takes keys away unless the focused element itself says otherwise.
  if (FOCUSABLE.has(tag) || "tabindex" in attributes)
    element.setAttribute("data-lm-suppress-shortcuts", "true");
  if (tag === "button" && !("type" in attributes)) element.setAttribute("type", "button");
  element.append(...children.filter((c): c is Node | string => c !== null));
  return element;
}

/** Builds a drawing of core as elements. */
export function fromSvg(of: SvgNode): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", of.tag);
  for (const [key, value] of Object.entries(of.attributes)) element.setAttribute(key, String(value));
  element.append(...of.children.map((c) => (typeof c === "string" ? c : fromSvg(c))));
  return element;
}

/** Sets text only where it changed: an unchanged line is not announced or laid out again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Replaces a list of buttons, each told by its `data-key`. The focus stays with what it was on, or goes to the first where
 * that is gone: removed with its button it would be lost, and a keyboard would start over at the top of the page.
 */
export function replaceButtons(list: HTMLElement, entries: HTMLElement[]): void {
  const { activeElement } = document;
  const focused = list.contains(activeElement) ? (activeElement as HTMLElement).dataset.key : undefined;
  list.replaceChildren(...entries);
  if (focused === undefined) return;
  const buttons = Array.from(list.querySelectorAll<HTMLElement>("[data-key]"));
  (buttons.find((b) => b.dataset.key === focused) ?? buttons[0])?.focus();
}

let ids = 0;

/** An id that no other lens in the document has. */
export function uniqueId(name: string): string {
  ids += 1;
  return `cl-${name}-${ids}`;
}
