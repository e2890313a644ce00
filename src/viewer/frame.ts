import type {
  LensData,
  LensStatus,
  LensView,
  PagePoint,
  Scene,
  SceneHit,
  ViewChange,
} from "../../core/index.js";

/** What a page fits at rest: its printed area the width of the stage, or all of it the stage. */
export type Fit = "width" | "page";

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
  /** True where there is a kernel that can measure further quantities. */
  measurable: boolean;
  /** The hit that the person went to last; null before the first. Hits are told by `isSameHit`. */
  hit: SceneHit | null;
  fit: Fit;
  /** Whether settings can be taken back to what they were. */
  undoable: boolean;
}

/** What the parts may do. */
export interface Actions {
  /** Changes settings, also by what they are now (a frame may be older); they are saved to the kernel where there is one. */
  set(change: ViewChange | ((now: LensView) => ViewChange)): void;
  /** Takes the last change of settings back. */
  undo(): void;
  /** Shows something as long as the pointer is there, without selecting it; null ends it. */
  preview(change: ViewChange | null): void;
  /** Points at a place of the page, on every picture of it; null points nowhere. */
  point(at: PagePoint | null): void;
  /** Makes a hit the current one and scrolls there. */
  goTo(hit: SceneHit): void;
  /** Strengthens the box of a hit; null of none. */
  pointAtHit(hit: SceneHit | null): void;
  /** Fits the page to the stage, at rest. */
  fit(fit: Fit): void;
  ask(query: string): void;
  /** Asks for the B of a comparison: its answer is shown beside what is shown now. */
  askBeside(query: string): void;
  /** Offers to measure a quantity that has no maps yet. */
  offer(quantity: string): void;
  /** Measures a quantity of what is selected, without asking. */
  measure(quantity: string): void;
  /** Draws what is so by now: the picture may be a frame or many behind. */
  catchUp(): void;
  /** Says something to a screen reader. */
  say(words: string): void;
  /** Says what has come of an act, to eyes and to a screen reader; a failure stays until it is closed. */
  tell(words: string, outcome: "done" | "failed"): void;
  /** Takes back what was told last. */
  quiet(): void;
}

/** One part of the viewer. */
export interface Part {
  element: HTMLElement;
  update(frame: Frame): void;
  /** Shows where another part is pointed at. */
  pointAt?(at: PagePoint | null): void;
  /** Brings a hit into view. */
  goTo?(hit: SceneHit, smoothly: boolean): void;
  /** Shows which hit is pointed at. */
  pointAtHit?(hit: SceneHit | null): void;
  dispose?(): void;
}

/** Part of the viewer that shows the kernel's state. */
export interface StatusPart extends Part {
  setStatus(status: LensStatus): void;
  /** Whether there is a kernel to ask. */
  setLive(live: boolean): void;
}
