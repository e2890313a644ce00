import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A button that lets the lens fill the window, over everything else, and puts it back. */
export interface Enlarge {
  button: HTMLButtonElement;
  toggle(): void;
  dispose(): void;
}

/**
 * The browser's top layer is used (popover): no frame or scrolled notebook around the lens can cut it off.
 * @param lens the element that holds the whole lens
 */
export function createEnlarge(lens: HTMLElement): Enlarge {
  const layer = lens as HTMLElement & Partial<{ showPopover(): void; hidePopover(): void }>;
  const button = h("button", { class: "cl-btn cl-square cl-enlarge" });
  /** Keeps the lens's place in the notebook, so that nothing below it jumps. */
  const place = h("div");
  let large = false;

  function name(): void {
    const label = large ? "Back into the notebook" : "Larger view";
    button.replaceChildren(icon(large ? "reduce" : "enlarge"));
    button.title = `${label} (${large ? "Esc" : "f"})`;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", String(large));
  }

  function show(now: boolean): void {
    if (now === large) return;
    large = now;
    if (large) {
      place.style.height = `${lens.offsetHeight}px`;
      lens.before(place);
      lens.setAttribute("popover", "manual");
      layer.showPopover?.();
    } else {
      layer.hidePopover?.();
      lens.removeAttribute("popover");
      place.remove();
    }
    lens.classList.toggle("cl-large", large);
    name();
    if (lens.isConnected) button.focus();
  }

  button.addEventListener("click", () => show(!large));
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !large) return;
    event.stopPropagation();
    show(false);
  };
  lens.addEventListener("keydown", leave);
  button.hidden = layer.showPopover === undefined;
  name();
  return {
    button,
    toggle: () => show(!large),
    dispose() {
      lens.removeEventListener("keydown", leave);
      if (large) show(false);
    },
  };
}
