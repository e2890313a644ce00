import { h, uniqueId } from "./dom.js";
import { type IconName, icon } from "./icons.js";

/** A button and what opens at it, inside the lens. */
export interface Menu {
  /** To be put where the button stands. */
  element: HTMLElement;
  button: HTMLButtonElement;
  isOpen(): boolean;
  /** Opens it, with the focus on the first of what is in it, else on its button. */
  open(): void;
  close(): void;
}

export interface MenuName {
  label: string;
  /** Said on pointing. */
  title: string;
  icon?: IconName;
  /** Which of the menus it is, for styles. */
  name: string;
}

const GAP = 4;
const EDGE = 8;

/**
 * Escape, a click elsewhere and a focus elsewhere close it; Escape gives the focus back to the button.
 * @param opened is called before it shows
 */
export function createMenu(
  { label, title, icon: picture, name }: MenuName,
  content: HTMLElement[],
  opened: () => void = () => {},
): Menu {
  const id = uniqueId(`menu-${name}`);
  const button = h(
    "button",
    { class: `cl-btn cl-${name}`, title, "aria-label": label, "aria-expanded": "false", "aria-controls": id },
    ...(picture ? [icon(picture), h("span", { class: "cl-btn-label" }, label)] : [label]),
  );
  const panel = h(
    "div",
    { id, class: `cl-menu cl-menu-${name}`, role: "group", "aria-label": label },
    ...content,
  );
  panel.hidden = true;
  const element = h("div", { class: "cl-menu-place" }, button, panel);

  function show(now: boolean): void {
    if (now === !panel.hidden) return;
    if (now) opened();
    panel.hidden = !now;
    button.setAttribute("aria-expanded", String(now));
    if (now) {
      place();
      document.addEventListener("pointerdown", elsewhere, { capture: true });
    } else document.removeEventListener("pointerdown", elsewhere, { capture: true });
  }

  function elsewhere(event: Event): void {
    if (!event.composedPath().includes(element)) show(false);
  }

  /** Under the button, or above it where that is the lens's foot; never out of the lens. */
  function place(): void {
    const lens = panel.offsetParent?.getBoundingClientRect();
    if (!lens) return;
    const at = button.getBoundingClientRect();
    const above = at.top - lens.top > lens.height / 2;
    panel.style.top = above ? "" : `${at.bottom - lens.top + GAP}px`;
    panel.style.bottom = above ? `${lens.bottom - at.top + GAP}px` : "";
    panel.style.maxHeight = `${(above ? at.top - lens.top : lens.bottom - at.bottom) - GAP - EDGE}px`;
    const room = lens.width - panel.offsetWidth - EDGE;
    panel.style.right = `${Math.max(EDGE, Math.min(room, lens.right - at.right))}px`;
  }

  button.addEventListener("click", () => show(panel.hidden === true));
  const buttons = () => Array.from(panel.querySelectorAll<HTMLButtonElement>("button:enabled"));
  element.addEventListener("keydown", (event) => {
    if (panel.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      show(false);
      button.focus();
    } else if (step && event.target instanceof HTMLButtonElement) {
      const all = buttons();
      const at = all.indexOf(event.target);
      all[at < 0 ? 0 : (at + step + all.length) % all.length]?.focus();
      event.preventDefault();
    } else return;
    event.stopPropagation();
  });
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !element.contains(relatedTarget as Node)) show(false);
  });
  return {
    element,
    button,
    isOpen: () => !panel.hidden,
    open() {
      show(true);
      (buttons()[0] ?? button).focus();
    },
    close: () => show(false),
  };
}
