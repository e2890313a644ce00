/** Pixels that a wheel's lines and pages count for, by `WheelEvent.deltaMode`. */
const WHEEL_PIXELS = [1, 16, 400];
/** The most that one event of a wheel magnifies by: a notch is one event of 100 pixels or more. */
const NOTCH = 1.35;
/** Pixels that a button may move by and still has clicked. */
const CLICK = 4;

interface Place {
  clientX: number;
  clientY: number;
}

/**
 * What hands do to a page that the browser does not do by itself: Ctrl and wheel, a pinch of a trackpad or of two fingers
 * magnify; dragging with the mouse moves. Plain wheel and one finger scroll, and go on to the notebook at the end.
 */
export function createGestures(
  element: HTMLElement,
  act: { magnify(factor: number, at: Place): void; isMovable(): boolean },
): { dispose(): void } {
  let apart = 0;
  let drag: { x: number; y: number; left: number; top: number; moved: boolean } | null = null;

  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    // At either end of the range nothing is magnified here; the browser must not magnify the whole window instead.
    event.preventDefault();
    act.magnify(wheelFactor(event), event);
  };
  const touches = (event: TouchEvent) => {
    if (event.touches.length !== 2) {
      apart = 0;
      return;
    }
    event.preventDefault();
    const [a, b] = event.touches;
    const now = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    const middle = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
    if (apart > 0 && now > 0) act.magnify(now / apart, middle);
    apart = now;
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.shiftKey || !act.isMovable()) return;
    const { scrollLeft: left, scrollTop: top } = element;
    drag = { x: event.clientX, y: event.clientY, left, top, moved: false };
  };
  const move = (event: PointerEvent) => {
    if (!drag) return;
    const [across, along] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(across, along) <= CLICK) return;
    drag.moved = true;
    element.classList.add("cl-dragged");
    element.scrollTo({ left: drag.left - across, top: drag.top - along, behavior: "instant" });
  };
  const up = () => {
    element.classList.remove("cl-dragged");
    if (drag?.moved) element.addEventListener("click", swallow, { capture: true, once: true });
    // The click comes right after; where it does not come the next one is a person's.
    setTimeout(() => element.removeEventListener("click", swallow, { capture: true }));
    drag = null;
  };
  element.addEventListener("wheel", wheel, { passive: false });
  for (const type of ["touchstart", "touchmove", "touchend", "touchcancel"] as const)
    element.addEventListener(type, touches, { passive: false });
  element.addEventListener("pointerdown", down);
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", up);
  return {
    dispose() {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
    },
  };
}

function swallow(event: Event): void {
  event.stopPropagation();
}

/**
 * Browsers tell of a pinch of a trackpad as a wheel whose turn is -100 times the logarithm of the fingers' scale, in small
 * steps.
 */
function wheelFactor({ deltaY, deltaMode }: WheelEvent): number {
  const factor = Math.exp((-deltaY / 100) * WHEEL_PIXELS[deltaMode]);
  return Math.min(NOTCH, Math.max(1 / NOTCH, factor));
}
