import type { Comm } from "../comms.js";
import type { DISPLAY, MimeBundle } from "../mime.js";

/** Where a front end finds the code of a model or a view: an npm package with a semantic version range. */
export interface WidgetClass {
  module: string;
  version: string;
  name: string;
}

/** How one property of the state is treated. */
export interface PropertyRules<V = unknown> {
  /** Checks and corrects a value, from code or from a front end. `name` is for the message of what it throws. */
  parse?(value: unknown, name: string): V;
  /** `false`: what a front end sends is not repeated to the others (for large values). */
  echo?: false;
  /** Holds widgets, at any depth: references that a front end sends become those widgets. */
  references?: true;
  /** Stays in the kernel. */
  local?: true;
  /** Only the kernel changes it: what a front end sends for it is ignored. */
  owned?: true;
}

export interface WidgetOptions<S extends object> {
  model: WidgetClass;
  /** Left out for a model that is not shown by itself. */
  view?: WidgetClass | null;
  /** First value of every property. Binary leaves and other widgets may stand anywhere. */
  state: S;
  properties?: { [K in keyof S]?: PropertyRules<S[K]> };
  /** Rules between properties: what else changes when `change` is about to make `next` of the state. Throws to refuse. */
  check?: (next: Readonly<S>, change: Partial<S>, before: Readonly<S>) => Partial<S>;
  /** A comm that a front end has opened for this widget; by default the widget opens one. */
  comm?: Comm;
}

/** What is told of one changed property. */
export interface Change<V = unknown, W = unknown> {
  type: "change";
  name: string;
  old: V;
  new: V;
  owner: W;
}

/** The state of every widget: its own, and the number of views shown; null while they are not counted, 0 starts it. */
export type WidgetState<S> = S & { _view_count: number | null };

/** A widget of whatever state. */
export interface AnyWidget {
  readonly id: string;
  readonly closed: boolean;
  fullState(): Record<string, unknown>;
  close(): void;
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}
