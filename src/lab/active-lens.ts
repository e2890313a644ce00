import type { LensCommand } from "../viewer/lens-commands.js";

/** A lens on screen. */
interface ShownLens {
  element: HTMLElement;
  run(command: LensCommand): void;
}

let active: ShownLens | null = null;
const listeners = new Set<() => void>();

/** The lens that was pointed at, or had the focus, last; null where it is gone. */
export function activeLens(): Pick<ShownLens, "run"> | null {
  return active?.element.isConnected ? active : null;
}

/** Calls `listener` when there is another one, or none. */
export function onActiveLens(listener: () => void): void {
  listeners.add(listener);
}

/** @returns how to forget the lens */
export function watchLens(lens: ShownLens): () => void {
  const set = (now: ShownLens | null) => {
    if (active === now) return;
    active = now;
    for (const listener of listeners) listener();
  };
  const take = () => set(lens);
  const events = ["pointerenter", "focusin"] as const;
  for (const event of events) lens.element.addEventListener(event, take);
  return () => {
    for (const event of events) lens.element.removeEventListener(event, take);
    if (active === lens) set(null);
  };
}
