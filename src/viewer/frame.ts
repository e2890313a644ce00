import type { LensData, LensStatus, LensView, PagePoint, Scene, ViewChange } from "../../core/index.js";

/** What every part of the viewer is given when something changed. */
export interface Frame {
  data: LensData;
  /** What is shown now: the person's settings with what the pointer previews on top. */
  view: LensView;
  /** The settings without the preview. */
  locked: LensView;
  scene: Scene;
  /** The B of a comparison side by side, or null. */
  other: Scene | null;
  /** True when the pointer, not the settings, decides what is shown. */
  preview: boolean;
  /** True while control queries are run: what is not known of chance yet will be. */
  measuring: boolean;
}

/** What the parts may do. */
export interface Actions {
  /** Changes settings, also by what they are now (a frame may be older); they are saved to the kernel where there is one. */
  set(change: ViewChange | ((now: LensView) => ViewChange)): void;
  /** Shows something as long as the pointer is there, without selecting it; null ends it. */
  preview(change: ViewChange | null): void;
  /** Points at a place of the page, on every picture of it; null points nowhere. */
  point(at: PagePoint | null): void;
  ask(query: string): void;
  /** Says something to a screen reader. */
  say(words: string): void;
}

/** One part of the viewer. */
export interface Part {
  element: HTMLElement;
  update(frame: Frame): void;
  /** Shows where another part is pointed at. */
  pointAt?(at: PagePoint | null): void;
  dispose?(): void;
}

/** Part of the viewer that shows the kernel's state. */
export interface StatusPart extends Part {
  setStatus(status: LensStatus): void;
  /** Whether there is a kernel to ask. */
  setLive(live: boolean): void;
}
