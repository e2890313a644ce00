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

let ids = 0;

/** An id that no other lens in the document has. */
export function uniqueId(name: string): string {
  ids += 1;
  return `cl-${name}-${ids}`;
}
